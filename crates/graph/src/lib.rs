//! The graph of a computation: shapes, dtypes, nodes, the contract of an op, reverse mode,
//! verification, printing and the byte format. It knows no numbers and no particular op.
#![forbid(unsafe_code)]

mod backward;
mod builder;
mod error;
mod node;
mod op;
mod print;
mod shape;
mod simplify;
mod verify;
pub mod wire;

pub use backward::{gradients, pull_back};
pub use builder::Builder;
pub use error::{GraphError, Result};
pub use node::{Assign, Graph, Node, NodeId, Source};
pub use op::{Attrs, Decode, Op, Registry, Vjp};
pub use shape::{Dtype, MAX_ELEMENTS, MAX_RANK, Shape, Type};
