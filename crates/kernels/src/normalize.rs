//! Kernels that give every row mean 0 and variance 1, or only the mean square 1, and their
//! gradients. A row's bits do not depend on the others; sums are those of `reduce`.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};
use crate::reduce::{self, Sums};

/// (x − mean) / √(variance + ε); without `center` x / √(mean x² + ε).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalize {
    pub cols: usize,
    pub epsilon: f32,
    pub center: bool,
}

/// `out[i] = f(a[i], b[i])` by vectors.
#[inline(always)]
fn zip(a: &[f32], b: &[f32], out: &mut [f32], f: impl Fn(Native, Native) -> Native) {
    let ((xs, x), (ys, y)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let (outs, out) = out.as_chunks_mut::<4>();
    for ((x, y), out) in xs.iter().zip(ys).zip(outs) {
        f(Native::from_slice(x), Native::from_slice(y)).write(out);
    }
    if !out.is_empty() {
        f(Native::from_rest(x, 0.0), Native::from_rest(y, 0.0)).write_rest(out);
    }
}

/// `Σ a b` in every lane, in the order of `Sums`.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> Native {
    let mut sums = Sums::new();
    let ((xs, x), (ys, y)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (x, y) in xs.iter().zip(ys) {
        sums.add(Native::from_slice(x).mul(Native::from_slice(y)));
    }
    if !x.is_empty() {
        sums.add(Native::from_rest(x, 0.0).mul(Native::from_rest(y, 0.0)));
    }
    sums.everywhere()
}

impl Normalize {
    fn mean(&self, x: &[f32]) -> Native {
        let mean = if self.center {
            reduce::sum(x) / self.cols as f32
        } else {
            0.0
        };
        Native::splat(mean.into())
    }

    /// Writes x normalised and returns 1 / √(variance + ε).
    #[inline(always)]
    fn row(&self, x: &[f32], out: &mut [f32]) -> Native {
        let mean = self.mean(x);
        zip(x, x, out, |x, _| x.sub(mean));
        let cols = Native::splat(self.cols as f64);
        let variance = dot(out, out)
            .div(cols)
            .add(Native::splat(self.epsilon.into()));
        let scale = Native::splat(1.0).div(variance.sqrt());
        let (whole, rest) = out.as_chunks_mut::<4>();
        whole
            .iter_mut()
            .for_each(|x| Native::from_slice(x).mul(scale).write(x));
        Native::from_rest(rest, 0.0).mul(scale).write_rest(rest);
        scale
    }

    /// x, out: `[rows, cols]`.
    pub fn forward(&self, x: &[f32], out: &mut [f32]) {
        assert_eq!(x.len(), out.len(), "rows to normalise");
        let cols = self.cols.max(1);
        for (x, out) in x.chunks_exact(cols).zip(out.chunks_exact_mut(cols)) {
            self.row(x, out);
        }
    }

    /// `out = (dy − mean dy − y · mean(dy y)) / √(variance + ε)`; without `center` the middle term
    /// lacks. x, dy, out: `[rows, cols]`.
    pub fn gradient(&self, x: &[f32], dy: &[f32], out: &mut [f32]) {
        assert!(
            x.len() == out.len() && dy.len() == out.len(),
            "rows of the gradient"
        );
        let cols = self.cols.max(1);
        let rows = x.chunks_exact(cols).zip(dy.chunks_exact(cols));
        for ((x, dy), out) in rows.zip(out.chunks_exact_mut(cols)) {
            let scale = self.row(x, out);
            let mean = self.mean(dy);
            let along = dot(out, dy).div(Native::splat(self.cols as f64));
            let grad = |y: Native, dy: Native| dy.sub(mean).sub(y.mul(along)).mul(scale);
            let (ys, y) = out.as_chunks_mut::<4>();
            let (dys, dy) = dy.as_chunks::<4>();
            for (y, dy) in ys.iter_mut().zip(dys) {
                grad(Native::from_slice(y), Native::from_slice(dy)).write(y);
            }
            grad(Native::from_rest(y, 0.0), Native::from_rest(dy, 0.0)).write_rest(y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|i| ((i as f32 + seed) * 1.37).sin()).collect()
    }

    #[test]
    fn rows_do_not_depend_on_each_other() {
        for (cols, center) in [(1, true), (3, false), (4, true), (17, false), (130, true)] {
            let op = Normalize {
                cols,
                epsilon: 1e-3,
                center,
            };
            let (x, dy) = (series(3 * cols, 0.3), series(3 * cols, 5.1));
            let (mut y, mut dx) = (vec![0.0; 3 * cols], vec![0.0; 3 * cols]);
            op.forward(&x, &mut y);
            op.gradient(&x, &dy, &mut dx);
            for at in [0..cols, cols..2 * cols, 2 * cols..3 * cols] {
                let (mut own, mut grad) = (vec![0.0; cols], vec![0.0; cols]);
                op.forward(&x[at.clone()], &mut own);
                op.gradient(&x[at.clone()], &dy[at.clone()], &mut grad);
                assert_eq!((own, grad), (y[at.clone()].to_vec(), dx[at].to_vec()));
            }
        }
    }

    #[test]
    fn a_row_of_one_number_is_zero_and_no_rows_are_none() {
        let op = Normalize {
            cols: 5,
            epsilon: 1e-3,
            center: true,
        };
        let mut y = [9.0; 5];
        op.forward(&[2.5; 5], &mut y);
        assert_eq!(y, [0.0; 5]);
        Normalize { cols: 0, ..op }.gradient(&[], &[], &mut []);
    }
}
