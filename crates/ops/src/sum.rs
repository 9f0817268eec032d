//! sum(x, axes, keepdims): x summed over `axes`, which stay with size 1 when `keepdims`.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;

use crate::layout::{self, Marked};
use crate::reduction::Reduction;
use crate::term::Tape;
use crate::{Stored, check};

#[derive(Clone, Debug)]
pub struct Sum {
    pub axes: Vec<i64>,
    pub keepdims: bool,
}

impl Stored for Sum {
    const NAME: &'static str = "sum";

    fn decode(a: &mut Attrs<'_>) -> Result<Sum> {
        Ok(Sum {
            keepdims: a.bool()?,
            axes: a.list()?,
        })
    }
}

impl Sum {
    /// The summed axes of a tensor of shape `x`.
    fn marked(&self, x: &Shape) -> Result<Marked> {
        let mut marked = Marked::default();
        for &axis in &self.axes {
            let at = x.axis(Sum::NAME, axis)?;
            if marked[at] {
                let message = format!("axis {axis} of shape {x} is given twice");
                return Err(GraphError::shape(Sum::NAME, message));
            }
            marked[at] = true;
        }
        Ok(marked)
    }
}

impl Op for Sum {
    fn name(&self) -> &'static str {
        Sum::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        let axes = self.axes.iter().map(|&axis| axis as f64);
        [self.keepdims.into(), self.axes.len() as f64]
            .into_iter()
            .chain(axes)
            .collect()
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let x = check::one_f32(Sum::NAME, inputs)?;
        let shape = layout::reduced(x, &self.marked(x)?, self.keepdims);
        Ok(Type::f32(Shape::checked(Sum::NAME, shape)?))
    }

    // dx = dy repeated along the summed axes
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let x0 = b.shape(x[0]);
        let kept = Shape::new(layout::reduced(x0, &self.marked(x0)?, true));
        let tape = Tape::new(b);
        let [x0] = tape.terms(x);
        let dy = tape.term(dy).reshape(kept);
        tape.grads(x, [dy.broadcast_to(x0.shape())])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        inputs[0].shape.size() as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        Reduction::parts(&inputs[0], output)
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        Some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let x = &inputs[0].shape;
        let marked = self.marked(x).expect("the shape rule checks the axes");
        Reduction::new(x, |axis| marked[axis]).run(io, output.shape.size());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape, summed_to};

    fn check(dims: &[usize], axes: &[i64], kept: &[usize], squeezed: &[usize]) {
        for keepdims in [true, false] {
            let x = Numbers::new(1).tensor(dims);
            let op = Sum {
                axes: axes.to_vec(),
                keepdims,
            };
            let want = if keepdims { kept } else { squeezed };
            assert_eq!(
                op.ty(std::slice::from_ref(&x.ty)),
                Ok(Type::f32(shape(want)))
            );
            let (from, to) = (shape(dims), shape(kept));
            case(op, &[x], move |x| summed_to(&x[0], &from, &to))
                .within(1e-6, 1e-5)
                .check();
        }
    }

    #[test]
    fn any_axes_are_summed() {
        check(&[3, 4], &[0], &[1, 4], &[4]);
        check(&[3, 4], &[-1], &[3, 1], &[3]);
        check(&[3, 4], &[1, 0], &[1, 1], &[]);
        check(&[2, 3, 4], &[0, -1], &[1, 3, 1], &[3]);
        check(&[2, 3], &[], &[2, 3], &[2, 3]);
        check(&[2, 0], &[1], &[2, 1], &[2]);
    }

    #[test]
    fn wrong_axes_are_refused() {
        let ty = Type::f32(shape(&[2, 3]));
        let op = |axes: &[i64]| Sum {
            axes: axes.to_vec(),
            keepdims: false,
        };
        refuses(op(&[2]), std::slice::from_ref(&ty), &["axis 2", "[2, 3]"]);
        refuses(op(&[1, -1]), &[ty], &["axis -1", "[2, 3]", "twice"]);
    }
}
