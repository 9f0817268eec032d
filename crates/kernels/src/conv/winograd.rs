//! Convolutions of images with 3 × 3 taps as products of transformed tiles, F(2×2, 3×3): four
//! outputs take 16 multiplications instead of 36 (Lavin & Gray, "Fast Algorithms for Convolutional
//! Neural Networks", 2015). No bit depends on how rows of tiles, or channels, are divided.

use core::ops::Range;

use super::transforms::{
    Grid, image_tile, kernel_grad_tile, kernel_tile, output_grad_tile, output_tile,
};
use super::{Axis, Conv};
use crate::gemm::Gemm;
use crate::io::Tile;
use crate::reduce::add_into;

/// Products of each output's tile.
const PLACES: usize = 16;
/// Tiles whose transforms stay in the second cache until they are multiplied.
const TOGETHER: usize = 72;
/// Tiles that a kernel's gradient sums in one product.
const SUMMED: usize = 256;
/// Fewer channels do not pay for the transforms.
const FEWEST_CHANNELS: usize = 16;
/// So do more elements of a kernel, each of which becomes 16 / 9.
const MOST_WEIGHTS: usize = 1 << 16;
/// And fewer points, for which the kernel is transformed.
const FEWEST_POINTS: usize = 64;

/// A convolution in tiles of 2 × 2 outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Winograd {
    batch: usize,
    input: [usize; 2],
    output: [usize; 2],
    low: [usize; 2],
    /// Channels of the input and of the output.
    channels: [usize; 2],
    /// The kernel is turned round, and its channels are those of the output and the input.
    flipped: bool,
}

impl Conv {
    /// This convolution in tiles, where that is faster.
    pub fn winograd(&self) -> Option<Winograd> {
        let [depth, rows, cols] = self.axes;
        let fits = |a: &Axis| (a.taps, a.stride, a.dilation) == (3, 1, 1) && a.low <= 2;
        let channels = [self.inputs, self.outputs];
        let enough = |c: &usize| *c >= FEWEST_CHANNELS && c.is_multiple_of(4);
        let pays = self.groups == 1
            && depth == Axis::NONE
            && [rows, cols].iter().all(fits)
            && channels.iter().all(enough)
            && self.inputs * self.outputs <= MOST_WEIGHTS
            && self.in_points().min(self.out_points()) >= FEWEST_POINTS;
        pays.then_some(Winograd {
            batch: self.batch,
            input: [rows.input, cols.input],
            output: [rows.output, cols.output],
            low: [rows.low, cols.low],
            channels,
            flipped: false,
        })
    }

    /// The gradient of its input: dx is the convolution of dy with the kernel turned round.
    pub fn winograd_input_grad(&self) -> Option<Winograd> {
        let Winograd {
            input,
            output,
            low,
            channels: [inputs, outputs],
            ..
        } = self.winograd()?;
        Some(Winograd {
            batch: self.batch,
            input: output,
            output: input,
            low: low.map(|low| 2 - low),
            channels: [outputs, inputs],
            flipped: true,
        })
    }
}

impl Winograd {
    /// Rows of outputs in all images.
    pub fn rows(&self) -> usize {
        self.batch * self.output[0]
    }

    /// Elements in a row of outputs.
    pub fn row_size(&self) -> usize {
        self.output[1] * self.channels[1]
    }

    /// Where rows may be divided: no tile is cut, and none reaches into the next image.
    pub fn grain(&self) -> usize {
        let rows = self.output[0];
        if rows.is_multiple_of(2) { 2 } else { rows }
    }

    /// Tiles in an image: rows and columns.
    fn tiles(&self) -> [usize; 2] {
        self.output.map(|n| n.div_ceil(2))
    }

    /// Rows of tiles that are computed together.
    fn block(&self, tiles: usize) -> usize {
        (tiles / self.tiles()[1]).max(1)
    }

    /// Tiles at most in one product, for `tiles` wanted.
    fn most(&self, tiles: usize) -> usize {
        self.block(tiles) * self.tiles()[1]
    }

    /// The first row of outputs of a row of tiles.
    fn row_of(&self, tiles: usize) -> usize {
        let down = self.tiles()[0];
        tiles / down * self.output[0] + tiles % down * 2
    }

    fn product(&self, tiles: usize) -> Gemm {
        let [k, n] = self.channels;
        Gemm {
            m: tiles,
            n,
            k,
            ta: false,
            tb: false,
        }
    }

    /// Floats of scratch for `run`.
    pub fn scratch(&self) -> usize {
        let ([inputs, outputs], tiles) = (self.channels, self.most(TOGETHER));
        let transformed = inputs * outputs + tiles * (inputs + outputs);
        PLACES * (transformed + inputs.max(outputs)) + self.product(tiles).scratch()
    }

    /// Rows `rows` of the outputs, cut at multiples of `grain`, into `out`; calls `finished` with
    /// rows that are final, counted from the first. x: `[batch, H, W, C]`, w: `[3, 3, C, N]`.
    pub fn run(
        &self,
        (x, w): (&[f32], &[f32]),
        rows: Range<usize>,
        out: &mut [f32],
        scratch: &mut [f32],
        finished: &mut dyn FnMut(Range<usize>),
    ) {
        let [inputs, outputs] = self.channels;
        let tiles = self.most(TOGETHER);
        let (u, scratch) = scratch.split_at_mut(PLACES * inputs * outputs);
        let (v, scratch) = scratch.split_at_mut(PLACES * tiles * inputs);
        let (m, scratch) = scratch.split_at_mut(PLACES * tiles * outputs);
        let (edge, scratch) = scratch.split_at_mut(PLACES * inputs.max(outputs));
        if !rows.is_empty() {
            self.kernel(w, u);
        }
        let [down, across] = self.tiles();
        let height = self.output[0];
        let first = rows.start / height * down + rows.start % height / 2;
        let end = rows.end / height * down + (rows.end % height).div_ceil(2);
        for start in (first..end).step_by(self.block(TOGETHER)) {
            let block = start..(start + self.block(TOGETHER)).min(end);
            let size = self.product(block.len() * across);
            self.images(x, &block, v, edge);
            for place in 0..PLACES {
                let v = &v[place * size.m * inputs..][..size.m * inputs];
                let u = &u[place * inputs * outputs..][..inputs * outputs];
                let m = &mut m[place * size.m * outputs..][..size.m * outputs];
                let m = Tile::whole(m, size.m, outputs);
                size.run(v, u, m, scratch, None);
            }
            self.outputs(m, &block, rows.start, out, edge);
            let done = self.row_of(block.start)..self.row_of(block.end).min(rows.end);
            finished(done.start - rows.start..done.end - rows.start);
        }
    }

    /// u: `[16, C, N]` from the kernel `[3, 3, C, N]`, or, turned round, from `[3, 3, N, C]`.
    fn kernel(&self, w: &[f32], u: &mut [f32]) {
        let [inputs, outputs] = self.channels;
        let weights = inputs * outputs;
        let taps = grid(3, weights);
        if !self.flipped {
            return kernel_tile(weights, (taps, w), (grid(4, weights), u));
        }
        let mut turned = [0.0; 9 * 4];
        let mut columns = [0.0; PLACES * 4];
        // Four elements along the second axis of the kernel, which is the first of u.
        for at in (0..weights).step_by(4) {
            for (tap, turned) in turned.chunks_exact_mut(4).enumerate() {
                turned.copy_from_slice(&w[(8 - tap) * weights + at..][..4]);
            }
            kernel_tile(4, (grid(3, 4), &turned), (grid(4, 4), &mut columns));
            let (row, column) = (at % inputs, at / inputs);
            for (place, column_of) in columns.chunks_exact(4).enumerate() {
                for (i, value) in column_of.iter().enumerate() {
                    u[place * weights + (row + i) * outputs + column] = *value;
                }
            }
        }
    }

    /// v: `[16, tiles, C]`, the images behind the rows of tiles `block`.
    fn images(&self, x: &[f32], block: &Range<usize>, v: &mut [f32], edge: &mut [f32]) {
        let (across, count) = (self.tiles()[1], self.channels[0]);
        let to = grid(4, block.len() * across * count);
        let image = Image {
            x,
            sizes: self.input,
            channels: count,
            cols: 0..count,
        };
        for (at, tile) in self.each(block) {
            let [row, col] = [0, 1].map(|i| (2 * at[i + 1]).wrapping_sub(self.low[i]));
            let from = image.square::<4>(at[0], [row, col], edge);
            image_tile(count, from, (to, &mut v[tile * count..]));
        }
    }

    /// Rows of outputs, counted from `first`, from m: `[16, tiles, N]`.
    fn outputs(
        &self,
        m: &[f32],
        block: &Range<usize>,
        first: usize,
        out: &mut [f32],
        edge: &mut [f32],
    ) {
        let (across, count) = (self.tiles()[1], self.channels[1]);
        let from = grid(4, block.len() * across * count);
        let [height, width] = self.output;
        for ([image, row, col], tile) in self.each(block) {
            let (row, col) = (2 * row, 2 * col);
            let start = ((image * height + row - first) * width + col) * count;
            let m = (from, &m[tile * count..]);
            if row + 1 < height && col + 1 < width {
                let to = Grid {
                    row: width * count,
                    point: count,
                };
                output_tile(count, m, (to, &mut out[start..]));
                continue;
            }
            output_tile(count, m, (grid(2, count), edge));
            for r in 0..(height - row).min(2) {
                let len = (width - col).min(2) * count;
                let at = start + r * width * count;
                out[at..at + len].copy_from_slice(&edge[2 * r * count..][..len]);
            }
        }
    }

    /// ([image, row, column], number) of the tiles in rows of tiles `block`.
    fn each(&self, block: &Range<usize>) -> impl Iterator<Item = ([usize; 3], usize)> + use<> {
        let [down, across] = self.tiles();
        let tiles = block.clone().flat_map(move |row| {
            let (image, row) = (row / down, row % down);
            (0..across).map(move |col| [image, row, col])
        });
        tiles.zip(0..)
    }

    /// Floats of scratch for `kernel_grad` of `cols` channels.
    pub fn kernel_grad_scratch(&self, cols: usize) -> usize {
        let (inputs, tiles) = (self.channels[0], self.most(SUMMED));
        let places = inputs * cols + tiles * (inputs + cols) + inputs.max(cols);
        PLACES * places + inputs * cols + self.kernel_grad_product(tiles, cols).scratch()
    }

    /// One place of u's gradient from `tiles` tiles.
    fn kernel_grad_product(&self, tiles: usize, cols: usize) -> Gemm {
        Gemm {
            m: self.channels[0],
            n: cols,
            k: tiles,
            ta: true,
            tb: false,
        }
    }

    /// dw: a tile of `[3 · 3 · C, N]` with all rows, for this forward convolution.
    pub fn kernel_grad(&self, (x, dy): (&[f32], &[f32]), dw: &mut Tile, scratch: &mut [f32]) {
        let (inputs, cols) = (self.channels[0], dw.cols());
        let (count, tiles) = (cols.len(), self.most(SUMMED));
        let (du, scratch) = scratch.split_at_mut(PLACES * inputs * count);
        let (v, scratch) = scratch.split_at_mut(PLACES * tiles * inputs);
        let (dm, scratch) = scratch.split_at_mut(PLACES * tiles * count);
        let (edge, scratch) = scratch.split_at_mut(PLACES * inputs.max(count));
        let (sum, scratch) = scratch.split_at_mut(inputs * count);
        du.fill(0.0);
        let end = self.batch * self.tiles()[0];
        for start in (0..end).step_by(self.block(SUMMED)) {
            let block = start..(start + self.block(SUMMED)).min(end);
            let size = self.kernel_grad_product(block.len() * self.tiles()[1], count);
            self.images(x, &block, v, edge);
            self.output_grads(dy, &block, &cols, dm, edge);
            for (place, du) in du.chunks_exact_mut(inputs * count).enumerate() {
                let v = &v[place * size.k * inputs..][..size.k * inputs];
                let dm = &dm[place * size.k * count..][..size.k * count];
                size.run(v, dm, Tile::whole(sum, inputs, count), scratch, None);
                add_into(sum, du);
            }
        }
        self.taps(du, dw, edge);
    }

    /// dm: `[16, tiles, cols]`
    fn output_grads(
        &self,
        dy: &[f32],
        block: &Range<usize>,
        cols: &Range<usize>,
        dm: &mut [f32],
        edge: &mut [f32],
    ) {
        let count = cols.len();
        let to = grid(4, block.len() * self.tiles()[1] * count);
        let image = Image {
            x: dy,
            sizes: self.output,
            channels: self.channels[1],
            cols: cols.clone(),
        };
        for ([at, row, col], tile) in self.each(block) {
            let from = image.square::<2>(at, [2 * row, 2 * col], edge);
            output_grad_tile(count, from, (to, &mut dm[tile * count..]));
        }
    }

    /// The gradient of the taps from that of u.
    fn taps(&self, du: &[f32], dw: &mut Tile, edge: &mut [f32]) {
        let (inputs, cols) = (self.channels[0], dw.cols());
        let count = cols.len();
        for input in 0..inputs {
            let from = (grid(4, inputs * count), &du[input * count..]);
            kernel_grad_tile(count, from, (grid(3, count), edge));
            for (tap, values) in edge.chunks_exact(count).take(9).enumerate() {
                dw.row(tap * inputs + input).copy_from_slice(values);
            }
        }
    }
}

/// A square of `n × n` points, one after the other, `count` elements each.
fn grid(n: usize, count: usize) -> Grid {
    Grid {
        row: n * count,
        point: count,
    }
}

/// Channels `cols` of images `[batch, H, W, channels]`.
struct Image<'a> {
    x: &'a [f32],
    sizes: [usize; 2],
    channels: usize,
    cols: Range<usize>,
}

impl Image<'_> {
    /// N × N points from `at` on, which may have wrapped below 0; with zeros around the image, in
    /// `edge`.
    fn square<'s, const N: usize>(
        &'s self,
        image: usize,
        at: [usize; 2],
        edge: &'s mut [f32],
    ) -> (Grid, &'s [f32]) {
        let [height, width] = self.sizes;
        let first = |row: usize, col: usize| {
            ((image * height + row) * width + col) * self.channels + self.cols.start
        };
        let [row, col] = at;
        let is_inside = |at: usize, size: usize| at.wrapping_add(N) <= size && at < size;
        if is_inside(row, height) && is_inside(col, width) {
            let within = Grid {
                row: width * self.channels,
                point: self.channels,
            };
            return (within, &self.x[first(row, col)..]);
        }
        let count = self.cols.len();
        for (i, point) in edge.chunks_exact_mut(count).take(N * N).enumerate() {
            let (row, col) = (row.wrapping_add(i / N), col.wrapping_add(i % N));
            match row < height && col < width {
                true => point.copy_from_slice(&self.x[first(row, col)..][..count]),
                false => point.fill(0.0),
            }
        }
        (grid(N, count), edge)
    }
}
