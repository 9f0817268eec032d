//! What one thread sees while it runs its share of an op: the inputs, its part of the output,
//! scratch. The only place where shared memory is cut into slices; a `Share` can only come from a
//! `Part`, so two threads with different parts never hold the same output element.

use core::ops::Range;

/// Thread `index` of the `of` threads that run an op together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    index: usize,
    of: usize,
}

/// The units `start..end` of an op's work that belong to one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    start: usize,
    end: usize,
}

impl Part {
    pub const WHOLE: Part = Part { index: 0, of: 1 };

    pub fn new(index: usize, of: usize) -> Part {
        assert!(index < of, "part {index} of {of}");
        Part { index, of }
    }

    pub fn index(self) -> usize {
        self.index
    }

    pub fn of(self) -> usize {
        self.of
    }

    /// This part of `n` units, cut at multiples of `grain`; the parts cover `0..n` once.
    pub fn share(self, n: usize, grain: usize) -> Share {
        let blocks = n.div_ceil(grain);
        let cut = |i: usize| (blocks * i / self.of * grain).min(n);
        Share {
            start: cut(self.index),
            end: cut(self.index + 1),
        }
    }

    /// A grid of `rows × cols` parts: (this part among the rows, this part among the columns).
    pub fn grid(self, rows: usize) -> (Part, Part) {
        assert!(
            self.of.is_multiple_of(rows),
            "{} parts in {rows} rows",
            self.of
        );
        let cols = self.of / rows;
        (
            Part::new(self.index / cols, rows),
            Part::new(self.index % cols, cols),
        )
    }
}

impl Share {
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The share in pieces of at most `step` units.
    pub fn steps(self, step: usize) -> impl Iterator<Item = Share> {
        let piece = move |start: usize| Share {
            start,
            end: (start + step).min(self.end),
        };
        self.range().step_by(step).map(piece)
    }

    pub fn start(self) -> usize {
        self.start
    }

    pub fn len(self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A buffer of 4-byte elements as the executor knows it.
#[derive(Clone, Copy, Debug)]
pub struct Raw {
    pub ptr: *mut f32,
    pub len: usize,
}

impl Raw {
    pub const EMPTY: Raw = Raw {
        ptr: core::ptr::NonNull::dangling().as_ptr(),
        len: 0,
    };
}

/// Called with `(start, len)` of a flat output range that is final, while it is still in cache.
pub type Finished<'a> = &'a mut dyn FnMut(usize, usize);

/// `Finished`, lent on: what an `Io` hands to a kernel.
pub type Hook<'s, 'a> = &'s mut (dyn FnMut(usize, usize) + 'a);

/// One thread's view of one op call.
pub struct Io<'a> {
    part: Part,
    inputs: &'a [Raw],
    output: Raw,
    scratch: &'a mut [f32],
    finished: Option<Finished<'a>>,
    windowed: bool,
}

impl<'a> Io<'a> {
    /// # Safety
    /// Every `Raw` must be valid for its length while the `Io` lives; nobody else writes the
    /// inputs; the output overlaps no input (but input 0 of an op that declares `in_place`), and
    /// all threads that run this call use the same number of parts.
    pub unsafe fn new(
        part: Part,
        inputs: &'a [Raw],
        output: Raw,
        scratch: &'a mut [f32],
        finished: Option<Finished<'a>>,
    ) -> Io<'a> {
        Io {
            part,
            inputs,
            output,
            scratch,
            finished,
            windowed: false,
        }
    }

    /// The output is a window of this thread: every range that is announced begins at its first
    /// element, and is forgotten then.
    pub fn through_window(self) -> Io<'a> {
        Io {
            windowed: true,
            ..self
        }
    }

    pub fn is_windowed(&self) -> bool {
        self.windowed
    }

    /// Whether the output is the buffer of input 0, whose elements it then holds already.
    pub fn is_in_place(&self) -> bool {
        self.inputs
            .first()
            .is_some_and(|x| x.ptr == self.output.ptr)
    }

    pub fn part(&self) -> Part {
        self.part
    }

    pub fn f32(&self, input: usize) -> &'a [f32] {
        let raw = self.inputs[input];
        // SAFETY: valid and not written while the call runs, by the contract of `new`.
        unsafe { core::slice::from_raw_parts(raw.ptr, raw.len) }
    }

    pub fn i32(&self, input: usize) -> &'a [i32] {
        let raw = self.inputs[input];
        // SAFETY: as `f32`; every bit pattern is an i32.
        unsafe { core::slice::from_raw_parts(raw.ptr.cast(), raw.len) }
    }

    /// Output elements of this share, each unit being `unit` elements.
    pub fn out(&mut self, share: Share, unit: usize) -> &'a mut [f32] {
        let (start, len) = (share.start * unit, share.len() * unit);
        assert!(
            start + len <= self.output.len,
            "share past the end of the output"
        );
        // SAFETY: in bounds; shares of different parts are disjoint.
        unsafe { core::slice::from_raw_parts_mut(self.output.ptr.add(start), len) }
    }

    pub fn out_i32(&mut self, share: Share, unit: usize) -> &'a mut [i32] {
        let out = self.out(share, unit);
        // SAFETY: same size and alignment; every bit pattern is an i32.
        unsafe { core::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len()) }
    }

    /// The output as a matrix of which this part writes `rows × cols` of batch entry `batch`.
    pub fn tile(&mut self, offset: usize, stride: usize, rows: Share, cols: Share) -> Tile<'a> {
        if self.windowed {
            assert!(cols.start == 0 && cols.end == stride, "rows in a window");
            return Tile {
                ptr: self.output.ptr,
                stride,
                rows,
                cols,
                window: Some(self.output),
                _out: core::marker::PhantomData,
            };
        }
        let empty = rows.is_empty() || cols.is_empty();
        let last = offset + rows.end.saturating_sub(1) * stride + cols.end;
        assert!(
            empty || last <= self.output.len,
            "tile past the end of the output"
        );
        // An empty tile may lie anywhere: no element of it is ever reached.
        Tile {
            ptr: self.output.ptr.wrapping_add(offset),
            stride,
            rows,
            cols,
            window: None,
            _out: core::marker::PhantomData,
        }
    }

    pub fn scratch(&mut self) -> &mut [f32] {
        self.scratch
    }

    /// Scratch for integers.
    pub fn scratch_i32(&mut self) -> &mut [i32] {
        let scratch = &mut *self.scratch;
        // SAFETY: same size and alignment; every bit pattern is an i32 and an f32.
        unsafe { core::slice::from_raw_parts_mut(scratch.as_mut_ptr().cast(), scratch.len()) }
    }

    /// Scratch and the hook for finished ranges, borrowed together.
    pub fn scratch_and_finished(&mut self) -> (&mut [f32], Option<Hook<'_, 'a>>) {
        (self.scratch, self.finished.as_deref_mut().map(|f| f as _))
    }

    /// Announces that output elements `start..start + len` are final.
    pub fn finish(&mut self, start: usize, len: usize) {
        if let Some(finished) = &mut self.finished {
            finished(start, len);
        }
    }
}

/// Rows × columns of a row-major output matrix that one part may write.
pub struct Tile<'a> {
    ptr: *mut f32,
    stride: usize,
    rows: Share,
    cols: Share,
    window: Option<Raw>,
    _out: core::marker::PhantomData<&'a mut [f32]>,
}

impl<'a> Tile<'a> {
    /// A whole matrix `[rows, cols]`.
    pub fn whole(out: &'a mut [f32], rows: usize, cols: usize) -> Tile<'a> {
        assert_eq!(
            out.len(),
            rows * cols,
            "elements of a {rows} × {cols} matrix"
        );
        let all = |n| Part::WHOLE.share(n, 1);
        Tile {
            ptr: out.as_mut_ptr(),
            stride: cols,
            rows: all(rows),
            cols: all(cols),
            window: None,
            _out: core::marker::PhantomData,
        }
    }

    pub fn rows(&self) -> Range<usize> {
        self.rows.range()
    }

    pub fn cols(&self) -> Range<usize> {
        self.cols.range()
    }

    /// Says that `rows` are next: in a window, they begin at its first element.
    pub fn begin(&mut self, rows: &Range<usize>) {
        if let Some(window) = self.window {
            let room = rows.len() * self.stride <= window.len;
            assert!(room, "rows {rows:?} in a window of {} floats", window.len);
            self.ptr = window.ptr.wrapping_sub(rows.start * self.stride);
        }
    }

    /// Elements between the starts of two rows.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// `count` rows of a tile that has all its columns, from row `start` on.
    pub fn below(&mut self, start: usize, count: usize) -> Tile<'_> {
        let rows = self.rows();
        assert!(
            rows.start == 0 && start + count <= rows.end,
            "rows of the tile"
        );
        Tile {
            ptr: self.ptr.wrapping_add(start * self.stride),
            rows: Part::WHOLE.share(count, 1),
            ..*self
        }
    }

    /// The tile's part of a row.
    pub fn row(&mut self, row: usize) -> &mut [f32] {
        assert!(self.rows().contains(&row), "row {row} outside of the tile");
        let cols = self.cols();
        // SAFETY: the constructors asserted that the whole tile lies inside the output, and nobody
        // else holds elements of it.
        unsafe {
            let first = self.ptr.add(row * self.stride + cols.start);
            core::slice::from_raw_parts_mut(first, cols.len())
        }
    }

    /// Pointer to element `(row, col)`; the caller stays inside `rows()` and `cols()`.
    pub fn at(&mut self, row: usize, col: usize) -> *mut f32 {
        debug_assert!(self.rows.range().contains(&row) && self.cols.range().contains(&col));
        // Inside the output: the constructors, or `begin`, asserted it.
        self.ptr.wrapping_add(row * self.stride + col)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_unit_once() {
        for n in [0, 1, 7, 64, 65] {
            for of in 1..5 {
                let ranges: Vec<_> = (0..of)
                    .map(|i| Part::new(i, of).share(n, 8).range())
                    .collect();
                let covered: Vec<usize> = ranges.into_iter().flatten().collect();
                assert_eq!(covered, (0..n).collect::<Vec<_>>());
            }
        }
    }
}
