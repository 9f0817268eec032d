//! Matrix products: the five loops of GotoBLAS around a 4 × 8 register tile (Goto & van de Geijn,
//! "Anatomy of High-Performance Matrix Multiplication", 2008; Van Zee & van de Geijn, "BLIS", 2015;
//! the Rust crate matrixmultiply is the nearest relative). Bias and activation are not here: the
//! caller gets each block while it is hot.

mod kernel;
mod operand;
mod pack;
mod packed;
mod row;
#[cfg(test)]
mod tests;

use core::ops::Range;

use crate::io::Tile;
use kernel::Target;
pub use operand::{Left, Panels, Right, Stored, Strips};
pub use packed::Packed;

/// Rows of a register tile; the grain of a split by rows.
pub const MR: usize = 4;
/// Columns of a register tile; the grain of a split by columns.
pub const NR: usize = 8;
/// Products that are summed in registers before they meet the output.
pub const KC: usize = 256;
/// Rows of a block: its part of A stays close while it meets one panel of B after the other.
const MC: usize = 32;
/// Columns of a block: its part of B stays in the second cache.
const NC: usize = 512;

/// `C [m, n] = A [m, k] · B [k, n]`, all row-major; A is stored `[k, m]` if `ta`, B `[n, k]` if
/// `tb`.
///
/// The order of additions for each element is fixed by `k` alone: k is cut into the fewest blocks
/// of at most 256, as equal as can be; each block is summed from its first product on, one product
/// at a time; the blocks' sums are added in order. So any division of C into tiles gives the same
/// bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gemm {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub ta: bool,
    pub tb: bool,
}

/// Called with the rows and columns of a block that is final.
pub type FinishedBlock<'a> = &'a mut dyn FnMut(Range<usize>, Range<usize>);

/// One block of the product: what the three outer loops have fixed.
struct Block {
    rows: Range<usize>,
    cols: Range<usize>,
    k: Range<usize>,
}

/// `range` in steps of at most `step`.
fn steps(range: Range<usize>, step: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range
        .step_by(step)
        .map(move |start| start..(start + step).min(end))
}

impl Gemm {
    /// Floats of scratch that `run` needs for any tile.
    pub fn scratch(&self) -> usize {
        self.depth() * (self.n.next_multiple_of(NR).min(NC) + self.m.next_multiple_of(MR).min(MC))
    }

    /// Floats of the largest block, where `run` finishes one block of whole rows before it begins
    /// the next; `None` where it returns to a block, or there is only one.
    pub fn window(&self) -> Option<usize> {
        let in_turn = (1..=KC).contains(&self.k) && self.n <= NC;
        (in_turn && self.m > MC).then_some(MC * self.n)
    }

    /// Number of row parts in the best grid of `of` parts: the one whose largest part costs least,
    /// counting its register tiles and the elements of A and B that it must read.
    pub fn grid(&self, of: usize) -> usize {
        let cost = |rows: usize| {
            let strips = self.m.div_ceil(MR).div_ceil(rows);
            let panels = self.n.div_ceil(NR).div_ceil(of / rows);
            strips * panels * (MR * NR) + 2 * (strips * MR + panels * NR)
        };
        let grids = (1..=of).filter(|rows| of.is_multiple_of(*rows));
        grids.min_by_key(|&rows| cost(rows)).unwrap_or(1)
    }

    /// Writes the tile `c` of the product and calls `finished` on each block of it that is final.
    /// The blocks are whole rows of the tile where these have at most 512 columns.
    pub fn run(
        &self,
        a: &[f32],
        b: &[f32],
        c: Tile,
        scratch: &mut [f32],
        finished: Option<FinishedBlock>,
    ) {
        self.run_along(0..self.k, a, b, c, scratch, finished);
    }

    /// As `run`, of the products `k` alone, which begin with a block and end with one.
    pub fn run_along(
        &self,
        k: Range<usize>,
        a: &[f32],
        b: &[f32],
        c: Tile,
        scratch: &mut [f32],
        finished: Option<FinishedBlock>,
    ) {
        assert!(
            a.len() == self.m * self.k && b.len() == self.k * self.n,
            "operands of {self:?}"
        );
        // The inner axis is the columns of A and the rows of B, as they are multiplied.
        let stored = |x, transposed, inner_is_cols, across| match transposed == inner_is_cols {
            true => Stored::new(x, k.start * across, across, transposed),
            false => Stored::new(x, k.start, self.k, transposed),
        };
        let left = stored(a, self.ta, true, self.m);
        let right = stored(b, self.tb, false, self.n);
        let part = Gemm {
            k: k.len(),
            ..*self
        };
        part.product(&left, &right, c, scratch, finished);
    }

    /// As `run`, with operands that need not lie in memory as matrices.
    pub fn product(
        &self,
        left: &dyn Left,
        right: &dyn Right,
        mut c: Tile,
        scratch: &mut [f32],
        mut finished: Option<FinishedBlock>,
    ) {
        let (all_rows, all_cols) = (c.rows(), c.cols());
        assert!(
            all_rows.end <= self.m && all_cols.end <= self.n,
            "tile outside of {self:?}"
        );
        if self.k == 0 {
            return zeros(&mut c, finished);
        }
        let (for_a, for_b) =
            scratch.split_at_mut(self.depth() * self.m.next_multiple_of(MR).min(MC));
        for cols in steps(all_cols, NC) {
            for k in self.depth_blocks() {
                let panels = right.panels(&k, &cols, all_rows.len(), for_b);
                for rows in steps(all_rows.clone(), MC) {
                    c.begin(&rows);
                    let strips = left.strips(&rows, &k, cols.len(), for_a);
                    let block = Block {
                        rows,
                        cols: cols.clone(),
                        k: k.clone(),
                    };
                    tiles(&strips, &panels, &block, &mut c);
                    if k.end == self.k
                        && let Some(finished) = &mut finished
                    {
                        finished(block.rows, block.cols);
                    }
                }
            }
        }
    }

    /// Products in the longest block of k.
    fn depth(&self) -> usize {
        self.k.div_ceil(self.k.div_ceil(KC).max(1))
    }

    /// The blocks of k, in the order in which they are added.
    pub fn depth_blocks(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        steps(0..self.k, self.depth().max(1))
    }
}

/// The two inner loops: every panel of B meets every strip of A.
fn tiles(a: &Strips, right: &Panels, block: &Block, c: &mut Tile) {
    let (rows, cols) = (&block.rows, &block.cols);
    let (stride, add) = (c.stride(), block.k.start > 0);
    let done = match rows.len() {
        1 => row::wide(a, right, block, c),
        _ => 0,
    };
    for j in (done..cols.len()).step_by(NR) {
        let c = c.at(rows.start, cols.start + j);
        let target = Target {
            c,
            stride,
            rows: rows.len(),
            cols: (cols.len() - j).min(NR),
            add,
        };
        // SAFETY: the block lies inside the tile, so the target does.
        unsafe { a.multiply(right.panel(j), target) };
    }
}

/// Every sum is empty: the whole tile is one block of zeros.
fn zeros(c: &mut Tile, finished: Option<FinishedBlock>) {
    let (rows, cols) = (c.rows(), c.cols());
    for i in rows.clone() {
        for j in cols.clone() {
            // SAFETY: (i, j) lies inside the tile.
            unsafe { *c.at(i, j) = 0.0 };
        }
    }
    if let Some(finished) = finished {
        finished(rows, cols);
    }
}
