//! Convolutions whose groups have one input channel each: a product would have a depth of a few
//! taps, so these sum over the taps, 16 channels at a time, where the tensors lie. Every sum is
//! taken in the order of taps, or of points in blocks of `BLOCK`.

use core::ops::Range;

use super::Conv;
use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// Points of dw that are summed before they meet the sum of the others.
const BLOCK: usize = 256;

/// Channels that are summed together.
const WIDE: usize = 16;

/// Where a source and its factors begin, in elements.
type Pair = (usize, usize);

/// Channel j of the sources is `x[j / spread]`, of the factors `w[j]`.
struct Sums<'a> {
    x: &'a [f32],
    spread: usize,
    w: &'a [f32],
}

impl Sums<'_> {
    /// `out[j] = (add) out[j] + Σ x · w` over the pairs.
    fn line(&self, pairs: &[Pair], out: &mut [f32], add: bool) {
        let whole = if self.spread == 1 {
            out.len() / WIDE * WIDE
        } else {
            0
        };
        for (i, out) in out.chunks_mut(WIDE).enumerate() {
            let at = i * WIDE;
            if at < whole {
                store(self.wide(pairs, at), out, add);
                continue;
            }
            for (j, out) in out.chunks_mut(4).enumerate() {
                store([self.rest(pairs, at + 4 * j, out.len())], out, add);
            }
        }
    }

    /// The sums of channels `at..at + WIDE`.
    #[inline(always)]
    fn wide(&self, pairs: &[Pair], at: usize) -> [Native; WIDE / 4] {
        let mut sums = [Native::splat(0.0); WIDE / 4];
        for &(from, by) in pairs {
            let x: &[f32; WIDE] = self.x[from + at..].first_chunk().expect("a line of x");
            let w: &[f32; WIDE] = self.w[by + at..].first_chunk().expect("a line of w");
            for (v, sum) in sums.iter_mut().enumerate() {
                let [x, w] = [x, w].map(|line| Native::from_slice(&line[4 * v..]));
                *sum = x.mul_add(w, *sum);
            }
        }
        sums
    }

    /// The sums of `count` channels, at most 4, from `at` on.
    #[inline(never)]
    fn rest(&self, pairs: &[Pair], at: usize, count: usize) -> Native {
        let end = at + count;
        let mut sum = Native::splat(0.0);
        for &(from, by) in pairs {
            let x = if self.spread == 1 {
                Native::from_rest(&self.x[from + at..from + end], 0.0)
            } else {
                let x = |i: usize| self.x[from + (at + i).min(end - 1) / self.spread];
                Native::from_array([x(0), x(1), x(2), x(3)])
            };
            sum = x.mul_add(Native::from_rest(&self.w[by + at..by + end], 0.0), sum);
        }
        sum
    }
}

#[inline(always)]
fn store<const V: usize>(sums: [Native; V], out: &mut [f32], add: bool) {
    for (sum, out) in sums.into_iter().zip(out.chunks_mut(4)) {
        let before = if add {
            Native::from_rest(out, 0.0)
        } else {
            Native::splat(0.0)
        };
        before.add(sum).write_rest(out);
    }
}

/// The place of point `i` in images of these sizes: image and coordinates.
fn place(i: usize, [n0, n1, n2]: [usize; 3]) -> (usize, [usize; 3]) {
    (i / n2 / n1 / n0, [i / n2 / n1 % n0, i / n2 % n1, i % n2])
}

impl Conv {
    fn inputs_at(&self, at: [usize; 3], tap: [usize; 3]) -> Option<[usize; 3]> {
        let [a, b, c] = &self.axes;
        Some([
            a.input_at(at[0], tap[0])?,
            b.input_at(at[1], tap[1])?,
            c.input_at(at[2], tap[2])?,
        ])
    }

    fn outputs_at(&self, at: [usize; 3], tap: [usize; 3]) -> Option<[usize; 3]> {
        let [a, b, c] = &self.axes;
        Some([
            a.output_at(at[0], tap[0])?,
            b.output_at(at[1], tap[1])?,
            c.output_at(at[2], tap[2])?,
        ])
    }

    /// The pairs (point of a tensor of these `sizes`, tap) that `reach` finds, in elements of rows
    /// of `widths`.
    fn pairs(
        &self,
        image: usize,
        sizes: [usize; 3],
        widths: (usize, usize),
        reach: impl Fn([usize; 3]) -> Option<[usize; 3]>,
        pairs: &mut Vec<Pair>,
    ) {
        let taps = self.axes.map(|a| a.taps);
        pairs.clear();
        for tap in 0..self.taps() {
            if let Some(y) = reach(place(tap, taps).1) {
                let point = ((image * sizes[0] + y[0]) * sizes[1] + y[1]) * sizes[2] + y[2];
                pairs.push((point * widths.0, tap * widths.1));
            }
        }
    }

    /// Points `first..` of y. x: `[batch, ..., C]`, w: `[taps, C · m]`, out: `[points, C · m]`
    pub fn depthwise(&self, (x, w): (&[f32], &[f32]), first: usize, out: &mut [f32]) {
        let (channels, width) = (self.groups, self.groups * self.outputs);
        let (inputs, outputs) = (self.axes.map(|a| a.input), self.axes.map(|a| a.output));
        let sums = Sums {
            x,
            spread: self.outputs,
            w,
        };
        let mut pairs = Vec::with_capacity(self.taps());
        for (i, out) in out.chunks_exact_mut(width).enumerate() {
            let (image, at) = place(first + i, outputs);
            let reach = |tap| self.inputs_at(at, tap);
            self.pairs(image, inputs, (channels, width), reach, &mut pairs);
            sums.line(&pairs, out, false);
        }
    }

    /// Points `first..` of dx. dy: `[batch, ..., C · m]`, w: `[taps, C · m]`, out: `[points, C]`
    pub fn depthwise_input_grad(&self, (dy, w): (&[f32], &[f32]), first: usize, out: &mut [f32]) {
        let width = self.groups * self.outputs;
        let (inputs, outputs) = (self.axes.map(|a| a.input), self.axes.map(|a| a.output));
        let sums = Sums {
            x: dy,
            spread: 1,
            w,
        };
        let mut pairs = Vec::with_capacity(self.taps());
        let mut line = vec![0.0; width];
        for (i, out) in out.chunks_exact_mut(self.groups).enumerate() {
            let (image, at) = place(first + i, inputs);
            let reach = |tap| self.outputs_at(at, tap);
            self.pairs(image, outputs, (width, width), reach, &mut pairs);
            if self.outputs == 1 {
                sums.line(&pairs, out, false);
                continue;
            }
            sums.line(&pairs, &mut line, false);
            for (out, line) in out.iter_mut().zip(line.chunks_exact(self.outputs)) {
                *out = line.iter().fold(0.0, |sum, x| sum + x);
            }
        }
    }

    /// Taps `taps` of dw. x: `[batch, ..., C]`, dy: `[batch, ..., C · m]`, out: `[taps, C · m]`
    pub fn depthwise_kernel_grad(
        &self,
        (x, dy): (&[f32], &[f32]),
        taps: Range<usize>,
        out: &mut [f32],
    ) {
        let (channels, width) = (self.groups, self.groups * self.outputs);
        let (inputs, outputs) = (self.axes.map(|a| a.input), self.axes.map(|a| a.output));
        let sums = Sums {
            x,
            spread: self.outputs,
            w: dy,
        };
        let mut pairs = Vec::with_capacity(BLOCK);
        out.fill(0.0);
        for (tap, out) in taps.zip(out.chunks_exact_mut(width)) {
            let tap = place(tap, self.axes.map(|a| a.taps)).1;
            for start in (0..self.out_points()).step_by(BLOCK) {
                pairs.clear();
                for point in start..(start + BLOCK).min(self.out_points()) {
                    let (image, at) = place(point, outputs);
                    if let Some(y) = self.inputs_at(at, tap) {
                        let from =
                            ((image * inputs[0] + y[0]) * inputs[1] + y[1]) * inputs[2] + y[2];
                        pairs.push((from * channels, point * width));
                    }
                }
                sums.line(&pairs, out, true);
            }
        }
    }
}
