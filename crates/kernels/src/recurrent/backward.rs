//! The way back through time: at each step the cell row by row, then one product with the packed
//! kernel, transposed, for all rows of a block. What decays is cut off above the subnormal numbers.

use super::vectors::each;
use super::{BLOCK, Cell, Recurrence, gru, lstm, simple};
use crate::gemm::Packed;
use crate::lanes::Lanes;

/// What the way back needs for some rows of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Backward<'a> {
    /// [B, T + 1, K]
    pub tape: &'a [f32],
    /// [U, G]
    pub kernel: &'a [f32],
    /// [B, T]
    pub mask: &'a [f32],
    /// [B, U]
    pub keep: &'a [f32],
    /// Of h after each of the last steps, then of c after the last: [B, N, U].
    pub dy: &'a [f32],
    /// N
    pub dy_lines: usize,
}

impl Backward<'_> {
    /// The rows from `first` on.
    fn from(&self, first: usize, sizes: &Recurrence) -> Self {
        Backward {
            tape: &self.tape[first * (sizes.steps + 1) * sizes.kept()..],
            mask: &self.mask[first * sizes.steps..],
            keep: &self.keep[first * sizes.units..],
            dy: &self.dy[first * self.dy_lines * sizes.units..],
            ..*self
        }
    }

    /// Row r of dy.
    fn dy(&self, r: usize, units: usize) -> &[f32] {
        &self.dy[r * self.dy_lines * units..][..self.dy_lines * units]
    }
}

impl Recurrence {
    /// Writes the gradients of each step, [B, T, D], or [B, T + 1, D] for `lines` = T + 1: then
    /// the last line begins with those of the first states.
    pub fn backward(&self, io: &Backward, lines: usize, out: &mut [f32], scratch: &mut [f32]) {
        let size = Packed::size(self.gates(), self.units);
        let (strips, scratch) = scratch.split_at_mut(size);
        let packed = Packed::new(io.kernel, (self.gates(), self.units), true, strips);
        let row = lines * self.slopes();
        for (block, out) in out.chunks_mut((BLOCK * row).max(1)).enumerate() {
            let io = io.from(block * BLOCK, self);
            let (ds, scratch) = scratch.split_at_mut(out.len() / row * self.states());
            self.end(&io, ds);
            for t in (0..self.steps).rev() {
                self.retreat(&packed, &io, t, ds, out, scratch);
            }
            let firsts = out
                .chunks_exact_mut(row)
                .zip(ds.chunks_exact(self.states()));
            for (out, ds) in firsts.take_while(|_| lines > self.steps) {
                let line = &mut out[self.steps * self.slopes()..];
                line[..ds.len()].copy_from_slice(ds);
                line[ds.len()..].fill(0.0);
            }
        }
    }

    /// The gradients of the last states, without that of h, which each step adds.
    fn end(&self, io: &Backward, ds: &mut [f32]) {
        for (r, ds) in ds.chunks_exact_mut(self.states()).enumerate() {
            let (dh, dc) = ds.split_at_mut(self.units);
            let dy = io.dy(r, self.units);
            dh.fill(0.0);
            dc.copy_from_slice(&dy[dy.len() - dc.len()..]);
        }
    }

    /// Step t of a block. ds: [B, S], out: [B, lines, D].
    fn retreat(
        &self,
        packed: &Packed,
        io: &Backward,
        t: usize,
        ds: &mut [f32],
        out: &mut [f32],
        scratch: &mut [f32],
    ) {
        let (units, gates, states) = (self.units, self.gates(), self.states());
        let count = ds.len() / states;
        let (dz, scratch) = scratch.split_at_mut(count * gates);
        let dh = &mut scratch[..count * units];
        let row = out.len() / count;
        let rows = ds.chunks_exact_mut(states).zip(out.chunks_exact_mut(row));
        for (r, ((ds, out), dz)) in rows.zip(dz.chunks_exact_mut(gates)).enumerate() {
            let out = &mut out[t * self.slopes()..][..self.slopes()];
            self.slope(io, r, t, ds, out);
            // Of x and of h·K: they differ in the last gate of a GRU.
            let (first, last) = dz.split_at_mut(gates - units);
            first.copy_from_slice(&out[..first.len()]);
            last.copy_from_slice(&out[out.len() - units..]);
        }
        packed.times(dz, dh);
        let rows = ds.chunks_exact_mut(states).zip(dh.chunks_exact(units));
        for ((ds, dh), keep) in rows.zip(io.keep.chunks_exact(units)) {
            each([dh, keep], [&mut ds[..units]], [], |[d, keep], [dh]| {
                ([d.mul(keep).add(dh).flush()], [])
            });
        }
    }

    /// Step t of row r: out: [D]; ds: [S] becomes the part of the gradient of the states before
    /// the step that does not pass through the kernel.
    fn slope(&self, io: &Backward, r: usize, t: usize, ds: &mut [f32], out: &mut [f32]) {
        let (units, kept) = (self.units, self.kept());
        let ends = io.dy_lines + 1 - self.cell.states();
        if t + ends >= self.steps {
            let dy = &io.dy(r, units)[(t + ends - self.steps) * units..][..units];
            each([dy], [&mut ds[..units]], [], |[dy], [dh]| {
                ([dh.add(dy)], [])
            });
        }
        if io.mask[r * self.steps + t] == 0.0 {
            return out.fill(0.0);
        }
        let lines = &io.tape[(r * (self.steps + 1) + t) * kept..][..2 * kept];
        let (now, next) = lines.split_at(kept);
        match self.cell {
            Cell::Simple => simple::backward(&next[..units], ds, out),
            Cell::Gru => gru::backward(now, ds, out),
            Cell::Lstm => lstm::backward(now, &next[..2 * units], ds, out),
        }
    }
}
