//! Sums over any set of axes, in an order that depends on the shape alone. Used by `sum` and
//! `sumTo`.

use core::ops::Range;

use gradloom_graph::{MAX_RANK, Shape, Type};
use gradloom_kernels::{Io, reduce};

use crate::check::{self, LINE};
use crate::layout;

/// The axes of a tensor as runs of memory: `run` elements that lie together, kept or summed, at
/// every combination of the outer kept and the outer summed axes.
#[derive(Debug)]
pub struct Reduction {
    run: usize,
    run_is_summed: bool,
    kept: Axes,
    summed: Axes,
}

/// Some axes, first to last. (No `Vec`: this is made anew at every call.)
#[derive(Debug, Default)]
struct Axes {
    dims: [usize; MAX_RANK],
    strides: [usize; MAX_RANK],
    start: usize,
}

impl Axes {
    fn none() -> Axes {
        Axes {
            start: MAX_RANK,
            ..Axes::default()
        }
    }

    fn dims(&self) -> &[usize] {
        &self.dims[self.start..]
    }

    fn strides(&self) -> &[usize] {
        &self.strides[self.start..]
    }

    /// Puts an axis before the others, or widens the first where the two lie together.
    fn put_before(&mut self, dim: usize, stride: usize) {
        let first = self.start;
        if first < MAX_RANK && self.dims[first] * self.strides[first] == stride {
            self.dims[first] *= dim;
            return;
        }
        self.start -= 1;
        self.dims[self.start] = dim;
        self.strides[self.start] = stride;
    }

    fn offset(&self, index: usize) -> usize {
        layout::offset(index, self.dims(), self.strides())
    }
}

impl Reduction {
    /// The sum of a tensor of shape `x` over the axes for which `summed` says so.
    pub fn new(x: &Shape, summed: impl Fn(usize) -> bool) -> Reduction {
        let mut axes = x
            .dims()
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, dim)| **dim != 1)
            .peekable();
        let run_is_summed = axes.peek().is_some_and(|(axis, _)| summed(*axis));
        let mut run = 1;
        while let Some((_, dim)) = axes.next_if(|(axis, _)| summed(*axis) == run_is_summed) {
            run *= dim;
        }
        let (mut kept, mut gone, mut stride) = (Axes::none(), Axes::none(), run);
        for (axis, &dim) in axes {
            let list = if summed(axis) { &mut gone } else { &mut kept };
            list.put_before(dim, stride);
            stride *= dim;
        }
        Reduction {
            run,
            run_is_summed,
            kept,
            summed: gone,
        }
    }

    /// Into how many parts this is worth dividing.
    pub fn parts(input: &Type, output: &Type) -> usize {
        check::parts(
            input.shape.size() as u64,
            output.shape.size().div_ceil(LINE),
        )
    }

    pub fn run(&self, io: &mut Io<'_>, size: usize) {
        let share = io.part().share(size, LINE);
        let (x, out) = (io.f32(0), io.out(share, 1));
        match self.run_is_summed {
            _ if x.is_empty() => out.fill(0.0),
            true => self.sum_runs(x, share.range(), out),
            false => self.add_runs(x, share.range(), out),
        }
    }

    /// The runs are summed: each output element is the sum of the sums of its runs, in memory
    /// order.
    fn sum_runs(&self, x: &[f32], range: Range<usize>, out: &mut [f32]) {
        for (i, out) in range.zip(out) {
            let x = &x[self.kept.offset(i)..];
            *out = self
                .offsets()
                .map(|at| reduce::sum(&x[at..at + self.run]))
                .sum();
        }
    }

    /// The runs are kept: each output run is the sum of its input runs, in memory order.
    fn add_runs(&self, x: &[f32], range: Range<usize>, out: &mut [f32]) {
        let mut start = range.start;
        while start < range.end {
            let (row, col) = (start / self.run, start % self.run);
            let len = (self.run - col).min(range.end - start);
            let x = &x[self.kept.offset(row) + col..];
            self.add_run(x, &mut out[start - range.start..][..len]);
            start += len;
        }
    }

    /// The sum of (parts of) the runs that are summed into one, the first at the start of x.
    fn add_run(&self, x: &[f32], out: &mut [f32]) {
        if let (&[count], &[stride]) = (self.summed.dims(), self.summed.strides()) {
            let end = (count - 1) * stride + out.len();
            return reduce::sum_columns(&x[..end], stride, out);
        }
        out.fill(0.0);
        for at in self.offsets() {
            reduce::add_into(&x[at..at + out.len()], out);
        }
    }

    /// Where the runs lie that are summed into one, from the first on.
    fn offsets(&self) -> impl Iterator<Item = usize> + '_ {
        let count = self.summed.dims().iter().product();
        (0..count).map(|i| self.summed.offset(i))
    }
}
