//! Patches of a channels-last tensor as the rows of a matrix that is nowhere stored: row p is what
//! the point p of a grid sees through all taps, tap after tap, channel after channel. A block of it
//! is packed when a product asks for it; outside of the tensor there are zeros.

use core::ops::Range;

use super::AXES;
use crate::Native;
use crate::gemm::{Left, MR, Strips};
use crate::lanes::F32Lanes;

/// Tap t of an axis looks at `first + t · by` from where the point is.
#[derive(Clone, Copy, Debug)]
pub struct Taps {
    pub count: usize,
    pub first: isize,
    pub by: usize,
}

/// Row p, counted from row `row` of the grids of all images, and column (tap, channel).
pub struct Patches<'a> {
    /// `[batch, ...size, channels]`
    pub x: &'a [f32],
    pub size: [usize; AXES],
    pub channels: usize,
    /// The channels that are seen: `first..first + count`.
    pub first: usize,
    pub count: usize,
    pub row: usize,
    pub grid: [usize; AXES],
    /// Points of the grid are so far apart.
    pub step: [usize; AXES],
    pub taps: [Taps; AXES],
}

/// Columns of the matrix that lie together in x, seen from any point.
struct Run {
    /// Where it begins in the block of columns.
    at: usize,
    len: usize,
    /// How far from the point it is: along two axes, and in elements along the third.
    off: [isize; AXES],
}

/// A point of the grid: its image, and its place as `Run::off` counts.
#[derive(Clone, Copy)]
struct Point {
    image: usize,
    place: [usize; AXES],
}

impl Patches<'_> {
    /// The runs of columns `k`.
    fn runs(&self, k: Range<usize>) -> impl Iterator<Item = Run> {
        let mut next = k.start;
        core::iter::from_fn(move || {
            let run = (next < k.end).then(|| self.run(next, &k))?;
            next += run.len;
            Some(run)
        })
    }

    /// The run from column `next` on: a channel after the other, and through the taps of the last
    /// axis where these lie together.
    fn run(&self, next: usize, k: &Range<usize>) -> Run {
        let (tap, channel) = (next / self.count, next % self.count);
        let [t0, t1, t2] = self.taps;
        let last = tap % t2.count;
        let together = t2.by == 1 && self.count == self.channels;
        let taps = if together { t2.count - last } else { 1 };
        let off = |t: Taps, at: usize| t.first + (at * t.by) as isize;
        let line = off(t2, last) * self.channels as isize + (self.first + channel) as isize;
        Run {
            at: next - k.start,
            len: (taps * self.count - channel).min(k.end - next),
            off: [
                off(t0, tap / t2.count / t1.count),
                off(t1, tap / t2.count % t1.count),
                line,
            ],
        }
    }

    /// The points of rows from `row` on.
    #[inline(always)]
    fn points(&self, row: usize) -> impl Iterator<Item = Point> {
        let [n0, n1, n2] = self.grid;
        let row = self.row + row;
        let mut at = [row / n2 / n1 % n0, row / n2 % n1, row % n2];
        let mut image = row / n2 / n1 / n0;
        let step = [self.step[0], self.step[1], self.step[2] * self.channels];
        core::iter::from_fn(move || {
            let place = [at[0] * step[0], at[1] * step[1], at[2] * step[2]];
            let point = Point { image, place };
            at[2] += 1;
            if at[2] == n2 {
                at = [at[0], at[1] + 1, 0];
                if at[1] == n1 {
                    at = [at[0] + 1, 0, 0];
                    if at[0] == n0 {
                        at[0] = 0;
                        image += 1;
                    }
                }
            }
            Some(point)
        })
    }

    /// The elements of a run from a point that lie in x, and how many are missing before them.
    #[inline(always)]
    fn seen(&self, run: &Run, point: Point) -> (usize, &[f32]) {
        let [n0, n1, n2] = self.size;
        let [y0, y1, start] =
            core::array::from_fn(|a| (point.place[a] as isize + run.off[a]) as usize);
        if y0 >= n0 || y1 >= n1 {
            return (0, &[]);
        }
        let (line, start) = (n2 * self.channels, start as isize);
        let before = (-start).clamp(0, run.len as isize) as usize;
        let end = (line as isize - start).clamp(before as isize, run.len as isize) as usize;
        if end == before {
            return (0, &[]);
        }
        let line = &self.x[((point.image * n0 + y0) * n1 + y1) * line..][..line];
        let from = (start + before as isize) as usize;
        (before, &line[from..from + (end - before)])
    }
}

impl Left for Patches<'_> {
    /// `packed: [rows, k]`
    fn strips<'p>(
        &'p self,
        rows: &Range<usize>,
        k: &Range<usize>,
        _: usize,
        packed: &'p mut [f32],
    ) -> Strips<'p> {
        let (ld, block) = (k.len(), &mut packed[..rows.len() * k.len()]);
        for run in self.runs(k.clone()) {
            let rows = self.points(rows.start).zip(block.chunks_exact_mut(ld));
            for (point, out) in rows {
                let out = &mut out[run.at..run.at + run.len];
                let (before, seen) = self.seen(&run, point);
                if seen.len() == out.len() {
                    copy(seen, out);
                } else {
                    out.fill(0.0);
                    copy(seen, &mut out[before..before + seen.len()]);
                }
            }
        }
        Strips::Rows { a: packed, ld }
    }
}

/// The same elements. `copy_from_slice` of a length that is not known would become a call of the
/// engine's bulk copy, which costs more than the work where the length is small.
#[inline(always)]
fn copy(x: &[f32], out: &mut [f32]) {
    out.copy_from_slice(x);
}

/// The transpose of the matrix: rows are taps and channels, columns are points.
pub struct PatchColumns<'a>(pub Patches<'a>);

impl Left for PatchColumns<'_> {
    /// `packed: [rows / MR, k, MR]`
    fn strips<'p>(
        &'p self,
        rows: &Range<usize>,
        k: &Range<usize>,
        _: usize,
        packed: &'p mut [f32],
    ) -> Strips<'p> {
        let depth = k.len();
        let block = &mut packed[..rows.len().next_multiple_of(MR) * depth];
        // The last strip's other rows are computed, too: zeros are never slow.
        if !rows.len().is_multiple_of(MR) {
            block[rows.len() / MR * MR * depth..].fill(0.0);
        }
        for run in self.0.runs(rows.clone()) {
            for (column, point) in self.0.points(k.start).take(depth).enumerate() {
                let (before, seen) = self.0.seen(&run, point);
                let mut to = Column {
                    block: &mut *block,
                    depth,
                    column,
                };
                if seen.len() == run.len {
                    to.put(run.at, seen);
                } else {
                    (run.at..run.at + run.len).for_each(|row| *to.at(row) = 0.0);
                    to.put(run.at + before, seen);
                }
            }
        }
        Strips::packed(packed)
    }
}

/// One column of a packed block.
struct Column<'a> {
    block: &'a mut [f32],
    depth: usize,
    column: usize,
}

impl Column<'_> {
    #[inline(always)]
    fn at(&mut self, row: usize) -> &mut f32 {
        &mut self.block[(row / MR * self.depth + self.column) * MR + row % MR]
    }

    /// x to the rows from `row` on.
    #[inline(always)]
    fn put(&mut self, row: usize, x: &[f32]) {
        let whole = if row.is_multiple_of(MR) {
            x.len() / MR * MR
        } else {
            0
        };
        for (i, x) in x[..whole].as_chunks::<MR>().0.iter().enumerate() {
            let at = ((row / MR + i) * self.depth + self.column) * MR;
            Native::from_slice(x).write(&mut self.block[at..]);
        }
        for (i, x) in x.iter().enumerate().skip(whole) {
            *self.at(row + i) = *x;
        }
    }
}
