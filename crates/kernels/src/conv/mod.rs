//! Convolutions of channels-last tensors and their two gradients, each a packed product whose left
//! side is gathered from patches while it is packed: im2col without the matrix (Chetlur et al.,
//! "cuDNN: Efficient Primitives for Deep Learning", 2014). Convolutions channel by channel are in
//! `depthwise`.

mod depthwise;
mod patches;
mod phase;
mod transforms;
mod winograd;

use crate::gemm::{FinishedBlock, Gemm, KC, Stored};
use crate::io::Tile;
use patches::{PatchColumns, Patches, Taps};
use phase::Phase;
pub use winograd::Winograd;

/// The most spatial axes.
pub const AXES: usize = 3;

/// One spatial axis: output o meets input `o · stride + tap · dilation − low` at each tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub input: usize,
    pub output: usize,
    pub taps: usize,
    pub stride: usize,
    pub dilation: usize,
    pub low: usize,
}

impl Axis {
    /// An axis that is not there.
    pub const NONE: Axis = Axis {
        input: 1,
        output: 1,
        taps: 1,
        stride: 1,
        dilation: 1,
        low: 0,
    };

    /// Places within a stride that are in the tensor.
    fn places(&self) -> usize {
        self.stride.min(self.input)
    }

    /// The input that output `o` meets at `tap`.
    fn input_at(&self, o: usize, tap: usize) -> Option<usize> {
        let at = (o * self.stride + tap * self.dilation).checked_sub(self.low)?;
        (at < self.input).then_some(at)
    }

    /// The output that input `i` meets at `tap`.
    fn output_at(&self, i: usize, tap: usize) -> Option<usize> {
        let at = (i + self.low).checked_sub(tap * self.dilation)?;
        (at.is_multiple_of(self.stride) && at / self.stride < self.output)
            .then_some(at / self.stride)
    }
}

/// x: `[batch, D, H, W, groups · inputs]`, w: `[kd, kh, kw, inputs, groups · outputs]` →
/// y: `[batch, D', H', W', groups · outputs]`; group g sees the g-th channels of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv {
    pub batch: usize,
    pub axes: [Axis; AXES],
    pub groups: usize,
    pub inputs: usize,
    pub outputs: usize,
}

/// Rows of a strided input gradient that are computed together.
const CHUNK: usize = 256;

impl Conv {
    pub fn taps(&self) -> usize {
        self.axes.iter().map(|a| a.taps).product()
    }

    /// Points of the input, of all images.
    pub fn in_points(&self) -> usize {
        self.batch * self.axes.iter().map(|a| a.input).product::<usize>()
    }

    /// Points of the output, of all images.
    pub fn out_points(&self) -> usize {
        self.batch * self.axes.iter().map(|a| a.output).product::<usize>()
    }

    /// The product that makes one group of y.
    pub fn forward_size(&self) -> Gemm {
        size(self.out_points(), self.outputs, self.taps() * self.inputs)
    }

    /// The product that makes one group of dw.
    pub fn kernel_grad_size(&self) -> Gemm {
        size(self.taps() * self.inputs, self.outputs, self.out_points())
    }

    /// The product that makes one group of dx where the stride is 1.
    pub fn input_grad_size(&self) -> Gemm {
        size(self.in_points(), self.inputs, self.taps() * self.outputs)
    }

    /// Whether the rows of dx fall into several products, one for each place within a stride.
    pub fn strided(&self) -> bool {
        self.axes.iter().any(|a| a.stride > 1)
    }

    /// `c` is a tile of y, whose columns are the channels of the group.
    pub fn forward(
        &self,
        group: usize,
        (x, w): (&[f32], &[f32]),
        c: Tile,
        scratch: &mut [f32],
        finished: Option<FinishedBlock>,
    ) {
        let w = Stored {
            x: &w[group * self.outputs..],
            ld: self.groups * self.outputs,
            transposed: false,
        };
        let patches = self.patches(x, group);
        self.forward_size()
            .product(&patches, &w, c, scratch, finished);
    }

    /// `c` is a tile of dw: rows are taps and channels of the input, columns those of the output.
    pub fn kernel_grad(
        &self,
        group: usize,
        (x, dy): (&[f32], &[f32]),
        c: Tile,
        scratch: &mut [f32],
        finished: Option<FinishedBlock>,
    ) {
        let dy = Stored {
            x: &dy[group * self.outputs..],
            ld: self.groups * self.outputs,
            transposed: false,
        };
        let patches = PatchColumns(self.patches(x, group));
        self.kernel_grad_size()
            .product(&patches, &dy, c, scratch, finished);
    }

    /// `c` is a tile of dx, whose columns are the channels of the group. With a stride, the tile
    /// has the rows of whole images.
    pub fn input_grad(
        &self,
        group: usize,
        (dy, w): (&[f32], &[f32]),
        mut c: Tile,
        scratch: &mut [f32],
        finished: Option<FinishedBlock>,
    ) {
        if !self.strided() {
            let phase = Phase::new(self, [0; AXES], group);
            let (patches, w) = (phase.patches(dy, 0), phase.kernel(w, 0));
            return self
                .input_grad_size()
                .product(&patches, &w, c, scratch, finished);
        }
        let (rows, cols) = (c.rows(), c.cols());
        for index in 0..self.axes.iter().map(Axis::places).product() {
            let phase = Phase::new(self, self.place(index), group);
            self.phase(&phase, (dy, w), &mut c, scratch);
        }
        if let Some(finished) = finished {
            finished(rows, cols);
        }
    }

    /// Floats of scratch for any tile of `input_grad`.
    pub fn input_grad_scratch(&self) -> usize {
        let size = self.input_grad_size();
        // A phase has fewer products, but perhaps deeper blocks of them.
        let chunk = Gemm {
            m: CHUNK.min(size.m),
            k: size.k.min(KC),
            ..size
        };
        match self.strided() {
            true => chunk.scratch() + chunk.m * chunk.n,
            false => size.scratch(),
        }
    }

    /// The `index`-th place within a stride.
    fn place(&self, mut index: usize) -> [usize; AXES] {
        self.axes.map(|a| {
            let at = index % a.places();
            index /= a.places();
            at
        })
    }

    /// Computes the rows of dx of one phase, chunk by chunk, and puts them where they belong.
    fn phase(&self, phase: &Phase, (dy, w): (&[f32], &[f32]), c: &mut Tile, scratch: &mut [f32]) {
        let image = (self.in_points() / self.batch.max(1)).max(1);
        let (points, cols) = (phase.points(), c.cols());
        let kernel = phase.kernel(w, cols.start);
        let all = c.rows().start / image * points..c.rows().end / image * points;
        for start in all.clone().step_by(CHUNK) {
            let rows = start..(start + CHUNK).min(all.end);
            let part = size(rows.len(), cols.len(), phase.depth());
            let (block, scratch) = scratch.split_at_mut(part.m * part.n);
            let tile = Tile::whole(block, part.m, part.n);
            part.product(&phase.patches(dy, start), &kernel, tile, scratch, None);
            for (row, block) in rows.zip(block.chunks_exact(part.n.max(1))) {
                let at = row / points * image + phase.point(row % points);
                // SAFETY: the phase's points are those of an image, and the tile has whole images.
                let row =
                    unsafe { core::slice::from_raw_parts_mut(c.at(at, cols.start), cols.len()) };
                row.copy_from_slice(block);
            }
        }
    }

    fn patches<'a>(&self, x: &'a [f32], group: usize) -> Patches<'a> {
        Patches {
            x,
            size: self.axes.map(|a| a.input),
            channels: self.groups * self.inputs,
            first: group * self.inputs,
            count: self.inputs,
            row: 0,
            grid: self.axes.map(|a| a.output),
            step: self.axes.map(|a| a.stride),
            taps: self.axes.map(|a| Taps {
                count: a.taps,
                first: -(a.low as isize),
                by: a.dilation,
            }),
        }
    }
}

fn size(m: usize, n: usize, k: usize) -> Gemm {
    Gemm {
        m,
        n,
        k,
        ta: false,
        tb: false,
    }
}
