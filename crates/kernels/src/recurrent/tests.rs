use super::*;

fn series(n: usize, seed: f32) -> Vec<f32> {
    (0..n).map(|i| ((i as f32 + seed) * 0.7).sin()).collect()
}

/// The tape of a batch and the gradients, `rows` rows of the batch at a time.
fn both_ways(cell: Cell, batch: usize, units: usize, rows: usize) -> (Vec<f32>, Vec<f32>) {
    let steps = 3;
    let r = Recurrence { cell, units, steps };
    let x = series(batch * steps * r.gates(), 0.1);
    let (kernel, bias) = (series(units * r.gates(), 0.2), series(r.gates(), 0.3));
    let (state, keep) = (series(batch * r.states(), 0.4), series(batch * units, 0.5));
    let mask: Vec<f32> = (0..batch * steps).map(|i| f32::from(i % 4 > 0)).collect();
    let ends = steps + cell.states() - 1;
    let dy = series(batch * ends * units, 0.6);
    let mut tape = vec![f32::NAN; batch * (steps + 1) * r.kept()];
    let mut slopes = vec![f32::NAN; batch * (steps + 1) * r.slopes()];
    let mut scratch = vec![f32::NAN; r.scratch(batch)];
    let (tape_row, slope_row) = ((steps + 1) * r.kept(), (steps + 1) * r.slopes());
    for first in (0..batch).step_by(rows) {
        let end = (first + rows).min(batch);
        let io = Forward {
            x: &x[first * steps * r.gates()..],
            kernel: &kernel,
            bias: &bias,
            state: &state[first * r.states()..],
            mask: &mask[first * steps..],
            keep: &keep[first * units..],
        };
        let part = &mut tape[first * tape_row..end * tape_row];
        r.forward(&io, part, &mut scratch);
        let io = Backward {
            tape: part,
            kernel: &kernel,
            mask: io.mask,
            keep: io.keep,
            dy: &dy[first * ends * units..],
            dy_lines: ends,
        };
        let part = &mut slopes[first * slope_row..end * slope_row];
        r.backward(&io, steps + 1, part, &mut scratch);
    }
    (tape, slopes)
}

#[test]
fn rows_do_not_depend_on_each_other() {
    for cell in Cell::ALL {
        for (batch, units) in [(1, 1), (5, 3), (9, 8), (70, 5)] {
            let whole = both_ways(cell, batch, units, batch);
            assert!(whole.0.iter().chain(&whole.1).all(|x| x.is_finite()));
            for rows in [1, 3, 33] {
                assert_eq!(
                    both_ways(cell, batch, units, rows),
                    whole,
                    "{cell:?} {rows}"
                );
            }
        }
    }
}

#[test]
fn a_gradient_that_decays_becomes_zero() {
    let r = Recurrence {
        cell: Cell::Lstm,
        units: 4,
        steps: 600,
    };
    let (kernel, mask) = (vec![0.0; 64], vec![1.0; 600]);
    let mut scratch = vec![0.0; r.scratch(1)];
    let io = Forward {
        x: &vec![0.0; 600 * 16],
        kernel: &kernel,
        bias: &[0.0; 16],
        state: &[1.0; 8],
        mask: &mask,
        keep: &[1.0; 4],
    };
    let mut tape = vec![0.0; 601 * 24];
    r.forward(&io, &mut tape, &mut scratch);
    let io = Backward {
        tape: &tape,
        kernel: &kernel,
        mask: &mask,
        keep: &[1.0; 4],
        dy: &[1.0; 8],
        dy_lines: 2,
    };
    let mut slopes = vec![0.0; 600 * 16];
    r.backward(&io, 600, &mut slopes, &mut scratch);
    assert!(tape.iter().chain(&slopes).all(|x| !x.is_subnormal()));
    assert!(slopes[599 * 16] == 0.0 && slopes[599 * 16 + 8] > 0.1);
    assert_eq!(slopes[8], 0.0);
}
