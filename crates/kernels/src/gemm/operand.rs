//! A and B as the inner loops see them: read where they are stored, or packed into scratch where
//! that pays (rows of A never did). The limits below were measured under V8; they change no result.

use core::ops::Range;

use super::kernel::{ColumnStrip, Panel, RowStrip, Target};
use super::{MR, NR, pack};

/// B is packed from this many rows of output on: then the copy is read often enough.
const PACK_B_ROWS: usize = 128;
/// Rows of B this long lie so far apart that their panels do not stay in the first cache: B is
/// packed for fewer rows of output, too.
const LONG_ROW: usize = 512;
/// A stored transposed is packed from this many columns of output on, …
const PACK_AT_COLS: usize = 128;
/// … if a block of it is so deep (each step of k reads another page of memory), or deeper than
/// `depth_in_cache`.
const PACK_AT_DEPTH: usize = 128;

/// How many rows, `ld` elements apart, a first cache of 64 sets of 8 lines of 16 elements can hold
/// at the same columns.
fn depth_in_cache(ld: usize) -> usize {
    let lines_apart = if ld.is_multiple_of(16) { ld / 16 } else { 1 };
    8 * 64 / (1 << lines_apart.trailing_zeros().min(6))
}

/// Where the elements of A come from; a block of them is read in strips of rows.
pub trait Left {
    /// `rows` at `k`, which meet `n` columns of B.
    fn strips<'p>(
        &'p self,
        rows: &Range<usize>,
        k: &Range<usize>,
        n: usize,
        packed: &'p mut [f32],
    ) -> Strips<'p>;
}

/// Where the elements of B come from; a block of them is read in panels of columns.
pub trait Right {
    /// B's rows `k` and columns `cols`, which meet `m` rows of A.
    fn panels<'p>(
        &'p self,
        k: &Range<usize>,
        cols: &Range<usize>,
        m: usize,
        packed: &'p mut [f32],
    ) -> Panels<'p>;
}

/// A or B as a matrix in memory, rows or (`transposed`) columns `ld` apart.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    pub x: &'a [f32],
    pub ld: usize,
    pub transposed: bool,
}

/// A's rows of a block.
pub enum Strips<'a> {
    /// The elements of a row lie together, rows `ld` apart.
    Rows { a: &'a [f32], ld: usize },
    /// The elements of a column lie together, columns `ld` apart; packed from row `direct` on.
    Columns {
        a: &'a [f32],
        ld: usize,
        direct: usize,
        packed: &'a [f32],
    },
}

impl<'a> Strips<'a> {
    /// All rows packed: `[rows / MR, k, MR]`.
    pub fn packed(packed: &'a [f32]) -> Strips<'a> {
        Strips::Columns {
            a: &[],
            ld: 0,
            direct: 0,
            packed,
        }
    }

    /// Each strip of `MR` rows times a panel, for all strips of the target.
    ///
    /// # Safety
    /// As `Target::fill`.
    #[inline(always)]
    pub unsafe fn multiply(&self, panel: Panel, target: Target) {
        // SAFETY: by the contract.
        unsafe {
            match *self {
                Strips::Rows { a, ld } => multiply_rows(a, ld, panel, target),
                Strips::Columns {
                    a,
                    ld,
                    direct,
                    packed,
                } => multiply_columns((a, ld), (packed, direct), panel, target),
            }
        }
    }
}

impl<'a> Stored<'a> {
    /// From element `first` of x on.
    pub fn new(x: &'a [f32], first: usize, ld: usize, transposed: bool) -> Stored<'a> {
        Stored {
            x: &x[first..],
            ld,
            transposed,
        }
    }
}

impl Left for Stored<'_> {
    fn strips<'p>(
        &'p self,
        rows: &Range<usize>,
        k: &Range<usize>,
        n: usize,
        packed: &'p mut [f32],
    ) -> Strips<'p> {
        let (ld, depth) = (self.ld, k.len());
        if !self.transposed {
            let a = &self.x[rows.start * ld + k.start..(rows.end - 1) * ld + k.end];
            return Strips::Rows { a, ld };
        }
        let a = &self.x[k.start * ld + rows.start..(k.end - 1) * ld + rows.end];
        let deep = depth >= PACK_AT_DEPTH || depth > depth_in_cache(ld);
        let pack = deep && n >= PACK_AT_COLS;
        let direct = if pack { 0 } else { rows.len() / MR * MR };
        if direct < rows.len() {
            pack::copied::<MR>(&a[direct..], ld, rows.len() - direct, depth, packed);
        }
        Strips::Columns {
            a,
            ld,
            direct,
            packed,
        }
    }
}

/// # Safety
/// As `Target::fill`.
#[inline(never)]
unsafe fn multiply_rows(a: &[f32], ld: usize, panel: Panel, target: Target) {
    let last = target.rows - 1;
    assert!(last * ld + panel.depth() <= a.len());
    let tile = |i: usize, rows: usize| {
        let first = a.as_ptr().wrapping_add(i * ld);
        let row = |r: usize| first.wrapping_add(r.min(rows - 1) * ld);
        let strip = RowStrip([row(0), row(1), row(2), row(3)]);
        // SAFETY: `depth` elements of every row up to the last are readable by the assertion.
        unsafe { panel.times(strip) }
    };
    // SAFETY: by the contract.
    unsafe { target.fill(tile) };
}

/// # Safety
/// As `Target::fill`.
#[inline(never)]
unsafe fn multiply_columns(
    (stored, ld): (&[f32], usize),
    (packed, direct): (&[f32], usize),
    panel: Panel,
    target: Target,
) {
    let depth = panel.depth();
    let from_packed = target.rows.saturating_sub(direct).next_multiple_of(MR);
    assert!(direct.is_multiple_of(MR));
    assert!(direct == 0 || (depth - 1) * ld + direct <= stored.len());
    assert!(from_packed * depth <= packed.len());
    let tile = |i: usize, _: usize| {
        let (a, ld) = if i < direct {
            (stored.as_ptr().wrapping_add(i), ld)
        } else {
            (packed.as_ptr().wrapping_add((i - direct) * depth), MR)
        };
        // SAFETY: `MR` elements of each of `depth` columns are readable by the assertions.
        unsafe { panel.times(ColumnStrip(a, ld)) }
    };
    // SAFETY: by the contract.
    unsafe { target.fill(tile) };
}

/// B's columns of a block, packed from column `direct` on.
pub struct Panels<'a> {
    b: &'a [f32],
    ld: usize,
    direct: usize,
    packed: &'a [f32],
    depth: usize,
}

impl Right for Stored<'_> {
    fn panels<'p>(
        &'p self,
        k: &Range<usize>,
        cols: &Range<usize>,
        m: usize,
        packed: &'p mut [f32],
    ) -> Panels<'p> {
        let (ld, depth) = (self.ld, k.len());
        if self.transposed {
            let b = &self.x[cols.start * ld + k.start..];
            pack::transposed::<NR>(b, ld, cols.len(), depth, packed);
            return Panels::packed(packed, depth);
        }
        let b = &self.x[k.start * ld + cols.start..];
        let pack = m >= PACK_B_ROWS || (ld >= LONG_ROW && m >= PACK_B_ROWS / 4);
        let direct = if pack { 0 } else { cols.len() / NR * NR };
        if direct < cols.len() {
            pack::copied::<NR>(&b[direct..], ld, cols.len() - direct, depth, packed);
        }
        Panels {
            b,
            ld,
            direct,
            packed,
            depth,
        }
    }
}

impl<'a> Panels<'a> {
    /// All columns packed: `[columns / NR, depth, NR]`.
    pub fn packed(packed: &'a [f32], depth: usize) -> Panels<'a> {
        Panels {
            b: &[],
            ld: 0,
            direct: 0,
            packed,
            depth,
        }
    }

    /// The columns that lie where they are stored: B from there on, and its rows' distance.
    pub fn direct(&self) -> (&'a [f32], usize, usize) {
        (self.b, self.ld, self.direct)
    }

    pub fn depth(&self) -> usize {
        self.depth
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
