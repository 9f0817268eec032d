//! sumTo(x, shape): x summed over the axes along which `shape` broadcasts to the shape of x, so
//! that broadcastTo and sumTo are each other's gradients.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;

use crate::reduction::Reduction;
use crate::term::Tape;
use crate::{Stored, check, layout};

#[derive(Clone, Debug)]
pub struct SumTo {
    pub shape: Shape,
}

impl Stored for SumTo {
    const NAME: &'static str = "sumTo";

    fn decode(a: &mut Attrs<'_>) -> Result<SumTo> {
        Ok(SumTo {
            shape: Shape::checked(SumTo::NAME, a.sizes()?)?,
        })
    }
}

impl Op for SumTo {
    fn name(&self) -> &'static str {
        SumTo::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        layout::list(self.shape.dims())
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        layout::broadcasts(
            SumTo::NAME,
            &self.shape,
            check::one_f32(SumTo::NAME, inputs)?,
        )?;
        let dims = self.shape.dims().to_vec();
        Ok(Type::f32(Shape::checked(SumTo::NAME, dims)?))
    }

    // dx = dy repeated
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let [x0] = tape.terms(x);
        tape.grads(x, [tape.term(dy).broadcast_to(x0.shape())])
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
        let (from, to) = (inputs[0].shape.dims(), output.shape.dims());
        let added = from.len() - to.len();
        let summed = |axis: usize| axis < added || to[axis - added] != from[axis];
        Reduction::new(&inputs[0].shape, summed).run(io, output.shape.size());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape, summed_to};

    fn check(from: &[usize], to: &[usize]) {
        let x = Numbers::new(1).tensor(from);
        let op = SumTo { shape: shape(to) };
        let (from, to) = (shape(from), shape(to));
        case(op, &[x], move |x| summed_to(&x[0], &from, &to))
            .within(1e-6, 1e-5)
            .check();
    }

    #[test]
    fn every_order_of_kept_and_summed_axes() {
        check(&[7], &[]);
        check(&[3, 5], &[5]);
        check(&[3, 5], &[3, 1]);
        check(&[3, 5], &[1, 1]);
        check(&[2, 3, 4, 5], &[3, 1, 5]);
        check(&[2, 3, 4, 5], &[2, 1, 4, 1]);
        check(&[2, 1, 4], &[2, 1, 1]);
        check(&[2, 3], &[2, 3]);
    }

    #[test]
    fn every_length_around_the_lanes() {
        for n in (0..=17).chain(31..=33) {
            check(&[n], &[]);
            check(&[3, n], &[n]);
            check(&[3, n], &[3, 1]);
            check(&[n, 3], &[3]);
        }
    }

    #[test]
    fn nan_and_infinity_stay_in_their_sums() {
        let x = crate::harness::numbers(
            &[3, 3],
            &[
                f32::NAN,
                1.0,
                2.0,
                f32::INFINITY,
                1.0,
                1.0,
                f32::INFINITY,
                f32::NEG_INFINITY,
                0.0,
            ],
        );
        let (from, to) = (shape(&[3, 3]), shape(&[3, 1]));
        case(SumTo { shape: to.clone() }, &[x], move |x| {
            summed_to(&x[0], &from, &to)
        })
        .values();
    }

    #[test]
    fn other_shapes_are_refused() {
        let op = SumTo {
            shape: shape(&[2, 3]),
        };
        refuses(
            op.clone(),
            &[Type::f32(shape(&[4, 3]))],
            &["[2, 3]", "[4, 3]"],
        );
        refuses(op, &[Type::i32(shape(&[2, 3]))], &["i32[2, 3]", "castF32"]);
    }
}
