//! Loops over the units of a row by vectors, the last one padded. They know no cell.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// `N` parts of equal length.
#[inline(always)]
pub fn parts<const N: usize>(x: &[f32]) -> [&[f32]; N] {
    let len = x.len() / N;
    core::array::from_fn(|i| &x[i * len..][..len])
}

/// `N` parts of equal length.
#[inline(always)]
pub fn parts_mut<const N: usize>(x: &mut [f32]) -> [&mut [f32]; N] {
    let mut parts = x.chunks_exact_mut((x.len() / N).max(1));
    core::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// `(state, y) = f(x, state)` for the elements of all slices, which have one length.
#[inline(always)]
pub fn each<const X: usize, const S: usize, const Y: usize>(
    x: [&[f32]; X],
    mut state: [&mut [f32]; S],
    mut y: [&mut [f32]; Y],
    f: impl Fn([Native; X], [Native; S]) -> ([Native; S], [Native; Y]),
) {
    let len = x[0].len();
    assert!(x.iter().all(|x| x.len() == len));
    assert!(state.iter().all(|s| s.len() == len) && y.iter().all(|y| y.len() == len));
    let whole = len / 4 * 4;
    for at in (0..whole).step_by(4) {
        // SAFETY: at + 4 ≤ whole ≤ len, the length of every slice.
        unsafe {
            let xs = core::array::from_fn(|i| Native::load(x[i].as_ptr().add(at)));
            let states = core::array::from_fn(|i| Native::load(state[i].as_ptr().add(at)));
            let (states, ys) = f(xs, states);
            for i in 0..S {
                states[i].store(state[i].as_mut_ptr().add(at));
            }
            for i in 0..Y {
                ys[i].store(y[i].as_mut_ptr().add(at));
            }
        }
    }
    if whole == len {
        return;
    }
    let xs = x.map(|x| Native::from_rest(&x[whole..], 0.0));
    let states = core::array::from_fn(|i| Native::from_rest(&state[i][whole..], 0.0));
    let (states, ys) = f(xs, states);
    (0..S).for_each(|i| states[i].write_rest(&mut state[i][whole..]));
    (0..Y).for_each(|i| ys[i].write_rest(&mut y[i][whole..]));
}

/// 1 / (1 + e⁻ˣ), without overflow in either tail.
#[inline(always)]
pub fn sigmoid(x: Native) -> Native {
    let one = Native::splat(1.0);
    let e = x.abs().neg().exp();
    x.mask_lt(Native::splat(0.0)).blend(e, one).div(e.add(one))
}

/// y·(1 − y)
#[inline(always)]
pub fn sigmoid_slope(y: Native) -> Native {
    y.mul(Native::splat(1.0).sub(y))
}

/// 1 − y²
#[inline(always)]
pub fn tanh_slope(y: Native) -> Native {
    Native::splat(1.0).sub(y.mul(y))
}
