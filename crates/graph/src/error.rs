//! What can be wrong with a graph, in words a user of the library can act on.

use core::fmt;

pub type Result<T> = core::result::Result<T, GraphError>;

/// A mistake in a graph. `code` is stable and is part of the public API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphError {
    /// Shapes, dtypes or attributes that an op does not take.
    Shape { op: String, message: String },
    /// An op name that the registry does not have.
    UnknownOp { op: String },
    /// An op without a gradient on the path from the loss.
    NoGradient { op: String },
    /// Bytes that are not a graph, or not a valid one.
    Wire { message: String },
}

impl GraphError {
    pub fn shape(op: &str, message: impl Into<String>) -> GraphError {
        GraphError::Shape {
            op: op.into(),
            message: message.into(),
        }
    }

    pub fn wire(message: impl Into<String>) -> GraphError {
        GraphError::Wire {
            message: message.into(),
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            GraphError::Shape { .. } => "shape",
            GraphError::UnknownOp { .. } => "unknown-op",
            GraphError::NoGradient { .. } => "no-gradient",
            GraphError::Wire { .. } => "wire",
        }
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GraphError::Shape { op, message } => write!(f, "{op}: {message}"),
            GraphError::UnknownOp { op } => write!(f, "there is no op named '{op}'"),
            GraphError::NoGradient { op } => write!(f, "op '{op}' has no gradient"),
            GraphError::Wire { message } => write!(f, "not a valid graph: {message}"),
        }
    }
}

impl std::error::Error for GraphError {}
