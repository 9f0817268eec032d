//! How ops of images divide their work: grouped products by groups, rows and columns, the others by
//! points. It computes nothing.

use core::ops::Range;

use gradloom_kernels::gemm::{self, Gemm};
use gradloom_kernels::{Io, Part, Tile};

/// Points that are computed, and then announced, together.
const POINTS: usize = 64;

/// How the work is divided: the groups of a part, and its place in the grid of each.
pub struct Division {
    groups: Range<usize>,
    rows: Part,
    cols: Part,
}

impl Division {
    pub fn new(groups: usize, size: &Gemm, part: Part) -> Division {
        let of = part.of();
        if groups >= 4 * of || groups.is_multiple_of(of) {
            let groups = part.share(groups, 1).range();
            return Division {
                groups,
                rows: Part::WHOLE,
                cols: Part::WHOLE,
            };
        }
        let (rows, cols) = part.grid(size.grid(of));
        Division {
            groups: 0..groups,
            rows,
            cols,
        }
    }

    /// By images where there are enough of them, else by channels: rows of one image stay together.
    pub fn of_images(groups: usize, batch: usize, part: Part) -> Division {
        let of = part.of();
        let by_images = batch.is_multiple_of(of) || batch >= 4 * of;
        let (rows, cols) = part.grid(if by_images { of } else { 1 });
        Division {
            groups: 0..groups,
            rows,
            cols,
        }
    }
}

/// Computes a tile of one group, given scratch and the hook for finished blocks.
pub type Product<'a> = &'a dyn Fn(usize, Tile, &mut [f32], Option<gemm::FinishedBlock>);

/// Runs the products of a part; rows are cut at multiples of `grain`.
pub fn products(
    io: &mut Io<'_>,
    d: Division,
    size: &Gemm,
    groups: usize,
    grain: usize,
    f: Product,
) {
    let (rows, cols) = (d.rows.share(size.m, grain), d.cols.share(size.n, gemm::NR));
    let width = groups * size.n;
    for group in d.groups {
        let at = group * size.n;
        let tile = io.tile(at, width, rows, cols);
        let (scratch, finished) = io.scratch_and_finished();
        let Some(finished) = finished else {
            f(group, tile, scratch, None);
            continue;
        };
        let mut block = |rows: Range<usize>, cols: Range<usize>| {
            if cols.len() == width {
                return finished(rows.start * width, rows.len() * width);
            }
            rows.for_each(|row| finished(row * width + at + cols.start, cols.len()));
        };
        f(group, tile, scratch, Some(&mut block));
    }
}

/// Runs a part of `points` of `width` elements, some points at a time.
pub fn pointwise(io: &mut Io<'_>, points: usize, width: usize, f: &dyn Fn(usize, &mut [f32])) {
    let share = io.part().share(points, 1);
    let out = io.out(share, width);
    for (i, out) in out.chunks_mut(POINTS * width).enumerate() {
        let first = share.start() + i * POINTS;
        f(first, out);
        io.finish(first * width, out.len());
    }
}
