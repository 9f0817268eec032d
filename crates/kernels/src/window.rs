//! Boxes of tensors: taking one out, placing one into a filled tensor, joining tensors, and running
//! sums. They move bits, so tensors of i32 may be viewed as f32; only the running sums add.

/// The most axes of a window; more are the business of the caller.
const RANK: usize = 8;

/// One axis: element i of the box lies at `start + i·step` of the `whole`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Axis {
    pub whole: usize,
    pub size: usize,
    pub start: usize,
    pub step: isize,
}

impl Axis {
    /// Where element i of the box lies.
    fn at(&self, i: usize) -> usize {
        self.start.wrapping_add_signed(i as isize * self.step)
    }

    /// Which element of the box lies at `at`.
    fn find(&self, at: usize) -> Option<usize> {
        let away = at as isize - self.start as isize;
        let i = usize::try_from(away / self.step).ok()?;
        (away % self.step == 0 && i < self.size).then_some(i)
    }
}

/// A box of a row-major tensor. Every element of the box lies inside, by the caller's word.
#[derive(Debug)]
pub struct Window {
    axes: [Axis; RANK],
    rank: usize,
}

impl Window {
    /// Axes that the box fills are merged with the axis before them: rows become long.
    pub fn new(axes: impl Iterator<Item = Axis>) -> Window {
        let mut w = Window {
            axes: [Axis::default(); RANK],
            rank: 1,
        };
        let one = |a: Axis| {
            if a.size == 1 {
                Axis { step: 1, ..a }
            } else {
                a
            }
        };
        w.axes[0] = Axis {
            whole: 1,
            size: 1,
            start: 0,
            step: 1,
        };
        for a in axes.map(one) {
            let last = &mut w.axes[w.rank - 1];
            if a.whole == a.size && a.step == 1 && last.step == 1 {
                *last = Axis {
                    whole: last.whole * a.whole,
                    size: last.size * a.whole,
                    start: last.start * a.whole,
                    step: 1,
                };
            } else if last.whole == 1 && last.size == 1 {
                *last = a;
            } else {
                w.axes[w.rank] = a;
                w.rank += 1;
            }
        }
        w
    }

    /// The axes before the last, and the last.
    fn split(&self) -> (&[Axis], &Axis) {
        let (last, lead) = self.axes[..self.rank].split_last().expect("one axis");
        (lead, last)
    }

    /// Elements `start..start + out.len()` of the box of x.
    pub fn take(&self, x: &[f32], start: usize, out: &mut [f32]) {
        let (lead, last) = self.split();
        each_row(last.size, start, out, |row, cols, out| {
            let from = take_row(lead, row) * last.whole + last.at(cols);
            match last.step {
                1 => out.copy_from_slice(&x[from..from + out.len()]),
                _ => (0..out.len()).for_each(|i| {
                    out[i] = x[from.wrapping_add_signed(i as isize * last.step)];
                }),
            }
        });
    }

    /// Elements `start..start + out.len()` of a tensor of `value` whose box is x.
    pub fn place(&self, x: &[f32], value: f32, start: usize, out: &mut [f32]) {
        let (lead, last) = self.split();
        each_row(last.whole, start, out, |row, cols, out| {
            out.fill(value);
            if let Some(row) = place_row(lead, row) {
                place_run(&x[row * last.size..][..last.size], last, cols, out);
            }
        });
    }
}

/// Calls `f(row, first column, part of out)` for each row of `cols` that the elements
/// `start..start + out.len()` meet.
fn each_row(
    cols: usize,
    start: usize,
    out: &mut [f32],
    mut f: impl FnMut(usize, usize, &mut [f32]),
) {
    let mut done = 0;
    while done < out.len() {
        let (row, col) = ((start + done) / cols, (start + done) % cols);
        let n = (cols - col).min(out.len() - done);
        f(row, col, &mut out[done..done + n]);
        done += n;
    }
}

/// Which row of the whole is row `row` of the box.
fn take_row(lead: &[Axis], mut row: usize) -> usize {
    let (mut at, mut rows) = (0, 1);
    for axis in lead.iter().rev() {
        at += axis.at(row % axis.size) * rows;
        row /= axis.size;
        rows *= axis.whole;
    }
    at
}

/// Which row of the box is row `row` of the whole, if one is.
fn place_row(lead: &[Axis], mut row: usize) -> Option<usize> {
    let (mut at, mut rows) = (0, 1);
    for axis in lead.iter().rev() {
        at += axis.find(row % axis.whole)? * rows;
        row /= axis.whole;
        rows *= axis.size;
    }
    Some(at)
}

/// The elements of x that lie in the columns `first..first + out.len()`.
fn place_run(x: &[f32], axis: &Axis, first: usize, out: &mut [f32]) {
    let end = first + out.len();
    if axis.step == 1 {
        let (lo, hi) = (first.max(axis.start), end.min(axis.start + x.len()));
        if lo < hi {
            out[lo - first..hi - first].copy_from_slice(&x[lo - axis.start..hi - axis.start]);
        }
        return;
    }
    for (i, x) in x.iter().enumerate() {
        if let Some(out) = axis.at(i).checked_sub(first).and_then(|at| out.get_mut(at)) {
            *out = *x;
        }
    }
}

/// Elements `start..start + out.len()` of the rows of the parts joined one after the other. Part k
/// has rows of `widths(k)` elements, `total` in all.
pub fn concat<'a>(
    part: impl Fn(usize) -> &'a [f32],
    widths: impl Fn(usize) -> usize,
    total: usize,
    start: usize,
    out: &mut [f32],
) {
    let (mut k, mut before) = (0, 0);
    let mut done = 0;
    while done < out.len() {
        let (row, col) = ((start + done) / total, (start + done) % total);
        if col < before {
            (k, before) = (0, 0);
        }
        while col >= before + widths(k) {
            before += widths(k);
            k += 1;
        }
        let (width, from) = (widths(k), col - before);
        let n = (width - from).min(out.len() - done);
        out[done..done + n].copy_from_slice(&part(k)[row * width + from..][..n]);
        done += n;
    }
}

/// Running sums along the middle axis, one element after the other; from the end when `reverse`.
/// x, out: `[outer, mid, inner]`.
pub fn running<T: Copy>(
    x: &[T],
    (mid, inner): (usize, usize),
    reverse: bool,
    add: impl Fn(T, T) -> T,
    out: &mut [T],
) {
    out.copy_from_slice(x);
    for out in out.chunks_exact_mut((mid * inner).max(1)) {
        for i in 1..mid {
            let (low, high) = out.split_at_mut(if reverse { mid - i } else { i } * inner);
            let (sum, next) = match reverse {
                false => (&low[low.len() - inner..], &mut high[..inner]),
                true => (&high[..inner], &mut low[(mid - i - 1) * inner..]),
            };
            next.iter_mut()
                .zip(sum)
                .for_each(|(x, sum)| *x = add(*sum, *x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize) -> Vec<f32> {
        (0..n).map(|i| i as f32 + 1.0).collect()
    }

    fn axis(whole: usize, size: usize, start: usize, step: isize) -> Axis {
        Axis {
            whole,
            size,
            start,
            step,
        }
    }

    /// Where each element of the box lies, by the definition.
    fn places(axes: &[Axis]) -> Vec<usize> {
        let size = axes.iter().map(|a| a.size).product();
        let place = |mut i: usize| {
            let (mut at, mut stride) = (0, 1);
            for a in axes.iter().rev() {
                at += (a.start as isize + (i % a.size) as isize * a.step) as usize * stride;
                i /= a.size;
                stride *= a.whole;
            }
            at
        };
        (0..size).map(place).collect()
    }

    fn check(axes: &[Axis]) {
        let w = Window::new(axes.iter().copied());
        let whole: usize = axes.iter().map(|a| a.whole).product();
        let (x, at) = (series(whole), places(axes));
        let want: Vec<f32> = at.iter().map(|&at| x[at]).collect();
        let mut placed = vec![-1.0; whole];
        at.iter().zip(&want).for_each(|(&at, v)| placed[at] = *v);
        for cut in 0..=whole {
            let mut out = vec![0.0; want.len()];
            let (a, b) = out.split_at_mut(cut.min(want.len()));
            w.take(&x, 0, a);
            w.take(&x, a.len(), b);
            assert_eq!(out, want, "{axes:?} cut at {cut}");
            let mut out = vec![0.0; whole];
            let (a, b) = out.split_at_mut(cut);
            w.place(&want, -1.0, 0, a);
            w.place(&want, -1.0, cut, b);
            assert_eq!(out, placed, "{axes:?} cut at {cut}");
        }
    }

    #[test]
    fn boxes_are_taken_and_placed() {
        check(&[]);
        check(&[axis(9, 4, 3, 1)]);
        check(&[axis(9, 4, 1, 2)]);
        check(&[axis(9, 9, 8, -1)]);
        check(&[axis(9, 3, 7, -3)]);
        check(&[axis(3, 3, 0, 1), axis(4, 1, 2, 1), axis(5, 5, 0, 1)]);
        check(&[axis(3, 1, 2, -7), axis(4, 4, 0, 1), axis(5, 5, 0, 1)]);
        check(&[axis(4, 2, 3, -2), axis(3, 3, 0, 1), axis(5, 2, 1, 2)]);
        check(&[axis(2, 2, 1, -1), axis(3, 3, 2, -1), axis(1, 1, 0, 1)]);
        check(&[axis(3, 2, 1, 1), axis(2, 2, 0, 1), axis(3, 2, 0, 2)]);
    }

    #[test]
    fn an_empty_box_is_filled_around() {
        for whole in [1, 3] {
            let axes = [axis(whole, 0, 0, 1), axis(2, 2, 0, 1)];
            let w = Window::new(axes.into_iter());
            let mut out = vec![1.0; 2 * whole];
            w.place(&[], 7.0, 0, &mut out);
            assert!(out.iter().all(|x| *x == 7.0));
            w.take(&out, 0, &mut []);
        }
    }

    #[test]
    fn parts_are_joined_row_by_row() {
        let widths = [2, 0, 3, 1];
        let parts = widths.map(|w| series(4 * w));
        let want: Vec<f32> = (0..4)
            .flat_map(|row| [0, 1, 2, 3].map(|k| (row, k)))
            .flat_map(|(row, k)| parts[k][row * widths[k]..][..widths[k]].to_vec())
            .collect();
        for cut in 0..=want.len() {
            let mut out = vec![0.0; want.len()];
            let (a, b) = out.split_at_mut(cut);
            concat(|k| &parts[k], |k| widths[k], 6, 0, a);
            concat(|k| &parts[k], |k| widths[k], 6, cut, b);
            assert_eq!(out, want);
        }
    }

    #[test]
    fn sums_run_along_the_middle_axis() {
        for (outer, mid, inner) in [(2, 3, 5), (1, 4, 1), (3, 1, 2), (2, 0, 4), (0, 2, 2)] {
            let x: Vec<i32> = (0..(outer * mid * inner) as i32)
                .map(|i| i * i % 7)
                .collect();
            for reverse in [false, true] {
                let mut out = vec![9; x.len()];
                running(&x, (mid, inner), reverse, i32::wrapping_add, &mut out);
                for (at, got) in out.iter().enumerate() {
                    let (o, m, i) = (at / inner / mid, at / inner % mid, at % inner);
                    let over = if reverse { m..mid } else { 0..m + 1 };
                    let want: i32 = over.map(|m| x[(o * mid + m) * inner + i]).sum();
                    assert_eq!(*got, want, "[{outer}, {mid}, {inner}] {reverse}");
                }
            }
        }
    }
}
