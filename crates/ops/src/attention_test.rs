//! Attention and its gradient against sums written in f64, and by central differences.

use super::*;
use crate::harness::{Numbers, Tensor, case, numbers, refuses, shape, softmax_row};

/// [B, T, S, H, G, D, E]
type Dims = [usize; 7];

/// Whether a query sees a key.
type Sees = dyn Fn(usize, usize, usize, usize) -> bool;

/// The weights of each query, by batch entry, step and head, and where its own row begins in q
/// and in y.
fn rows(d: Dims, scale: f64, sees: &Sees, x: &[Vec<f64>]) -> Vec<([usize; 4], Vec<f64>)> {
    let [b, t, s, h, g, depth, _] = d;
    let mut all = Vec::new();
    for at in 0..b * t * h {
        let (b, i, h) = (at / (t * h), at / h % t, at % h);
        let own = h * g / d[3];
        let score = |j: usize| {
            let dot = |l| x[0][at * depth + l] * x[1][((b * s + j) * g + own) * depth + l];
            scale * (0..depth).map(dot).sum::<f64>()
        };
        let keys: Vec<usize> = (0..s).filter(|&j| sees(b, h, i, j)).collect();
        let seen = softmax_row(&keys.iter().map(|&j| score(j)).collect::<Vec<_>>());
        let mut p = vec![0.0; s];
        keys.iter().zip(seen).for_each(|(&j, w)| p[j] = w);
        all.push(([at, b * s, own, i], p));
    }
    all
}

fn attended(d: Dims, scale: f64, sees: &Sees, x: &[Vec<f64>]) -> Vec<f64> {
    let [_, _, s, _, g, _, width] = d;
    let mut y = Vec::new();
    for ([_, first, own, _], p) in rows(d, scale, sees, x) {
        let v = |j: usize, l| x[2][((first + j) * g + own) * width + l];
        y.extend((0..width).map(|l| (0..s).map(|j| p[j] * v(j, l)).sum::<f64>()));
    }
    y
}

fn gradients(d: Dims, scale: f64, sees: &Sees, x: &[Vec<f64>]) -> Vec<f64> {
    let [_, _, s, _, g, depth, width] = d;
    let dy = &x[x.len() - 1];
    let mut grads = [0, 1, 2].map(|i| vec![0.0; x[i].len()]);
    for ([at, first, own, _], p) in rows(d, scale, sees, x) {
        let row = |j: usize| (first + j) * g + own;
        let back = |j: usize| {
            let term = |l| dy[at * width + l] * x[2][row(j) * width + l];
            (0..width).map(term).sum::<f64>()
        };
        let sum: f64 = (0..s).map(|j| p[j] * back(j)).sum();
        for j in 0..s {
            let ds = scale * p[j] * (back(j) - sum);
            for l in 0..depth {
                grads[0][at * depth + l] += ds * x[1][row(j) * depth + l];
                grads[1][row(j) * depth + l] += ds * x[0][at * depth + l];
            }
            (0..width).for_each(|l| grads[2][row(j) * width + l] += p[j] * dy[at * width + l]);
        }
    }
    grads.concat()
}

fn tensors([b, t, s, h, g, d, e]: Dims, mask: Option<[usize; 4]>) -> Vec<Tensor> {
    let mut random = Numbers::new(3);
    let mut x = vec![
        random.tensor(&[b, t, h, d]),
        random.tensor(&[b, s, g, d]),
        random.tensor(&[b, s, g, e]),
    ];
    x.extend(mask.map(|dims| {
        let size = dims.iter().product::<usize>();
        let bits: Vec<f32> = (0..size).map(|i| f32::from(i % 3 != 1)).collect();
        numbers(&dims, &bits)
    }));
    x.push(random.tensor(&[b, t, h, e]));
    x
}

fn check(d: Dims, causal: bool, mask: Option<[usize; 4]>, twice: bool) {
    let x = tensors(d, mask);
    let bits = mask.map(|_| x[3].to_f64());
    let sees = move |b: usize, h: usize, i: usize, j: usize| {
        let at = |i: usize, size: usize| if size == 1 { 0 } else { i };
        let shown = mask.is_none_or(|[mb, mh, mt, ms]| {
            let row = (at(b, mb) * mh + at(h, mh)) * mt + at(i, mt);
            bits.as_ref().expect("of the mask")[row * ms + j] != 0.0
        });
        shown && (!causal || j <= i)
    };
    let (scale, all) = (0.7f32, std::sync::Arc::new(sees));
    let op = Attention { causal, scale };
    let (see, inputs) = (all.clone(), &x[..x.len() - 1]);
    let of_op = case(op, inputs, move |x| attended(d, scale.into(), &*see, x));
    let of_op = of_op.within(2e-6, 1e-6).gradient_within(1e-4);
    let op = AttentionGrad { causal, scale };
    let of_grad = case(op, &x, move |x| gradients(d, scale.into(), &*all, x));
    let of_grad = of_grad.within(4e-6, 4e-6).gradient_within(1e-4);
    let constant = |case: crate::harness::Case| match mask {
        Some(_) => case.constant(3),
        None => case,
    };
    let (of_op, of_grad) = (constant(of_op), constant(of_grad));
    if twice {
        of_op.twice().check();
        of_grad.check();
    } else {
        of_op.check_values();
        of_grad.check_values();
    }
}

#[test]
fn every_size_around_the_lanes() {
    for n in (0..=9).chain(15..=17) {
        check([2, 3, n, 2, 2, 3, 2], false, None, n < 6);
        check([1, n, 4, 2, 2, 3, 2], true, None, n < 6);
        check([1, 3, 4, 1, 1, n, 2], false, None, n < 6);
        check([1, 3, 4, 1, 1, 2, n], true, None, n < 6);
    }
}

#[test]
fn heads_share_keys_and_values() {
    check([2, 3, 4, 4, 2, 3, 2], false, None, true);
    check([2, 3, 4, 3, 1, 2, 5], true, None, true);
}

#[test]
fn masks_of_any_breadth() {
    for mask in [[2, 2, 3, 4], [1, 1, 3, 4], [2, 1, 1, 4], [1, 2, 1, 4]] {
        check([2, 3, 4, 2, 1, 3, 2], false, Some(mask), true);
        check([2, 3, 4, 2, 1, 3, 2], true, Some(mask), true);
    }
}

#[test]
fn more_steps_than_a_block() {
    check([1, 70, 67, 2, 2, 5, 6], true, Some([1, 1, 70, 67]), false);
    check([1, 131, 70, 2, 1, 8, 4], false, None, false);
    check([1, 140, 1, 1, 1, 4, 4], true, None, false);
}

#[test]
fn a_query_that_sees_nothing_gets_zeros() {
    let [q, k, v, _] = &tensors([1, 2, 3, 1, 1, 2, 2], None)[..] else {
        unreachable!("without a mask")
    };
    let mask = numbers(&[1, 1, 2, 3], &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let op = Attention {
        causal: false,
        scale: 1.0,
    };
    let inputs = [q.clone(), k.clone(), v.clone(), mask];
    let want = |x: &[Vec<f64>]| vec![0.0, 0.0, x[2][2], x[2][3]];
    case(op, &inputs, want).values();
}

#[test]
fn what_does_not_fit_is_refused() {
    let ty = |dims: &[usize]| Type::f32(shape(dims));
    let op = Attention {
        causal: false,
        scale: 1.0,
    };
    let (q, k, v) = (ty(&[2, 3, 4, 5]), ty(&[2, 6, 2, 5]), ty(&[2, 6, 2, 7]));
    let with = |x: [Type; 3], words: &[&str]| refuses(op, &x, words);
    with(
        [ty(&[2, 3, 5]), k.clone(), v.clone()],
        &["takes q", "[2, 3, 5]"],
    );
    with(
        [q.clone(), ty(&[2, 6, 3, 5]), v.clone()],
        &["[2, 6, 3, 5]", "[2, 6, 2, 7]"],
    );
    let odd = [ty(&[2, 3, 4, 5]), ty(&[2, 6, 3, 5]), ty(&[2, 6, 3, 7])];
    with(odd, &["multiple"]);
    refuses(op, &[q.clone(), k.clone()], &["2 inputs"]);
    let four = [q.clone(), k.clone(), v.clone(), ty(&[2, 4, 3, 5])];
    refuses(op, &four, &["mask", "[2, 4, 3, 5]", "[2, 4, 3, 6]"]);
    let grad = AttentionGrad {
        causal: false,
        scale: 1.0,
    };
    refuses(grad, &[q, k, v, ty(&[2, 3, 4, 5])], &["dy", "[2, 3, 4, 7]"]);
}
