//! One step of a gated recurrent unit for one row, forward and back: the form of Cho et al. (2014)
//! with the reset gate after the product, as in cuDNN and Keras.

use super::vectors::{each, parts, parts_mut, sigmoid, sigmoid_slope, tanh_slope};
use crate::Native;
use crate::lanes::Lanes;

/// x: [3 U], z = h·K: [3 U], now: [h, gates z, r, n, and z's part for n], next: [h].
pub fn forward(x: &[f32], z: &[f32], now: &mut [f32], next: &mut [f32]) {
    let ([xz, xr, xn], [hz, hr, hn]) = (parts(x), parts(z));
    let [h, z, r, n, m] = parts_mut(now);
    let inputs = [xz, xr, xn, hz, hr, hn, h];
    each(inputs, [], [next, z, r, n, m], |x, []| {
        let [xz, xr, xn, hz, hr, m, h] = x;
        let (z, r) = (sigmoid(xz.add(hz)), sigmoid(xr.add(hr)));
        let n = xn.add(r.mul(m)).tanh();
        ([], [n.add(z.mul(h.sub(n))).flush(), z, r, n, m])
    });
}

/// now: as left by `forward`, dh: [U] → what goes to h beside K, out: [dz, dr, dn, dm].
// dz = dh·(h − n)·z·(1 − z), dn = dh·(1 − z)·(1 − n²), dr = dn·m·r·(1 − r), dm = dn·r, dh = dh·z
pub fn backward(now: &[f32], dh: &mut [f32], out: &mut [f32]) {
    let [dz, dr, dn, dm] = parts_mut(out);
    let now: [&[f32]; 5] = parts(now);
    each(now, [dh], [dz, dr, dn, dm], |[h, z, r, n, m], [dh]| {
        let rest = Native::splat(1.0).sub(z);
        let dz = dh.mul(h.sub(n)).mul(sigmoid_slope(z)).flush();
        let dn = dh.mul(rest).mul(tanh_slope(n)).flush();
        let dr = dn.mul(m).mul(sigmoid_slope(r)).flush();
        ([dh.mul(z)], [dz, dr, dn, dn.mul(r)])
    });
}
