//! The way through time: at each step one product with the packed kernel for all rows of a block,
//! then the cell row by row.

use super::vectors::each;
use super::{BLOCK, Cell, Recurrence, gru, lstm, simple};
use crate::gemm::Packed;
use crate::lanes::Lanes;

/// What some rows of a batch start from.
#[derive(Clone, Copy, Debug)]
pub struct Forward<'a> {
    /// The input's part of the gates: [B, T, G].
    pub x: &'a [f32],
    /// [U, G]
    pub kernel: &'a [f32],
    /// Added to h·kernel: [G].
    pub bias: &'a [f32],
    /// [B, S]
    pub state: &'a [f32],
    /// A step with 0 leaves the states as they are: [B, T].
    pub mask: &'a [f32],
    /// Multiplies h before the kernel does: [B, U].
    pub keep: &'a [f32],
}

impl Forward<'_> {
    /// The rows from `first` on.
    fn from(&self, first: usize, sizes: &Recurrence) -> Self {
        Forward {
            x: &self.x[first * sizes.steps * sizes.gates()..],
            state: &self.state[first * sizes.states()..],
            mask: &self.mask[first * sizes.steps..],
            keep: &self.keep[first * sizes.units..],
            ..*self
        }
    }
}

impl Recurrence {
    /// Writes the tape [B, T + 1, K]: the states before each step and its gates; in the last row
    /// the states after all. Zeros stand for gates that were not computed.
    pub fn forward(&self, io: &Forward, tape: &mut [f32], scratch: &mut [f32]) {
        let size = Packed::size(self.units, self.gates());
        let (strips, scratch) = scratch.split_at_mut(size);
        let packed = Packed::new(io.kernel, (self.units, self.gates()), false, strips);
        let row = (self.steps + 1) * self.kept();
        for (block, tape) in tape.chunks_mut(BLOCK * row).enumerate() {
            let io = io.from(block * BLOCK, self);
            self.start(&io, tape);
            for t in 0..self.steps {
                self.advance(&packed, &io, t, tape, scratch);
            }
        }
    }

    /// The tape's rows of the batch.
    fn tapes<'t>(&self, tape: &'t mut [f32]) -> impl Iterator<Item = &'t mut [f32]> {
        tape.chunks_exact_mut((self.steps + 1) * self.kept())
    }

    /// The states before the first step, and zeros for the gates after the last.
    fn start(&self, io: &Forward, tape: &mut [f32]) {
        for (tape, state) in self.tapes(tape).zip(io.state.chunks_exact(self.states())) {
            tape[self.steps * self.kept()..].fill(0.0);
            tape[..self.states()].copy_from_slice(state);
        }
    }

    /// Step t of a block.
    fn advance(
        &self,
        packed: &Packed,
        io: &Forward,
        t: usize,
        tape: &mut [f32],
        scratch: &mut [f32],
    ) {
        let (units, gates, kept) = (self.units, self.gates(), self.kept());
        let count = tape.len() / ((self.steps + 1) * kept);
        let (h, scratch) = scratch.split_at_mut(count * units);
        let z = &mut scratch[..count * gates];
        let keeps = io.keep.chunks_exact(units);
        for ((tape, h), keep) in self.tapes(tape).zip(h.chunks_exact_mut(units)).zip(keeps) {
            let state = &tape[t * kept..][..units];
            each([state, keep], [], [h], |[h, keep], []| ([], [h.mul(keep)]));
        }
        packed.times(h, z);
        let rows = self.tapes(tape).zip(z.chunks_exact_mut(gates));
        for (r, (tape, z)) in rows.enumerate() {
            let (now, next) = tape[t * kept..][..2 * kept].split_at_mut(kept);
            let at = r * self.steps + t;
            if io.mask[at] == 0.0 {
                self.skip(now, next);
            } else {
                each([io.bias], [z], [], |[b], [z]| ([z.add(b)], []));
                self.step(&io.x[at * gates..][..gates], z, now, next);
            }
        }
    }

    /// A masked step: the states stay.
    fn skip(&self, now: &mut [f32], next: &mut [f32]) {
        let (state, gates) = now.split_at_mut(self.states());
        gates.fill(0.0);
        next[..state.len()].copy_from_slice(state);
    }

    /// x, z: [G], now, next: [K]: writes the gates into now and the states into next.
    fn step(&self, x: &[f32], z: &[f32], now: &mut [f32], next: &mut [f32]) {
        let next = &mut next[..self.states()];
        match self.cell {
            Cell::Simple => simple::forward(x, z, next),
            Cell::Gru => gru::forward(x, z, now, next),
            Cell::Lstm => lstm::forward(x, z, now, next),
        }
    }
}
