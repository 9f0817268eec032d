//! Plain loops for references: repeating, summing, choosing along axes, rows.

use gradloom_graph::Shape;

/// For each element of a tensor of shape `to`, where it lies in a tensor of shape `from`, which
/// broadcasts.
fn sources(from: &Shape, to: &Shape) -> impl Iterator<Item = usize> {
    let strides = from.strides_in(to);
    let dims = to.dims().to_vec();
    (0..to.size()).map(move |mut i| {
        let mut at = 0;
        for (&dim, &stride) in dims.iter().zip(&strides).rev() {
            at += i % dim * stride;
            i /= dim;
        }
        at
    })
}

/// `x` of shape `from`, broadcast to shape `to`.
pub fn spread<T: Copy>(x: &[T], from: &Shape, to: &Shape) -> Vec<T> {
    sources(from, to).map(|at| x[at]).collect()
}

/// `x` of shape `from`, summed to shape `to`, which broadcasts to `from`.
pub fn summed_to(x: &[f64], from: &Shape, to: &Shape) -> Vec<f64> {
    let mut sums = vec![0.0; to.size()];
    sources(to, from).zip(x).for_each(|(at, x)| sums[at] += x);
    sums
}

/// `f` of each line of `x` along `axis`.
pub fn along(x: &[f64], shape: &Shape, axis: i64, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let axis = shape.axis("along", axis).expect("an axis of the shape");
    let inner: usize = shape.dims()[axis + 1..].iter().product();
    let size = shape.dims()[axis];
    let line = |i: usize| -> Vec<f64> {
        let start = i / inner * inner * size + i % inner;
        (0..size).map(|j| x[start + j * inner]).collect()
    };
    (0..x.len() / size).map(|i| f(&line(i))).collect()
}

/// `f` of each row.
pub fn rowwise(x: &[f64], cols: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    x.chunks(cols.max(1)).flat_map(f).collect()
}

pub fn log_softmax_row(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let log = x.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
    x.iter().map(|x| x - max - log).collect()
}

pub fn softmax_row(x: &[f64]) -> Vec<f64> {
    log_softmax_row(x).into_iter().map(f64::exp).collect()
}

/// Where the elements of a box lie in a tensor of shape `whole`.
pub fn boxed(whole: &[usize], sizes: &[usize], starts: &[usize], steps: &[i64]) -> Vec<usize> {
    let place = |mut i: usize| {
        let (mut at, mut stride) = (0, 1);
        for axis in (0..whole.len()).rev() {
            at += (starts[axis] as i64 + (i % sizes[axis]) as i64 * steps[axis]) as usize * stride;
            i /= sizes[axis];
            stride *= whole[axis];
        }
        at
    };
    (0..sizes.iter().product()).map(place).collect()
}
