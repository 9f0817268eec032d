//! What must hold for any bytes that claim to be a graph, and where such bytes come from: recorded
//! seeds, mutations, and a tape of decisions. `guided/` lets libFuzzer drive it; nothing is shipped.

mod check;
mod loose;
mod mutate;
mod program;
mod run;
mod seeds;
mod tape;

pub use check::{Outcome, check};
pub use loose::Loose;
pub use mutate::mutate;
pub use program::program;
pub use run::run_threads;
pub use seeds::seeds;
pub use tape::{Dice, Tape};
