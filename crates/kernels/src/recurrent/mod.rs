//! Recurrences over time: all steps of some rows of a batch, forward and back. Rows do not depend
//! on each other, so threads share a batch without ever meeting. The input's part of the gates was
//! computed before, for all steps at once; the gradients of weights follow after, the same way.

mod backward;
mod forward;
mod gru;
mod lstm;
mod simple;
#[cfg(test)]
mod tests;
mod vectors;

pub use backward::Backward;
pub use forward::Forward;

use crate::gemm::Packed;

/// The kinds of cells, as Keras defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// h' = tanh(x + h·K)
    Simple,
    /// z, r: gates, n = tanh(x + r ⊙ h·K), h' = z ⊙ h + (1 − z) ⊙ n
    Gru,
    /// i, f, o: gates, g = tanh(x + h·K), c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c')
    Lstm,
}

impl Cell {
    pub const ALL: [Cell; 3] = [Cell::Simple, Cell::Gru, Cell::Lstm];

    /// Columns of the recurrent kernel, in units: z, r, n of a GRU, i, f, g, o of an LSTM.
    pub fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    /// h, and c of an LSTM.
    pub fn states(self) -> usize {
        1 + usize::from(self == Cell::Lstm)
    }

    /// What the tape keeps of a step, in units: the states before it, the gates, and last h·K for
    /// n of a GRU.
    pub fn kept(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru => 5,
            Cell::Lstm => 6,
        }
    }

    /// Gradients of a step, in units: of the gates before their functions, and last of h·K for n
    /// of a GRU.
    pub fn slopes(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Gru | Cell::Lstm => 4,
        }
    }
}

/// The sizes of a recurrence: U = units, G = gates · U, S = states · U, K = kept · U,
/// D = slopes · U.
#[derive(Clone, Copy, Debug)]
pub struct Recurrence {
    pub cell: Cell,
    pub units: usize,
    pub steps: usize,
}

/// Rows that go through time together: their gates stay in the first cache.
const BLOCK: usize = 32;

impl Recurrence {
    fn gates(&self) -> usize {
        self.cell.gates() * self.units
    }

    fn states(&self) -> usize {
        self.cell.states() * self.units
    }

    fn kept(&self) -> usize {
        self.cell.kept() * self.units
    }

    fn slopes(&self) -> usize {
        self.cell.slopes() * self.units
    }

    /// Floats of scratch that either way needs for a batch of this size.
    pub fn scratch(&self, batch: usize) -> usize {
        let (units, gates) = (self.units, self.gates());
        let packed = Packed::size(units, gates).max(Packed::size(gates, units));
        packed + batch.min(BLOCK) * (units + gates + self.states())
    }
}
