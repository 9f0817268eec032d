//! The recurrences against cells written in f64, one number at a time.

use gradloom_graph::{Op, Type};
use gradloom_kernels::recurrent::Cell;

use crate::harness::{Call, Numbers, Tensor, case, gradients_of, numbers, refuses, shape};
use crate::{Recurrent, RecurrentGrad, RecurrentTape};

/// Sizes, and what the reference captures.
#[derive(Clone)]
struct Sample {
    cell: Cell,
    batch: usize,
    steps: usize,
    units: usize,
    inputs: Vec<Tensor>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One unit of one step: the gates' x and h·kernel, and the states before → (states after, gates).
fn unit(cell: Cell, x: &[f64], z: &[f64], state: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let a: Vec<f64> = x.iter().zip(z).map(|(x, z)| x + z).collect();
    match cell {
        Cell::Simple => (vec![a[0].tanh()], vec![]),
        Cell::Gru => {
            let (u, r) = (sigmoid(a[0]), sigmoid(a[1]));
            // x[3] is added to the part of z that the reset gate multiplies: only the tests do.
            let m = z[2] + x.get(3).unwrap_or(&0.0);
            let n = (x[2] + r * m).tanh();
            (vec![u * state[0] + (1.0 - u) * n], vec![u, r, n, m])
        }
        Cell::Lstm => {
            let (i, f, g, o) = (sigmoid(a[0]), sigmoid(a[1]), a[2].tanh(), sigmoid(a[3]));
            let c = f * state[1] + i * g;
            (vec![o * c.tanh(), c], vec![i, f, g, o])
        }
    }
}

impl Sample {
    fn new(cell: Cell, batch: usize, steps: usize, units: usize) -> Sample {
        let mut random = Numbers::new(5);
        let gates = cell.gates() * units;
        let ones: Vec<f32> = (0..batch * steps).map(|i| f32::from(i % 5 != 2)).collect();
        let inputs = vec![
            random.tensor_in(&[batch, steps, gates], -1.0, 1.0),
            random.tensor_in(&[units, gates], -0.7, 0.7),
            random.tensor_in(&[gates], -1.0, 1.0),
            random.tensor_in(&[batch, cell.states(), units], -1.0, 1.0),
            numbers(&[batch, steps], &ones),
            random.tensor_in(&[batch, units], 0.0, 2.0),
        ];
        Sample {
            cell,
            batch,
            steps,
            units,
            inputs,
        }
    }

    fn f64(&self) -> Vec<Vec<f64>> {
        self.inputs.iter().map(Tensor::to_f64).collect()
    }

    /// The tape of one row. `wide`: gates' x of a step, in units.
    fn row(&self, x: &[Vec<f64>], b: usize, wide: usize) -> Vec<f64> {
        let (u, t, cell) = (self.units, self.steps, self.cell);
        let gates = cell.gates();
        let mut state = x[3][b * cell.states() * u..][..cell.states() * u].to_vec();
        let mut tape = Vec::new();
        for step in 0..t {
            tape.extend(&state);
            let hidden = |k: usize| state[k] * x[5][b * u + k];
            let z = |j: usize| {
                let sum: f64 = (0..u).map(|k| hidden(k) * x[1][k * gates * u + j]).sum();
                sum + x[2][j]
            };
            let at = (b * t + step) * wide * u;
            let done: Vec<_> = (0..u)
                .map(|j| {
                    let xs: Vec<f64> = (0..wide).map(|g| x[0][at + g * u + j]).collect();
                    let zs: Vec<f64> = (0..gates).map(|g| z(g * u + j)).collect();
                    let s: Vec<f64> = (0..cell.states()).map(|s| state[s * u + j]).collect();
                    unit(cell, &xs, &zs, &s)
                })
                .collect();
            let shown = x[4][b * t + step] != 0.0;
            for g in 0..cell.kept() - cell.states() {
                tape.extend(done.iter().map(|(_, k)| if shown { k[g] } else { 0.0 }));
            }
            if shown {
                let turned = (0..cell.states()).flat_map(|s| done.iter().map(move |d| d.0[s]));
                state = turned.collect();
            }
        }
        tape.extend(&state);
        tape.resize((t + 1) * cell.kept() * u, 0.0);
        tape
    }

    fn tape_f64(&self, x: &[Vec<f64>], wide: usize) -> Vec<Vec<f64>> {
        (0..self.batch).map(|b| self.row(x, b, wide)).collect()
    }

    /// The last steps of h, then c.
    fn last_f64(&self, x: &[Vec<f64>], ends: usize, wide: usize) -> Vec<f64> {
        let (u, t, k) = (self.units, self.steps, self.cell.kept() * self.units);
        let mut out = Vec::new();
        for tape in self.tape_f64(x, wide) {
            (t + 1 - ends..=t).for_each(|line| out.extend(&tape[line * k..][..u]));
            out.extend(&tape[t * k + u..][..(self.cell.states() - 1) * u]);
        }
        out
    }

    fn with_tape(&self) -> Vec<Tensor> {
        let op = RecurrentTape { cell: self.cell };
        let mut inputs = self.inputs.clone();
        inputs.push(Call::new(&op, &self.inputs).run().output);
        inputs
    }

    fn check_forward(&self) {
        let (this, op) = (self.clone(), RecurrentTape { cell: self.cell });
        let gates = self.cell.gates();
        case(op, &self.inputs, move |x| this.tape_f64(x, gates).concat())
            .within(2e-6, 1e-6)
            .check_values();
        for ends in [1, self.steps] {
            let (this, cell) = (self.clone(), self.cell);
            let last = move |x: &[Vec<f64>]| this.last_f64(x, ends, gates);
            case(Recurrent { cell, ends }, &self.with_tape(), last)
                .within(2e-6, 1e-6)
                .constant(4)
                .constant(5)
                .constant(6)
                .check();
        }
    }

    /// The gradients of Σ dy·y for the gates' x and the first states, by central differences.
    fn slopes_f64(&self, dy: &[f64], ends: usize, state: bool) -> Vec<f64> {
        let (wide, gates) = (self.cell.slopes(), self.cell.gates());
        let (width, lines) = (wide * self.units, self.steps + usize::from(state));
        let mut x = self.f64();
        let steps = x[0].chunks(gates * self.units);
        x[0] = steps
            .flat_map(|s| (0..width).map(|j| s.get(j).copied().unwrap_or(0.0)))
            .collect();
        let slope = |i: usize, j: usize| {
            let moved = |by: f64| {
                let mut x = x.clone();
                x[i][j] += by;
                let y = self.last_f64(&x, ends, wide);
                y.iter().zip(dy).map(|(y, dy)| y * dy).sum::<f64>()
            };
            (moved(1e-5) - moved(-1e-5)) / 2e-5
        };
        let states = self.cell.states() * self.units;
        let row = |b: usize| {
            let of_x = (0..self.steps * width).map(move |j| (0, b * self.steps * width + j));
            let of_state = (0..states).map(move |j| (3, b * states + j));
            let mut row: Vec<f64> = of_x.map(|(i, j)| slope(i, j)).collect();
            if state {
                row.extend(of_state.map(|(i, j)| slope(i, j)));
            }
            row.resize(lines * width, 0.0);
            row
        };
        (0..self.batch).flat_map(row).collect()
    }

    fn check_backward(&self, ends: usize, state: bool) {
        let lines = ends + self.cell.states() - 1;
        let dy = Numbers::new(9).tensor_in(&[self.batch, lines, self.units], -1.0, 1.0);
        let all = self.with_tape();
        let inputs = [6, 1, 4, 5].map(|i| all[i].clone());
        let (this, slope) = (self.clone(), dy.to_f64());
        let op = RecurrentGrad {
            cell: self.cell,
            state,
        };
        let reference = move |_: &[Vec<f64>]| this.slopes_f64(&slope, ends, state);
        case(op, &[&inputs[..], &[dy]].concat(), reference)
            .within(1e-5, 1e-6)
            .check_values();
    }
}

#[test]
fn every_cell_at_every_width_around_the_lanes() {
    for cell in Cell::ALL {
        for units in (1..=5).chain([8, 9]) {
            Sample::new(cell, 3, 4, units).check_forward();
        }
        Sample::new(cell, 1, 1, 2).check_forward();
        Sample::new(cell, 0, 2, 2).check_forward();
        Sample::new(cell, 37, 2, 3).check_forward();
    }
}

#[test]
fn the_way_back() {
    for cell in Cell::ALL {
        for units in [1, 3, 4, 5] {
            for state in [false, true] {
                Sample::new(cell, 6, 3, units).check_backward(1, state);
                Sample::new(cell, 2, 4, units).check_backward(4, state);
            }
        }
    }
}

#[test]
fn what_is_filled_has_no_gradient() {
    let sample = Sample::new(Cell::Gru, 2, 3, 4);
    let dy = Numbers::new(1).tensor(&[2, 1, 4]);
    let op = Recurrent {
        cell: Cell::Gru,
        ends: 1,
    };
    let grads = gradients_of(op, &sample.with_tape(), &dy);
    let has: Vec<bool> = grads.iter().map(Option::is_some).collect();
    assert_eq!(has, [true, true, true, true, false, false, false]);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let f = |dims: &[usize]| Type::f32(shape(dims));
    let good = [
        f(&[2, 3, 8]),
        f(&[2, 8]),
        f(&[8]),
        f(&[2, 2, 2]),
        f(&[2, 3]),
        f(&[2, 2]),
    ];
    let op = RecurrentTape { cell: Cell::Lstm };
    assert_eq!(op.ty(&good).expect("valid").shape, shape(&[2, 4, 12]));
    for at in 0..good.len() {
        let mut types = good.clone();
        types[at] = f(&[5, 7]);
        refuses(op, &types, &["not ["]);
        types[at] = Type::i32(good[at].shape.clone());
        refuses(op, &types, &["castF32"]);
    }
    let mut none = good.clone();
    (none[0], none[4]) = (f(&[2, 0, 8]), f(&[2, 0]));
    refuses(op, &none, &["one step"]);
    let all = [&good[..], &[f(&[2, 4, 12])]].concat();
    for ends in [0, 4] {
        let cell = Cell::Lstm;
        refuses(Recurrent { cell, ends }, &all, &["1 to 3 steps"]);
    }
}
