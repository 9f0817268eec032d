//! Windows of a channels-last tensor, channel by channel: maximum, sum, and what their gradients
//! need. Windows are cut to the tensor: padding is never an element. Which windows there are is the
//! business of `PoolAxis`.

use core::ops::Range;

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// The windows along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolAxis {
    pub input: usize,
    pub output: usize,
    pub windows: Windows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Windows {
    /// Window o is `o · stride − low` and the `size − 1` elements after it.
    Strided {
        size: usize,
        stride: usize,
        low: usize,
    },
    /// Window o is ⌊o · input / output⌋ up to ⌈(o + 1) · input / output⌉.
    Adaptive,
}

impl PoolAxis {
    /// An axis that is not there.
    pub const NONE: PoolAxis = PoolAxis {
        input: 1,
        output: 1,
        windows: Windows::Strided {
            size: 1,
            stride: 1,
            low: 0,
        },
    };

    /// The elements of window `o`.
    pub fn range(&self, o: usize) -> Range<usize> {
        match self.windows {
            Windows::Strided { size, stride, low } => {
                let end = (o * stride + size).saturating_sub(low).min(self.input);
                (o * stride).saturating_sub(low).min(end)..end
            }
            Windows::Adaptive => {
                let [o, input, output] = [o, self.input, self.output].map(|n| n as u64);
                let end = ((o + 1) * input).div_ceil(output);
                (o * input / output) as usize..end as usize
            }
        }
    }

    /// The windows that element `i` is in: windows begin and end in order.
    fn windows_of(&self, i: usize) -> Range<usize> {
        let first = self.partition(|o| self.range(o).end <= i);
        first..self.partition(|o| self.range(o).start <= i).max(first)
    }

    /// The first window that is not `before`, which holds for the first ones.
    fn partition(&self, before: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, self.output);
        while low < high {
            let middle = (low + high) / 2;
            if before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// x: `[batch, D, H, W, channels]` → y: `[batch, D', H', W', channels]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub batch: usize,
    pub axes: [PoolAxis; 3],
    pub channels: usize,
}

/// A box of points of one image.
struct Box3 {
    /// The image's first point.
    base: usize,
    sizes: [usize; 3],
    ranges: [Range<usize>; 3],
}

impl Box3 {
    /// Every point, in order.
    #[inline(always)]
    fn each(&self, mut f: impl FnMut(usize)) {
        let [_, n1, n2] = self.sizes;
        let [r0, r1, r2] = &self.ranges;
        for i0 in r0.clone() {
            for i1 in r1.clone() {
                let line = self.base + (i0 * n1 + i1) * n2;
                (line + r2.start..line + r2.end).for_each(&mut f);
            }
        }
    }

    fn first(&self) -> usize {
        let [r0, r1, r2] = &self.ranges;
        self.base + (r0.start * self.sizes[1] + r1.start) * self.sizes[2] + r2.start
    }

    fn last(&self) -> usize {
        let [r0, r1, r2] = &self.ranges;
        self.base + ((r0.end - 1) * self.sizes[1] + r1.end - 1) * self.sizes[2] + r2.end - 1
    }
}

impl Pool {
    fn inputs(&self) -> [usize; 3] {
        self.axes.map(|a| a.input)
    }

    fn outputs(&self) -> [usize; 3] {
        self.axes.map(|a| a.output)
    }

    pub fn in_points(&self) -> usize {
        self.batch * self.inputs().iter().product::<usize>()
    }

    pub fn out_points(&self) -> usize {
        self.batch * self.outputs().iter().product::<usize>()
    }

    /// The points of x in window `o`.
    fn window(&self, o: usize) -> Box3 {
        let (image, at) = place(o, self.outputs());
        Box3 {
            base: image * self.inputs().iter().product::<usize>(),
            sizes: self.inputs(),
            ranges: core::array::from_fn(|a| self.axes[a].range(at[a])),
        }
    }

    /// The windows that point `i` of x is in.
    fn windows_of(&self, i: usize) -> Box3 {
        let (image, at) = place(i, self.inputs());
        Box3 {
            base: image * self.outputs().iter().product::<usize>(),
            sizes: self.outputs(),
            ranges: core::array::from_fn(|a| self.axes[a].windows_of(at[a])),
        }
    }

    /// The largest of each window, NaN where there is one; windows `first..`.
    pub fn max(&self, x: &[f32], first: usize, out: &mut [f32]) {
        self.fold(
            out,
            x,
            |o| self.window(first + o),
            f64::NEG_INFINITY,
            Native::max,
        );
    }

    /// The sum of each window, element after element; windows `first..`.
    pub fn sum(&self, x: &[f32], first: usize, out: &mut [f32]) {
        self.fold(out, x, |o| self.window(first + o), 0.0, Native::add);
    }

    /// For each point of x from `first` on, the sum of dy over the windows that it is in.
    pub fn sum_grad(&self, dy: &[f32], first: usize, out: &mut [f32]) {
        self.fold(out, dy, |i| self.windows_of(first + i), 0.0, Native::add);
    }

    #[inline(always)]
    fn fold(
        &self,
        out: &mut [f32],
        x: &[f32],
        points: impl Fn(usize) -> Box3,
        start: f64,
        f: impl Fn(Native, Native) -> Native,
    ) {
        let channels = self.channels;
        for (o, out) in out.chunks_exact_mut(channels).enumerate() {
            let window = points(o);
            for c in (0..channels).step_by(4) {
                let read =
                    |p: usize| Native::from_rest(&x[p * channels + c..(p + 1) * channels], 0.0);
                let mut all = Native::splat(start);
                window.each(|p| all = f(all, read(p)));
                all.write_rest(&mut out[c..]);
            }
        }
    }

    /// `f(point, mask)` for each point of window `o` of x at channels `c..c + 4`, in order: the
    /// mask marks where the point is the first of the window's largest.
    #[inline(always)]
    fn winners(&self, x: &[f32], window: &Box3, c: usize, mut f: impl FnMut(usize, Native)) {
        let channels = self.channels;
        let read = |p: usize| Native::from_rest(&x[p * channels + c..(p + 1) * channels], 0.0);
        let mut most = Native::splat(f64::NEG_INFINITY);
        window.each(|p| most = most.pmax(read(p)));
        let mut open = Native::bits(u32::MAX);
        window.each(|p| {
            let wins = read(p).mask_eq(most).and(open);
            open = open.and_not(wins);
            f(p, wins);
        });
    }

    /// What `g` has at the first of the largest of each window of x; windows `first..`.
    pub fn pick(&self, x: &[f32], g: &[f32], first: usize, out: &mut [f32]) {
        let channels = self.channels;
        for (o, out) in out.chunks_exact_mut(channels).enumerate() {
            let window = self.window(first + o);
            for c in (0..channels).step_by(4) {
                let mut picked = Native::splat(0.0);
                self.winners(x, &window, c, |p, wins| {
                    let g = Native::from_rest(&g[p * channels + c..(p + 1) * channels], 0.0);
                    picked = picked.or(g.and(wins));
                });
                picked.write_rest(&mut out[c..]);
            }
        }
    }

    /// The gradient of `max`: for each point of x from `first` on, the sum of dy over the windows
    /// of which it is the first of the largest.
    pub fn max_grad(&self, x: &[f32], dy: &[f32], first: usize, out: &mut [f32]) {
        let channels = self.channels;
        out.fill(0.0);
        let end = first + out.len() / channels;
        let [inside, outside] =
            [self.inputs(), self.outputs()].map(|n| n.iter().product::<usize>());
        for o in first / inside * outside..end.div_ceil(inside) * outside {
            let window = self.window(o);
            if window.last() < first || window.first() >= end {
                continue;
            }
            for c in (0..channels).step_by(4) {
                let dy = Native::from_rest(&dy[o * channels + c..(o + 1) * channels], 0.0);
                self.winners(x, &window, c, |p, wins| {
                    if (first..end).contains(&p) {
                        let out = &mut out[(p - first) * channels + c..(p - first + 1) * channels];
                        Native::from_rest(out, 0.0)
                            .add(dy.and(wins))
                            .write_rest(out);
                    }
                });
            }
        }
    }
}

/// The place of point `i` in images of these sizes: image and coordinates.
fn place(i: usize, [n0, n1, n2]: [usize; 3]) -> (usize, [usize; 3]) {
    (i / n2 / n1 / n0, [i / n2 / n1 % n0, i / n2 % n1, i % n2])
}
