//! One row of A: its sums of many columns at a time, read where B is stored. The register tile
//! would compute four rows of which three are thrown away. The order of additions is the same.

use super::Block;
use super::operand::{Panels, Strips};
use crate::Native;
use crate::io::Tile;
use crate::lanes::{F32Lanes, Lanes};

/// Vectors of sums.
const VECTORS: usize = 8;

/// Columns that are computed together.
pub const WIDTH: usize = 4 * VECTORS;

/// Computes the columns of a block of one row that come in whole groups of `WIDTH`; returns how
/// many these are.
pub fn wide(left: &Strips, right: &Panels, block: &Block, c: &mut Tile) -> usize {
    let (Strips::Rows { a, .. }, (b, ld, direct)) = (left, right.direct()) else {
        return 0;
    };
    let depth = right.depth();
    assert!(block.rows.len() == 1 && (1..=a.len()).contains(&depth));
    let done = direct.min(block.cols.len()) / WIDTH * WIDTH;
    assert!(done == 0 || (depth - 1) * ld + done <= b.len());
    for j in (0..done).step_by(WIDTH) {
        let to = c.at(block.rows.start, block.cols.start + j);
        // SAFETY: `depth` rows of B with columns up to `done` are readable by the assertion; the
        // block lies inside the tile.
        unsafe {
            put(
                sums(&a[..depth], b.as_ptr().add(j), ld),
                to,
                block.k.start > 0,
            )
        };
    }
    done
}

/// `a[0] b[0][..] + a[1] b[1][..] + …`, in this order.
///
/// # Safety
/// `WIDTH` elements from `b + k * ld` on are readable, for each k of a, which is not empty.
#[inline(always)]
unsafe fn sums(a: &[f32], mut b: *const f32, ld: usize) -> [Native; VECTORS] {
    // SAFETY: by the contract.
    let load = |b: *const f32, i: usize| unsafe { Native::load(b.add(4 * i)) };
    let x = Native::splat(a[0].into());
    let mut acc: [Native; VECTORS] = core::array::from_fn(|i| x.mul(load(b, i)));
    for x in &a[1..] {
        b = b.wrapping_add(ld);
        // SAFETY: a reference can be read.
        let x = unsafe { Native::load_splat(x) };
        for (i, acc) in acc.iter_mut().enumerate() {
            *acc = x.mul_add(load(b, i), *acc);
        }
    }
    acc
}

/// # Safety
/// `WIDTH` elements from `to` on may be read and written.
#[inline(always)]
unsafe fn put(sums: [Native; VECTORS], to: *mut f32, add: bool) {
    for (i, sum) in sums.into_iter().enumerate() {
        let to = to.wrapping_add(4 * i);
        // SAFETY: by the contract.
        unsafe {
            let sum = if add { Native::load(to).add(sum) } else { sum };
            sum.store(to);
        }
    }
}
