//! From a graph to numbers: an order, fused passes, an arena, a table of tasks, and threads that
//! walk it. It sees only `trait Op`; `interpret` is the oracle that everything else here is tested
//! against.
#![cfg_attr(
    all(target_arch = "wasm32", target_feature = "atomics"),
    feature(stdarch_wasm_atomic_wait)
)]

mod arena;
mod barrier;
mod bind;
mod instr;
mod interpret;
mod order;
mod pass;
mod plan;
mod print;
mod run;
mod shares;
mod tasks;
mod units;

pub use barrier::{Barrier, Gate, Word, set_spins};
pub use bind::{Base, Bases, Buffer, Layout, Literal, Loc, OutOfMemory};
pub use interpret::{Values, interpret};
pub use plan::{Plan, Slot, plan};
pub use run::run_step;
