//! The poolings and their gradients against the definition in f64, over a table of windows.

use std::slice::from_ref;

use super::*;
use crate::harness::{Case, Numbers, Tensor, case, gradients_of, numbers, refuses, shape};
use crate::{MaxPool, MaxPoolGrad, MaxPoolPickGrad, SumPool, SumPoolGrad};

fn pooling(sizes: &[usize], strides: &[usize]) -> Pooling {
    let zeros = vec![0; sizes.len()];
    Pooling {
        sizes: sizes.into(),
        strides: strides.into(),
        low: zeros[..].into(),
        high: zeros[..].into(),
    }
}

impl Pooling {
    fn padded(mut self, low: &[usize], high: &[usize]) -> Pooling {
        (self.low, self.high) = (low.into(), high.into());
        self
    }

    /// The elements of window o along an axis of `n`, by the definition.
    fn range(&self, axis: usize, o: usize, n: usize) -> Vec<usize> {
        let (size, stride, low) = (self.sizes[axis], self.strides[axis], self.low[axis]);
        if stride == 0 {
            let (from, to) = (o * n / size, (o * n + n).div_ceil(size));
            return (from..to).collect();
        }
        let at = (o * stride..o * stride + size).filter_map(|i| i.checked_sub(low));
        at.filter(|&i| i < n).collect()
    }

    /// For each element of the output, the flat indices of its window in x.
    fn windows(&self, x: &[usize], y: &[usize]) -> Vec<Vec<usize>> {
        let rank = x.len() - 2;
        let (n, c) = (x[rank], x[rank + 1]);
        let _ = n;
        let mut windows = Vec::new();
        for flat in 0..y.iter().product::<usize>() {
            let mut rest = flat / c;
            let mut at = vec![0; rank];
            for axis in (0..rank).rev() {
                (at[axis], rest) = (rest % y[axis + 1], rest / y[axis + 1]);
            }
            let mut points = vec![rest];
            for (axis, &o) in at.iter().enumerate() {
                let inner = self.range(axis, o, x[axis + 1]);
                let of = |p: &usize| {
                    inner
                        .iter()
                        .map(|i| p * x[axis + 1] + i)
                        .collect::<Vec<_>>()
                };
                points = points.iter().flat_map(of).collect();
            }
            windows.push(points.into_iter().map(|p| p * c + flat % c).collect());
        }
        windows
    }
}

/// The first of the largest.
fn winner(x: &[f64], window: &[usize]) -> usize {
    window
        .iter()
        .copied()
        .reduce(|a, b| if x[b] > x[a] { b } else { a })
        .expect("a window has elements")
}

fn check_all(x: &[usize], y: &[usize], p: &Pooling) {
    let mut random = Numbers::new(3);
    // Few different numbers, so that windows have several largest.
    let ties = random
        .indices(x, 4)
        .to_f64()
        .iter()
        .map(|&v| v as f32)
        .collect::<Vec<_>>();
    let (tied, given) = (numbers(x, &ties), random.tensor(x));
    let (dy, windows) = (random.tensor(y), p.windows(x, y));
    let size: usize = x.iter().product();
    let spatial = x[1..x.len() - 1].into();

    let w = windows.clone();
    let sums = move |x: &[Vec<f64>]| w.iter().map(|w| w.iter().map(|&i| x[0][i]).sum()).collect();
    let sum: Case = case(SumPool { pooling: *p }, from_ref(&given), sums);
    sum.within(1e-6, 1e-5).twice().check();

    let w = windows.clone();
    let spread = move |dy: &[Vec<f64>]| {
        let mut dx = vec![0.0; size];
        w.iter()
            .zip(&dy[0])
            .for_each(|(w, dy)| w.iter().for_each(|&i| dx[i] += dy));
        dx
    };
    let op = SumPoolGrad {
        pooling: *p,
        spatial,
    };
    case(op, from_ref(&dy), spread).within(1e-6, 1e-5).check();

    let w = windows.clone();
    let largest =
        move |x: &[Vec<f64>]| w.iter().map(|w| x[0][winner(&x[0], w)]).collect::<Vec<_>>();
    case(MaxPool { pooling: *p }, from_ref(&given), largest.clone()).check();
    case(MaxPool { pooling: *p }, from_ref(&tied), largest).check_values();

    let w = windows.clone();
    let back = move |x: &[Vec<f64>]| {
        let mut dx = vec![0.0; size];
        w.iter()
            .zip(&x[1])
            .for_each(|(w, dy)| dx[winner(&x[0], w)] += dy);
        dx
    };
    let op = MaxPoolGrad { pooling: *p };
    case(op, &[tied.clone(), dy], back)
        .constant(0)
        .within(1e-6, 1e-5)
        .check();

    let pick = move |x: &[Vec<f64>]| windows.iter().map(|w| x[1][winner(&x[0], w)]).collect();
    case(MaxPoolPickGrad { pooling: *p }, &[tied, given], pick)
        .constant(0)
        .check();
}

#[test]
fn windows_side_by_side_and_overlapping() {
    check_all(&[2, 6, 3], &[2, 3, 3], &pooling(&[2], &[2]));
    check_all(&[2, 7, 5], &[2, 5, 5], &pooling(&[3], &[1]));
    check_all(&[1, 7, 8], &[1, 2, 8], &pooling(&[2], &[4]));
    check_all(&[2, 4, 5, 4], &[2, 2, 2, 4], &pooling(&[2, 2], &[2, 2]));
    check_all(&[1, 5, 5, 9], &[1, 2, 3, 9], &pooling(&[3, 3], &[2, 1]));
    check_all(
        &[1, 3, 4, 3, 2],
        &[1, 2, 2, 1, 2],
        &pooling(&[2, 2, 3], &[1, 2, 1]),
    );
    check_all(&[0, 4, 3], &[0, 2, 3], &pooling(&[2], &[2]));
}

#[test]
fn padding_is_no_element() {
    check_all(
        &[2, 5, 3],
        &[2, 3, 3],
        &pooling(&[2], &[2]).padded(&[0], &[1]),
    );
    check_all(
        &[1, 5, 4, 4],
        &[1, 3, 2, 4],
        &pooling(&[3, 3], &[2, 2]).padded(&[1, 0], &[1, 1]),
    );
}

#[test]
fn windows_spread_evenly() {
    check_all(&[2, 7, 3], &[2, 3, 3], &pooling(&[3], &[0]));
    check_all(&[1, 5, 4, 5], &[1, 2, 3, 5], &pooling(&[2, 3], &[0, 0]));
    check_all(&[1, 2, 2], &[1, 5, 2], &pooling(&[5], &[0]));
}

#[test]
fn nan_is_the_largest_and_negative_windows_are_not_cut_at_zero() {
    let x = numbers(&[1, 4, 1], &[f32::NAN, -1.0, -3.0, -2.0]);
    let op = MaxPool {
        pooling: pooling(&[2], &[2]).padded(&[0], &[1]),
    };
    let y = |x: &[Vec<f64>]| vec![x[0][0], x[0][3]];
    case(op, &[x], y).values();
}

#[test]
fn a_window_of_equals_gives_its_gradient_to_the_first() {
    let ones = |dims: &[usize]| -> Tensor { numbers(dims, &vec![1.0; dims.iter().product()]) };
    let op = MaxPool {
        pooling: pooling(&[2, 2], &[1, 1]),
    };
    let dx = gradients_of(op, &[ones(&[1, 3, 3, 1])], &ones(&[1, 2, 2, 1]));
    let want = [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(dx[0].as_deref(), Some(&want[..]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let ty = |dims: &[usize]| Type::f32(shape(dims));
    let max = |p: Pooling| MaxPool { pooling: p };
    let x = ty(&[2, 5, 3]);
    refuses(
        max(pooling(&[6], &[1])),
        from_ref(&x),
        &["axis 0", "window of 6", "into 5"],
    );
    refuses(max(pooling(&[0], &[1])), from_ref(&x), &["size 0"]);
    refuses(max(pooling(&[2, 2], &[1, 1])), from_ref(&x), &["not 1"]);
    refuses(
        max(pooling(&[2], &[2]).padded(&[2], &[0])),
        from_ref(&x),
        &["2 and 0", "no element"],
    );
    refuses(
        max(pooling(&[2], &[0]).padded(&[1], &[0])),
        from_ref(&x),
        &["evenly"],
    );
    refuses(max(pooling(&[2], &[1])), &[ty(&[5, 3])], &["[5, 3]"]);
    refuses(max(pooling(&[2], &[1])), &[ty(&[2, 5, 0])], &["channel"]);
    let far = pooling(&[1 << 31], &[1]).padded(&[1 << 30], &[1 << 30]);
    refuses(max(far), from_ref(&x), &["too large"]);
    let grad = MaxPoolGrad {
        pooling: pooling(&[2], &[1]),
    };
    refuses(grad, &[x.clone(), x.clone()], &["[2, 5, 3]", "[2, 4, 3]"]);
    let back = SumPoolGrad {
        pooling: pooling(&[2], &[1]),
        spatial: [5][..].into(),
    };
    refuses(back, &[x], &["[2, 5, 3]", "[2, 4, 3]"]);
}
