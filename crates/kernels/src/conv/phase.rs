//! The gradient of a convolution's input, place by place within a stride: the points of dx at one
//! place all meet the same taps, so their rows are a product of patches of dy with those taps of
//! the kernel, turned around. With stride 1 there is one phase (Dumoulin & Visin, "A guide to
//! convolution arithmetic for deep learning", 2016).

use core::ops::Range;

use super::patches::{Patches, Taps};
use super::{AXES, Axis, Conv};
use crate::gemm::{NR, Panels, Right};

/// Along one axis: the inputs `place + stride · i`, and the taps that meet them, last to first.
#[derive(Clone, Copy)]
struct Line {
    place: usize,
    stride: usize,
    points: usize,
    taps: Taps,
    /// The first of the taps, and the distance to the one before it.
    last: usize,
    apart: usize,
}

impl Line {
    fn new(a: &Axis, place: usize) -> Line {
        let meets = |tap: &usize| (tap * a.dilation) % a.stride == (place + a.low) % a.stride;
        let apart = a.stride / gcd(a.stride, a.dilation);
        let first = (0..apart.min(a.taps)).find(meets);
        let count = first.map_or(0, |first| (a.taps - first).div_ceil(apart));
        let last = first.unwrap_or(0) + apart * count.saturating_sub(1);
        let ahead = (place + a.low) as isize - (last * a.dilation) as isize;
        Line {
            place,
            stride: a.stride,
            points: a.input.saturating_sub(place).div_ceil(a.stride),
            taps: Taps {
                count,
                first: ahead / a.stride as isize,
                by: apart * a.dilation / a.stride,
            },
            last,
            apart,
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// One place within the stride of each axis, for one group of channels.
pub struct Phase<'a> {
    conv: &'a Conv,
    lines: [Line; AXES],
    group: usize,
}

impl<'a> Phase<'a> {
    pub fn new(conv: &'a Conv, place: [usize; AXES], group: usize) -> Phase<'a> {
        let lines = core::array::from_fn(|i| Line::new(&conv.axes[i], place[i]));
        Phase { conv, lines, group }
    }

    /// Points of one image.
    pub fn points(&self) -> usize {
        self.lines.iter().map(|l| l.points).product()
    }

    /// Products that make one element.
    pub fn depth(&self) -> usize {
        self.conv.outputs * self.lines.iter().map(|l| l.taps.count).product::<usize>()
    }

    /// Where the phase's point `i` lies among the points of an image.
    pub fn point(&self, i: usize) -> usize {
        let [l0, l1, l2] = self.lines;
        let [_, n1, n2] = self.conv.axes.map(|a| a.input);
        let at = |l: Line, i: usize| l.place + l.stride * i;
        let (i0, i1) = (i / l2.points / l1.points, i / l2.points % l1.points);
        (at(l0, i0) * n1 + at(l1, i1)) * n2 + at(l2, i % l2.points)
    }

    /// What the phase's points see of dy, from row `row` on.
    pub fn patches<'d>(&self, dy: &'d [f32], row: usize) -> Patches<'d> {
        let Conv {
            groups, outputs, ..
        } = *self.conv;
        Patches {
            x: dy,
            size: self.conv.axes.map(|a| a.output),
            channels: groups * outputs,
            first: self.group * outputs,
            count: outputs,
            row,
            grid: self.lines.map(|l| l.points),
            step: [1; AXES],
            taps: self.lines.map(|l| l.taps),
        }
    }

    /// The kernel as these points meet it, from column `col` on.
    pub fn kernel<'w>(&'w self, w: &'w [f32], col: usize) -> TurnedKernel<'w> {
        TurnedKernel {
            phase: self,
            w,
            col,
        }
    }
}

/// Rows are the phase's taps and the channels of dy, columns the channels of dx.
pub struct TurnedKernel<'a> {
    phase: &'a Phase<'a>,
    /// `[taps, inputs, groups · outputs]`
    w: &'a [f32],
    col: usize,
}

impl TurnedKernel<'_> {
    /// Where column 0 of row `k` lies.
    fn row(&self, k: usize) -> usize {
        let Conv {
            axes,
            groups,
            inputs,
            outputs,
            ..
        } = *self.phase.conv;
        let (mut left, mut tap, mut of) = (k / outputs, 0, 1);
        for (line, axis) in self.phase.lines.iter().zip(&axes).rev() {
            tap += (line.last - left % line.taps.count * line.apart) * of;
            left /= line.taps.count;
            of *= axis.taps;
        }
        tap * inputs * groups * outputs + self.phase.group * outputs + k % outputs
    }
}

impl Right for TurnedKernel<'_> {
    fn panels<'p>(
        &'p self,
        k: &Range<usize>,
        cols: &Range<usize>,
        _: usize,
        packed: &'p mut [f32],
    ) -> Panels<'p> {
        let ld = self.phase.conv.groups * self.phase.conv.outputs;
        let depth = k.len();
        for (at, k) in k.clone().enumerate() {
            let row = self.row(k) + (self.col + cols.start) * ld;
            for panel in 0..cols.len().div_ceil(NR) {
                let out = &mut packed[(panel * depth + at) * NR..][..NR];
                for (j, out) in (panel * NR..).zip(out) {
                    *out = if j < cols.len() {
                        self.w[row + j * ld]
                    } else {
                        0.0
                    };
                }
            }
        }
        Panels::packed(packed, depth)
    }
}
