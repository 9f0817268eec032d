//! Products against an f64 reference, in all four forms, sizes and divisions.

use super::*;
use crate::io::{Io, Part, Raw};

fn series(n: usize, seed: u32) -> Vec<f32> {
    let mut s = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 17;
        s ^= s << 5;
        (s >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn whole(g: Gemm, a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut c = vec![f32::NAN; g.m * g.n];
    let mut scratch = vec![f32::NAN; g.scratch()];
    g.run(a, b, Tile::whole(&mut c, g.m, g.n), &mut scratch, None);
    c
}

/// Both operands' elements (i, p) and (p, j).
fn at(g: &Gemm, a: &[f32], b: &[f32], i: usize, p: usize, j: usize) -> (f32, f32) {
    let a = if g.ta { a[p * g.m + i] } else { a[i * g.k + p] };
    let b = if g.tb { b[j * g.k + p] } else { b[p * g.n + j] };
    (a, b)
}

/// The definition: blocks of k in order, products in order within a block.
fn reference(g: &Gemm, a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut c = vec![f32::NAN; g.m * g.n];
    for (cell, c) in c.iter_mut().enumerate() {
        *c = 0.0;
        for k in g.depth_blocks() {
            let mut products = k.clone().map(|p| {
                let (a, b) = at(g, a, b, cell / g.n, p, cell % g.n);
                a * b
            });
            let first = products.next().unwrap_or(0.0);
            let sum = products.fold(first, |sum, x| sum + x);
            *c = if k.start > 0 { *c + sum } else { sum };
        }
    }
    c
}

fn forms(m: usize, n: usize, k: usize) -> impl Iterator<Item = Gemm> {
    [(false, false), (false, true), (true, false), (true, true)]
        .into_iter()
        .map(move |(ta, tb)| Gemm { m, n, k, ta, tb })
}

fn same_bits(got: &[f32], want: &[f32]) -> bool {
    got.iter()
        .zip(want)
        .all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
}

#[test]
fn every_small_size_in_every_form() {
    for m in [1, 2, 3, 4, 5, 8, 9] {
        for n in [1, 3, 4, 7, 8, 9, 16, 17] {
            for k in [0, 1, 2, 3, 4, 5, 9] {
                for g in forms(m, n, k) {
                    let (a, b) = (series(m * k, 1), series(k * n, 2));
                    let got = whole(g, &a, &b);
                    assert!(same_bits(&got, &reference(&g, &a, &b)), "{g:?}");
                }
            }
        }
    }
}

#[test]
fn sizes_beyond_one_block() {
    for (m, n, k) in [
        (33, 65, 300),
        (70, 260, 17),
        (65, 9, 513),
        (4, 300, 260),
        (100, 130, 65),
        (132, 9, 20),
        (40, 530, 10),
        (520, 130, 33),
        (1, 70, 300),
        (33, 40, 20),
        (1, 32, 1),
        (1, 600, 9),
        (40, 130, 128),
    ] {
        for g in forms(m, n, k) {
            let (a, b) = (series(m * k, 3), series(k * n, 4));
            assert!(
                same_bits(&whole(g, &a, &b), &reference(&g, &a, &b)),
                "{g:?}"
            );
        }
    }
}

#[test]
fn the_error_is_that_of_f32_sums() {
    for g in forms(12, 20, 700) {
        let (a, b) = (series(12 * 700, 5), series(700 * 20, 6));
        for (cell, got) in whole(g, &a, &b).into_iter().enumerate() {
            let terms = (0..700).map(|p| {
                let (a, b) = at(&g, &a, &b, cell / 20, p, cell % 20);
                f64::from(a) * f64::from(b)
            });
            let (sum, size) = terms.fold((0.0, 0.0), |(s, t), x| (s + x, t + x.abs()));
            assert!(
                (f64::from(got) - sum).abs() < 1e-6 * size,
                "{g:?} cell {cell}"
            );
        }
    }
}

#[test]
fn nan_and_infinity_stay_in_their_row_and_column() {
    for g in forms(6, 10, 12) {
        let (mut a, mut b) = (series(72, 7), series(120, 8));
        a[if g.ta { 3 * 6 + 2 } else { 2 * 12 + 3 }] = f32::NAN;
        b[if g.tb { 5 * 12 + 4 } else { 4 * 10 + 5 }] = f32::INFINITY;
        for (cell, x) in whole(g, &a, &b).into_iter().enumerate() {
            assert_eq!(x.is_nan(), cell / 10 == 2, "{g:?} cell {cell}");
            assert_eq!(
                x.is_infinite(),
                cell / 10 != 2 && cell % 10 == 5,
                "{g:?} cell {cell}"
            );
        }
    }
}

/// Runs every part of a grid and returns the output and the blocks that were announced.
fn in_parts(g: Gemm, of: usize, rows: usize, a: &[f32], b: &[f32]) -> Vec<f32> {
    let mut c = vec![f32::NAN; g.m * g.n];
    let mut announced = vec![0; g.m * g.n];
    for index in 0..of {
        let (by_rows, by_cols) = Part::new(index, of).grid(rows);
        let output = Raw {
            ptr: c.as_mut_ptr(),
            len: c.len(),
        };
        let mut scratch = vec![f32::NAN; g.scratch()];
        // SAFETY: the output lives, and the parts run one after the other.
        let mut io = unsafe { Io::new(Part::WHOLE, &[], output, &mut [], None) };
        let tile = io.tile(0, g.n, by_rows.share(g.m, MR), by_cols.share(g.n, NR));
        let mut count = |rows: Range<usize>, cols: Range<usize>| {
            for i in rows {
                cols.clone().for_each(|j| announced[i * g.n + j] += 1);
            }
        };
        g.run(a, b, tile, &mut scratch, Some(&mut count));
    }
    assert!(
        announced.iter().all(|&times| times == 1),
        "each element is announced once: {g:?}"
    );
    c
}

#[test]
fn every_grid_gives_the_bits_of_the_whole() {
    for (m, n, k) in [
        (37, 75, 40),
        (40, 300, 270),
        (3, 5, 7),
        (1, 1, 1),
        (64, 10, 0),
    ] {
        for g in forms(m, n, k) {
            let (a, b) = (series(m * k, 9), series(k * n, 10));
            let want = whole(g, &a, &b);
            for (of, rows) in [(1, 1), (2, 1), (2, 2), (3, 3), (4, 2), (6, 2), (4, 1)] {
                let got = in_parts(g, of, rows, &a, &b);
                assert!(
                    same_bits(&got, &want),
                    "{g:?} in {of} parts, {rows} by rows"
                );
            }
        }
    }
}

#[test]
fn a_block_is_announced_when_it_is_final() {
    let g = Gemm {
        m: 40,
        n: 300,
        k: 600,
        ta: false,
        tb: true,
    };
    let (a, b) = (series(g.m * g.k, 11), series(g.k * g.n, 12));
    let want = whole(g, &a, &b);
    let mut c = vec![0.0; g.m * g.n];
    let p = c.as_mut_ptr();
    let mut scratch = vec![0.0; g.scratch()];
    let mut check = |rows: Range<usize>, cols: Range<usize>| {
        for (i, j) in rows.flat_map(|i| cols.clone().map(move |j| (i, j))) {
            // SAFETY: inside of c, which nobody else touches during the call.
            assert_eq!(unsafe { *p.add(i * 300 + j) }, want[i * 300 + j]);
        }
    };
    g.run(
        &a,
        &b,
        Tile::whole(&mut c, 40, 300),
        &mut scratch,
        Some(&mut check),
    );
}

#[test]
fn the_grid_cuts_the_longer_side() {
    let grid = |m, n, of| {
        Gemm {
            m,
            n,
            k: 64,
            ta: false,
            tb: false,
        }
        .grid(of)
    };
    assert_eq!(grid(784, 128, 2), 2);
    assert_eq!(grid(32, 784, 2), 1);
    assert_eq!(grid(256, 256, 4), 2);
    assert_eq!(grid(4, 64, 4), 1);
    for of in 1..9 {
        assert!(of % grid(100, 60, of) == 0);
    }
}

#[test]
#[should_panic(expected = "operands")]
fn a_short_operand_is_refused() {
    let g = Gemm {
        m: 4,
        n: 4,
        k: 4,
        ta: false,
        tb: false,
    };
    let mut c = [0.0; 16];
    g.run(
        &[0.0; 15],
        &[0.0; 16],
        Tile::whole(&mut c, 4, 4),
        &mut [0.0; 99],
        None,
    );
}
