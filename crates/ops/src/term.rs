//! A node inside a gradient formula, with operators, so that a vjp reads as it does on paper. It
//! adds nodes to a builder and computes nothing. The first error is kept and reported at the end.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::Arc;

use gradloom_graph::{Builder, GraphError, NodeId, Op, Shape, Vjp};

use crate::layout::with_last;
use crate::{BroadcastTo, Reshape, SumTo};

/// Where the terms of one vjp are written down.
pub struct Tape<'b> {
    builder: RefCell<&'b mut Builder>,
    failed: RefCell<Option<GraphError>>,
}

trait Record {
    fn apply(&self, op: Arc<dyn Op>, inputs: &[NodeId]) -> NodeId;
    fn fill(&self, value: f32, shape: Shape) -> NodeId;
    fn filled(&self, id: NodeId) -> Option<f32>;
    fn shape(&self, id: NodeId) -> Shape;
}

impl Record for Tape<'_> {
    fn apply(&self, op: Arc<dyn Op>, inputs: &[NodeId]) -> NodeId {
        let made = self.builder.borrow_mut().apply_arc(op, inputs);
        made.unwrap_or_else(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            inputs[0]
        })
    }

    fn fill(&self, value: f32, shape: Shape) -> NodeId {
        self.builder.borrow_mut().fill(value, shape)
    }

    fn filled(&self, id: NodeId) -> Option<f32> {
        self.builder.borrow().node(id).fill()
    }

    fn shape(&self, id: NodeId) -> Shape {
        self.builder.borrow().shape(id).clone()
    }
}

impl<'b> Tape<'b> {
    pub fn new(builder: &'b mut Builder) -> Tape<'b> {
        Tape {
            builder: RefCell::new(builder),
            failed: RefCell::new(None),
        }
    }

    pub fn term(&self, id: NodeId) -> Term<'_> {
        Term { tape: self, id }
    }

    /// The inputs of the op; their number was checked by its shape rule.
    pub fn terms<const N: usize>(&self, ids: &[NodeId]) -> [Term<'_>; N] {
        let ids: [NodeId; N] = ids.try_into().expect("the shape rule checks the arity");
        ids.map(|id| self.term(id))
    }

    /// The gradients of the inputs `x`, summed back over axes along which an input was broadcast.
    pub fn grads<'t, G: Into<Option<Term<'t>>>>(
        &'t self,
        x: &[NodeId],
        grads: impl IntoIterator<Item = G>,
    ) -> Vjp {
        let back = |(d, &x): (G, &NodeId)| d.into().map(|d| d.sum_to(self.shape(x)).id);
        let ids = grads.into_iter().zip(x).map(back).collect();
        self.failed.borrow_mut().take().map_or(Ok(ids), Err)
    }
}

#[derive(Clone, Copy)]
pub struct Term<'t> {
    tape: &'t dyn Record,
    id: NodeId,
}

impl<'t> Term<'t> {
    fn with(self, id: NodeId) -> Term<'t> {
        Term { id, ..self }
    }

    pub fn shape(self) -> Shape {
        self.tape.shape(self.id)
    }

    /// `op(self)`
    pub fn map(self, op: impl Op + 'static) -> Term<'t> {
        self.call(op, &[])
    }

    /// `op(self, o)`
    pub fn zip(self, op: impl Op + 'static, o: Term<'t>) -> Term<'t> {
        self.call(op, &[o])
    }

    /// `op(self, others…)`
    pub fn call(self, op: impl Op + 'static, others: &[Term<'t>]) -> Term<'t> {
        let inputs: Vec<NodeId> = [self].iter().chain(others).map(|t| t.id).collect();
        self.with(self.tape.apply(Arc::new(op), &inputs))
    }

    /// A scalar.
    pub fn scalar(self, value: f64) -> Term<'t> {
        self.with(self.tape.fill(value as f32, Shape::scalar()))
    }

    /// Summed over the axes along which `shape` would be broadcast to this shape.
    pub fn sum_to(self, shape: Shape) -> Term<'t> {
        self.map(SumTo { shape })
    }

    /// Summed over the last axis, which stays with size 1.
    pub fn sum_rows(self) -> Term<'t> {
        self.sum_to(with_last(&self.shape(), 1))
    }

    pub fn broadcast_to(self, shape: Shape) -> Term<'t> {
        self.filled_or(shape, |shape| self.map(BroadcastTo { shape }))
    }

    pub fn reshape(self, shape: Shape) -> Term<'t> {
        self.filled_or(shape, |shape| self.map(Reshape { shape }))
    }

    /// A filled tensor at another shape is a filled tensor.
    fn filled_or(self, shape: Shape, other: impl FnOnce(Shape) -> Term<'t>) -> Term<'t> {
        match self.tape.filled(self.id) {
            Some(value) => self.with(self.tape.fill(value, shape)),
            None => other(shape),
        }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<'t> $trait for Term<'t> {
            type Output = Term<'t>;
            fn $method(self, o: Term<'t>) -> Term<'t> {
                self.zip(crate::$trait, o)
            }
        }

        impl<'t> $trait<f64> for Term<'t> {
            type Output = Term<'t>;
            fn $method(self, o: f64) -> Term<'t> {
                self.zip(crate::$trait, self.scalar(o))
            }
        }

        impl<'t> $trait<Term<'t>> for f64 {
            type Output = Term<'t>;
            fn $method(self, o: Term<'t>) -> Term<'t> {
                o.scalar(self).zip(crate::$trait, o)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl<'t> Neg for Term<'t> {
    type Output = Term<'t>;
    fn neg(self) -> Term<'t> {
        self.map(crate::Neg)
    }
}
