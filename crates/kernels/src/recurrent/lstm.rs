//! One step of long short-term memory for one row, forward and back (Hochreiter & Schmidhuber 1997;
//! with the forget gate of Gers et al. 2000), gates in Keras's order.

use super::vectors::{each, parts, parts_mut, sigmoid, sigmoid_slope, tanh_slope};
use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// x: [4 U], z = h·K: [4 U], now: [h, c, gates i, f, g, o], next: [h, c].
pub fn forward(x: &[f32], z: &[f32], now: &mut [f32], next: &mut [f32]) {
    let ([xi, xf, xg, xo], [hi, hf, hg, ho]) = (parts(x), parts(z));
    let [_, c, i, f, g, o] = parts_mut(now);
    let [next_h, next_c] = parts_mut(next);
    let inputs = [xi, xf, xg, xo, hi, hf, hg, ho, c];
    each(inputs, [], [next_h, next_c, i, f, g, o], |x, []| {
        let [xi, xf, xg, xo, hi, hf, hg, ho, c] = x;
        let (i, f) = (sigmoid(xi.add(hi)), sigmoid(xf.add(hf)));
        let (g, o) = (xg.add(hg).tanh(), sigmoid(xo.add(ho)));
        let c = f.mul_add(c, i.mul(g)).flush();
        ([], [o.mul(c.tanh()), c, i, f, g, o])
    });
}

/// now: as left by `forward`, next: [h, c], ds: [dh, dc] → what goes to h (nothing) and to c beside
/// K, out: [di, df, dg, do].
// dc' = dc + dh·o·(1 − tanh²c'), di = dc'·g·i·(1 − i), df = dc'·c·f·(1 − f), dg = dc'·i·(1 − g²),
// do = dh·tanh(c')·o·(1 − o), dc = dc'·f
pub fn backward(now: &[f32], next: &[f32], ds: &mut [f32], out: &mut [f32]) {
    let [_, c, i, f, g, o] = parts(now);
    let [_, next_c] = parts(next);
    each(
        [c, i, f, g, o, next_c],
        parts_mut::<2>(ds),
        parts_mut::<4>(out),
        |[c, i, f, g, o, next_c], [dh, dc]| {
            let t = next_c.tanh();
            let dc = dh.mul(o).mul_add(tanh_slope(t), dc).flush();
            let di = dc.mul(g).mul(sigmoid_slope(i)).flush();
            let df = dc.mul(c).mul(sigmoid_slope(f)).flush();
            let dg = dc.mul(i).mul(tanh_slope(g)).flush();
            let d_o = dh.mul(t).mul(sigmoid_slope(o)).flush();
            ([Native::splat(0.0), dc.mul(f)], [di, df, dg, d_o])
        },
    );
}
