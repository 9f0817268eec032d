//! One step of a simple recurrent cell for one row, forward and back.

use super::vectors::{each, tanh_slope};
use crate::Native;
use crate::lanes::Lanes;

/// x: [U], z = h·K: [U]; the next h: [U].
pub fn forward(x: &[f32], z: &[f32], next: &mut [f32]) {
    each([x, z], [], [next], |[x, z], []| {
        ([], [x.add(z).tanh().flush()])
    });
}

/// next: [U], dh: [U] → 0 beside what comes back through K, out: [U].
// dx = dh·(1 − h'²)
pub fn backward(next: &[f32], dh: &mut [f32], out: &mut [f32]) {
    each([next], [dh], [out], |[h], [dh]| {
        ([Native::splat(0.0)], [dh.mul(tanh_slope(h)).flush()])
    });
}
