//! The transforms of F(2×2, 3×3): what a tile of an image, of outputs, of a kernel becomes before
//! and after the products (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks",
//! 2015). Each is one 3-tap filter's transform, along columns and then along rows.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

type Square<const N: usize> = [[Native; N]; N];

/// Elements of a square, four channels at a time: rows and points so many elements apart.
#[derive(Clone, Copy)]
pub struct Grid {
    pub row: usize,
    pub point: usize,
}

impl Grid {
    #[inline(always)]
    fn load<const N: usize>(self, x: &[f32]) -> Square<N> {
        let at = |r: usize, c: usize| Native::from_slice(&x[r * self.row + c * self.point..]);
        core::array::from_fn(|r| core::array::from_fn(|c| at(r, c)))
    }

    #[inline(always)]
    fn store<const N: usize>(self, values: Square<N>, x: &mut [f32]) {
        for (r, row) in values.into_iter().enumerate() {
            for (c, value) in row.into_iter().enumerate() {
                value.write(&mut x[r * self.row + c * self.point..]);
            }
        }
    }
}

#[inline(always)]
fn both<const N: usize, const M: usize>(
    f: impl Fn([Native; N]) -> [Native; M],
    d: Square<N>,
) -> Square<M> {
    let columns: [[Native; M]; N] = core::array::from_fn(|c| f(d.map(|row| row[c])));
    core::array::from_fn(|r| f(columns.map(|column| column[r])))
}

/// Bᵀ of four inputs.
#[inline(always)]
fn image([a, b, c, d]: [Native; 4]) -> [Native; 4] {
    [a.sub(c), b.add(c), c.sub(b), b.sub(d)]
}

/// Aᵀ: four products become two outputs.
#[inline(always)]
fn output([a, b, c, d]: [Native; 4]) -> [Native; 2] {
    [a.add(b).add(c), b.sub(c).sub(d)]
}

/// A: two gradients of outputs become those of four products.
#[inline(always)]
fn output_grad([a, b]: [Native; 2]) -> [Native; 4] {
    [a, a.add(b), a.sub(b), b.neg()]
}

/// G of three taps.
#[inline(always)]
fn kernel([a, b, c]: [Native; 3]) -> [Native; 4] {
    let half = Native::splat(0.5);
    let (outer, inner) = (a.add(c).mul(half), b.mul(half));
    [a, outer.add(inner), outer.sub(inner), c]
}

/// Gᵀ: four gradients become those of three taps.
#[inline(always)]
fn kernel_grad([a, b, c, d]: [Native; 4]) -> [Native; 3] {
    let half = Native::splat(0.5);
    let (sum, difference) = (b.add(c).mul(half), b.sub(c).mul(half));
    [a.add(sum), difference, sum.add(d)]
}

macro_rules! transform {
    ($(#[$doc:meta])* $name:ident, $f:ident) => {
        $(#[$doc])*
        #[inline(never)]
        pub fn $name(channels: usize, (from, x): (Grid, &[f32]), (to, out): (Grid, &mut [f32])) {
            for at in (0..channels).step_by(4) {
                to.store(both($f, from.load(&x[at..])), &mut out[at..]);
            }
        }
    };
}

transform!(
    /// Bᵀ·d·B: 4 × 4 inputs.
    image_tile,
    image
);
transform!(
    /// Aᵀ·m·A: 4 × 4 products become 2 × 2 outputs.
    output_tile,
    output
);
transform!(
    /// A·dy·Aᵀ: 2 × 2 gradients of outputs become those of 4 × 4 products.
    output_grad_tile,
    output_grad
);
transform!(
    /// G·g·Gᵀ: 3 × 3 taps.
    kernel_tile,
    kernel
);
transform!(
    /// Gᵀ·u·G: 4 × 4 gradients become those of 3 × 3 taps.
    kernel_grad_tile,
    kernel_grad
);
