//! A and B as the inner loops see them: read where they are stored, or packed into scratch where
//! that pays (rows of A never did). The limits below were measured under V8; they change no result.

use core::ops::Range;

use super::kernel::{ColumnStrip, Panel, RowStrip, Target};
use super::{Gemm, MR, NR, pack};

/// B is packed from this many rows of output on: then the copy is read often enough.
const PACK_B_ROWS: usize = 128;
/// Rows of B this long lie so far apart that their panels do not stay in the first cache: B is
/// packed for fewer rows of output, too.
const LONG_ROW: usize = 512;
/// A stored transposed is packed from this many columns of output on, …
const PACK_AT_COLS: usize = 128;
/// … if a block of it is deeper than this, or than `depth_in_cache`.
const PACK_AT_DEPTH: usize = 128;

/// How many rows, `ld` elements apart, a first cache of 64 sets of 8 lines of 16 elements can hold
/// at the same columns.
fn depth_in_cache(ld: usize) -> usize {
    let lines_apart = if ld.is_multiple_of(16) { ld / 16 } else { 1 };
    8 * 64 / (1 << lines_apart.trailing_zeros().min(6))
}

/// A's rows of a block.
pub trait Left {
    /// Each strip of `MR` rows times a panel, for all strips of the target.
    ///
    /// # Safety
    /// As `Target::fill`.
    unsafe fn multiply(&self, panel: Panel, target: Target);
}

/// A as it is stored, rows contiguous.
pub struct Rows<'a> {
    a: &'a [f32],
    ld: usize,
}

/// A stored transposed, and packed from row `direct` on.
pub struct Columns<'a> {
    a: &'a [f32],
    ld: usize,
    direct: usize,
    packed: &'a [f32],
}

impl<'a> Rows<'a> {
    /// `rows` of a, which starts at the first of `depth` columns.
    pub fn stored(a: &'a [f32], ld: usize, rows: &Range<usize>, depth: usize) -> Rows<'a> {
        Rows {
            a: &a[rows.start * ld..(rows.end - 1) * ld + depth],
            ld,
        }
    }
}

impl<'a> Columns<'a> {
    /// Columns `rows` of a, which starts at the first of `depth` rows and meets `n` columns.
    pub fn stored(
        a: &'a [f32],
        ld: usize,
        rows: &Range<usize>,
        depth: usize,
        n: usize,
        packed: &'a mut [f32],
    ) -> Columns<'a> {
        let a = &a[rows.start..(depth - 1) * ld + rows.end];
        let pack = n >= PACK_AT_COLS && depth > PACK_AT_DEPTH.min(depth_in_cache(ld));
        let direct = if pack { 0 } else { rows.len() / MR * MR };
        if direct < rows.len() {
            pack::copied::<MR>(&a[direct..], ld, rows.len() - direct, depth, packed);
        }
        Columns {
            a,
            ld,
            direct,
            packed,
        }
    }
}

impl Left for Rows<'_> {
    #[inline(never)]
    unsafe fn multiply(&self, panel: Panel, target: Target) {
        let last = target.rows - 1;
        assert!(last * self.ld + panel.depth() <= self.a.len());
        let tile = |i: usize| {
            let row = |r: usize| self.a.as_ptr().wrapping_add((i + r).min(last) * self.ld);
            let strip = RowStrip([row(0), row(1), row(2), row(3)]);
            // SAFETY: `depth` elements of every row up to the last are readable by the assertion.
            unsafe { panel.times(strip) }
        };
        // SAFETY: by the contract.
        unsafe { target.fill(tile) };
    }
}

impl Left for Columns<'_> {
    #[inline(never)]
    unsafe fn multiply(&self, panel: Panel, target: Target) {
        let tile = |i: usize| {
            let (a, ld) = if i < self.direct {
                (&self.a[i..], self.ld)
            } else {
                (&self.packed[(i - self.direct) * panel.depth()..], MR)
            };
            assert!((panel.depth() - 1) * ld + MR <= a.len());
            // SAFETY: `MR` elements of each of `depth` columns are readable by the assertion.
            unsafe { panel.times(ColumnStrip(a.as_ptr(), ld)) }
        };
        // SAFETY: by the contract.
        unsafe { target.fill(tile) };
    }
}

/// B's columns of a block, packed from column `direct` on.
pub struct Right<'a> {
    b: &'a [f32],
    ld: usize,
    direct: usize,
    packed: &'a [f32],
    depth: usize,
}

impl<'a> Right<'a> {
    /// B's rows `k` and columns `cols`, which meet `m` rows of A.
    pub fn new(
        gemm: &Gemm,
        b: &'a [f32],
        k: &Range<usize>,
        cols: &Range<usize>,
        m: usize,
        packed: &'a mut [f32],
    ) -> Right<'a> {
        let depth = k.len();
        if gemm.tb {
            let b = &b[cols.start * gemm.k + k.start..];
            pack::transposed::<NR>(b, gemm.k, cols.len(), depth, packed);
            return Right {
                b: &[],
                ld: 0,
                direct: 0,
                packed,
                depth,
            };
        }
        let (b, ld) = (&b[k.start * gemm.n + cols.start..], gemm.n);
        let pack = m >= PACK_B_ROWS || (ld >= LONG_ROW && m >= PACK_B_ROWS / 4);
        let direct = if pack { 0 } else { cols.len() / NR * NR };
        if direct < cols.len() {
            pack::copied::<NR>(&b[direct..], ld, cols.len() - direct, depth, packed);
        }
        Right {
            b,
            ld,
            direct,
            packed,
            depth,
        }
    }

    /// B as `pack` left it.
    pub fn packed(packed: &'a [f32], depth: usize) -> Right<'a> {
        Right {
            b: &[],
            ld: 0,
            direct: 0,
            packed,
            depth,
        }
    }

    /// Columns `j..j + NR`, counted from the first of the block.
    pub fn panel(&self, j: usize) -> Panel<'_> {
        if j < self.direct {
            Panel::new(&self.b[j..], self.ld, self.depth)
        } else {
            Panel::new(
                &self.packed[(j - self.direct) * self.depth..],
                NR,
                self.depth,
            )
        }
    }
}
