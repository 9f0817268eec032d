//! Kernels along the last axis: softmax, its logarithm, cross-entropy from logits. All take whole
//! rows of `cols` elements, so a caller may hand over any range of rows; a row's bits do not depend
//! on the others. Sums are those of `reduce`: sixteen partial sums in a fixed order.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};
use crate::reduce::{self, Sums};
pub use crate::reduce::{add_into, argmax, max, sum};

const LOWEST: f32 = f32::NEG_INFINITY;

/// Calls `f` with the vectors of a row, the last one padded.
#[inline(always)]
fn each(x: &[f32], pad: f32, mut f: impl FnMut(Native)) {
    let (whole, rest) = x.as_chunks::<4>();
    whole.iter().for_each(|x| f(Native::from_slice(x)));
    if !rest.is_empty() {
        f(Native::from_rest(rest, pad));
    }
}

/// `out[i] = f(x[i])` by vectors; the last one is padded.
#[inline(always)]
fn map(x: &[f32], pad: f32, out: &mut [f32], mut f: impl FnMut(Native) -> Native) {
    let ((xs, x), (outs, out)) = (x.as_chunks::<4>(), out.as_chunks_mut::<4>());
    xs.iter()
        .zip(outs)
        .for_each(|(x, out)| f(Native::from_slice(x)).write(out));
    if !x.is_empty() {
        f(Native::from_rest(x, pad)).write_rest(out);
    }
}

/// Writes e^(x − max x) and returns the sum of it in every lane; NaN if x has a NaN, or no number
/// above −∞.
fn exponentials(x: &[f32], out: &mut [f32]) -> Native {
    let max = reduce::largest(x);
    let mut sums = Sums::new();
    map(x, LOWEST, out, |x| {
        let e = x.sub(max).exp();
        sums.add(e);
        e
    });
    sums.everywhere()
}

/// ln Σ e^x and max x as (ln Σ e^(x − max), max) in every lane: their sum would lose digits.
fn log_sum_exp(x: &[f32]) -> (Native, Native) {
    let max = reduce::largest(x);
    let mut sums = Sums::new();
    each(x, LOWEST, |x| sums.add(x.sub(max).exp()));
    (sums.everywhere().log(), max)
}

/// `out = e^(x − max) / Σ e^(x − max)`. x, out: `[rows, cols]`.
pub fn softmax(x: &[f32], out: &mut [f32], cols: usize) {
    assert_eq!(x.len(), out.len(), "rows of softmax");
    for (x, out) in x
        .chunks_exact(cols.max(1))
        .zip(out.chunks_exact_mut(cols.max(1)))
    {
        let sum = exponentials(x, out);
        let (whole, rest) = out.as_chunks_mut::<4>();
        whole
            .iter_mut()
            .for_each(|out| Native::from_slice(out).div(sum).write(out));
        Native::from_rest(rest, 0.0).div(sum).write_rest(rest);
    }
}

/// `out = (x − max) − ln Σ e^(x − max)`. x, out: `[rows, cols]`.
pub fn log_softmax(x: &[f32], out: &mut [f32], cols: usize) {
    assert_eq!(x.len(), out.len(), "rows of log softmax");
    for (x, out) in x
        .chunks_exact(cols.max(1))
        .zip(out.chunks_exact_mut(cols.max(1)))
    {
        let (log, max) = log_sum_exp(x);
        map(x, 0.0, out, |x| x.sub(max).sub(log));
    }
}

/// `out = Σ t (ln Σ e^x − x)` for each row; a class of target 0 adds nothing, even if its logit is
/// −∞. logits, targets: `[rows, cols]`, out: `[rows]`.
pub fn cross_entropy(logits: &[f32], targets: &[f32], out: &mut [f32], cols: usize) {
    assert!(
        logits.len() == out.len() * cols && targets.len() == logits.len(),
        "rows of the loss"
    );
    if cols == 0 {
        return out.fill(0.0);
    }
    for ((x, t), out) in logits
        .chunks_exact(cols)
        .zip(targets.chunks_exact(cols))
        .zip(out.iter_mut())
    {
        let (log, max) = log_sum_exp(x);
        let mut sums = Sums::new();
        let mut add = |x: Native, t: Native| {
            let term = t.mul(log.sub(x.sub(max)));
            sums.add(t.select(term, Native::splat(0.0)));
        };
        let ((xs, x), (ts, t)) = (x.as_chunks::<4>(), t.as_chunks::<4>());
        xs.iter()
            .zip(ts)
            .for_each(|(x, t)| add(Native::from_slice(x), Native::from_slice(t)));
        add(Native::from_rest(x, 0.0), Native::from_rest(t, 0.0));
        *out = sums.total();
    }
}

/// The gradient of `cross_entropy` for the logits: `out = dy (Σ t · softmax(x) − t)`.
/// logits, targets, out: `[rows, cols]`, dy: `[rows]`.
pub fn cross_entropy_grad(
    logits: &[f32],
    targets: &[f32],
    dy: &[f32],
    out: &mut [f32],
    cols: usize,
) {
    assert!(
        logits.len() == out.len() && targets.len() == out.len(),
        "rows of the gradient"
    );
    assert_eq!(dy.len() * cols, out.len(), "rows of dy");
    let cols = cols.max(1);
    let rows = logits
        .chunks_exact(cols)
        .zip(targets.chunks_exact(cols))
        .zip(dy);
    for (((x, t), &dy), out) in rows.zip(out.chunks_exact_mut(cols)) {
        let sum = exponentials(x, out);
        let (total, dy) = (
            Native::splat(reduce::sum(t).into()),
            Native::splat(dy.into()),
        );
        let grad = |e: Native, t: Native| dy.mul(e.div(sum).mul(total).sub(t));
        let (whole, rest) = out.as_chunks_mut::<4>();
        let (targets, rest_targets) = t.as_chunks::<4>();
        for (out, t) in whole.iter_mut().zip(targets) {
            grad(Native::from_slice(out), Native::from_slice(t)).write(out);
        }
        let (e, t) = (
            Native::from_rest(rest, 0.0),
            Native::from_rest(rest_targets, 0.0),
        );
        grad(e, t).write_rest(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize, seed: f32) -> Vec<f32> {
        (0..n)
            .map(|i| ((i as f32 + seed) * 1.37).sin() * 4.0)
            .collect()
    }

    fn softmax_f64(x: &[f32]) -> Vec<f64> {
        let max = x.iter().fold(f64::NEG_INFINITY, |m, &x| m.max(x.into()));
        let e: Vec<f64> = x.iter().map(|&x| (f64::from(x) - max).exp()).collect();
        let sum: f64 = e.iter().sum();
        e.iter().map(|e| e / sum).collect()
    }

    fn close(got: f32, want: f64) -> bool {
        (f64::from(got) - want).abs() <= 1e-6 * want.abs().max(0.1)
    }

    #[test]
    fn every_width_agrees_with_f64() {
        for cols in 1..40 {
            let (x, t) = (series(3 * cols, 0.3), series(3 * cols, 9.1));
            let (mut y, mut l, mut g) = (vec![0.0; 3 * cols], vec![0.0; 3 * cols], x.clone());
            let (mut loss, dy) = ([0.0; 3], [1.0, -2.0, 0.5]);
            softmax(&x, &mut y, cols);
            log_softmax(&x, &mut l, cols);
            cross_entropy(&x, &t, &mut loss, cols);
            cross_entropy_grad(&x, &t, &dy, &mut g, cols);
            for row in 0..3 {
                let at = row * cols..(row + 1) * cols;
                let p = softmax_f64(&x[at.clone()]);
                let total: f64 = t[at.clone()].iter().map(|&t| f64::from(t)).sum();
                let mut want = 0.0;
                for (p, i) in p.iter().zip(at) {
                    let t = f64::from(t[i]);
                    want -= t * p.ln();
                    assert!(close(y[i], *p) && close(l[i], p.ln()), "{cols} columns");
                    let grad = f64::from(dy[row]) * (total * p - t);
                    assert!((f64::from(g[i]) - grad).abs() < 2e-5, "{cols} columns");
                }
                assert!((f64::from(loss[row]) - want).abs() < 1e-4, "{cols} columns");
            }
        }
    }

    #[test]
    fn rows_do_not_depend_on_each_other() {
        for cols in [1, 3, 4, 10, 17] {
            let (x, t) = (series(5 * cols, 0.7), series(5 * cols, 3.3));
            let mut whole = vec![0.0; 5 * cols];
            let mut losses = [0.0; 5];
            softmax(&x, &mut whole, cols);
            cross_entropy(&x, &t, &mut losses, cols);
            for (row, whole_loss) in losses.iter().enumerate() {
                let at = row * cols..(row + 1) * cols;
                let (mut alone, mut loss) = (vec![0.0; cols], [0.0]);
                softmax(&x[at.clone()], &mut alone, cols);
                cross_entropy(&x[at.clone()], &t[at.clone()], &mut loss, cols);
                assert_eq!(alone, whole[at]);
                assert_eq!(loss[0].to_bits(), whole_loss.to_bits());
            }
        }
    }

    #[test]
    fn large_infinite_and_nan_logits() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        let x = [1e30, -1e30, -inf, 0.0, nan, 0.0, -inf, -inf];
        let mut y = [9.0; 8];
        softmax(&x, &mut y, 2);
        assert_eq!(y[..4], [1.0, 0.0, 0.0, 1.0]);
        assert!(y[4..].iter().all(|y| y.is_nan()));
        let mut loss = [9.0; 4];
        cross_entropy(&x, &[1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.5, 0.5], &mut loss, 2);
        assert_eq!(loss[..2], [0.0, 0.0]);
        assert!(loss[2].is_nan() && loss[3].is_nan());
        cross_entropy(&[-1e4, 1e4], &[1.0, 0.0], &mut loss[..1], 2);
        assert_eq!(loss[0], 2e4);
    }

    #[test]
    fn no_rows_and_no_columns() {
        softmax(&[], &mut [], 3);
        log_softmax(&[], &mut [], 0);
        let mut loss = [1.0, 2.0];
        cross_entropy(&[], &[], &mut loss, 0);
        assert_eq!(loss, [0.0, 0.0]);
        cross_entropy_grad(&[], &[], &[], &mut [], 4);
    }
}
