//! broadcastTo(x, shape): x repeated along the axes that NumPy's rule adds or stretches.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::term::Tape;
use crate::{Stored, check, layout};

#[derive(Clone, Debug)]
pub struct BroadcastTo {
    pub shape: Shape,
}

impl Stored for BroadcastTo {
    const NAME: &'static str = "broadcastTo";

    fn decode(a: &mut Attrs<'_>) -> Result<BroadcastTo> {
        Ok(BroadcastTo {
            shape: Shape::checked(BroadcastTo::NAME, a.sizes()?)?,
        })
    }
}

impl Op for BroadcastTo {
    fn name(&self) -> &'static str {
        BroadcastTo::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        layout::list(self.shape.dims())
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(BroadcastTo::NAME, inputs)?;
        layout::broadcasts(BroadcastTo::NAME, &x.shape, &self.shape)?;
        Ok(Type {
            shape: self.shape.clone(),
            dtype: x.dtype,
        })
    }

    // dx = dy summed over the repetitions
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let dy = tape.term(dy);
        tape.grads(x, [dy])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        let size = output.shape.size();
        check::parts(size as u64, size.div_ceil(check::LINE))
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        Some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let strides = inputs[0].shape.strides_in(&output.shape);
        let share = io.part().share(output.shape.size(), check::LINE);
        let (x, out) = (io.f32(0), io.out(share, 1));
        index::copy_strided(x, output.shape.dims(), &strides, share.start(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape, spread};

    fn check(from: &[usize], to: &[usize]) {
        let mut random = Numbers::new(1);
        let (x, y) = (random.tensor(from), random.indices(from, 1000));
        let op = BroadcastTo { shape: shape(to) };
        let (from, to) = (shape(from), shape(to));
        let reference = move |x: &[Vec<f64>]| spread(&x[0], &from, &to);
        case(op.clone(), &[x], reference.clone()).check();
        case(op, &[y], reference).values();
    }

    #[test]
    fn every_kind_of_axis_repeats() {
        check(&[], &[2, 3]);
        check(&[3], &[2, 3]);
        check(&[2, 1], &[2, 3]);
        check(&[2, 1, 3, 1], &[2, 4, 3, 5]);
        check(&[1, 33], &[5, 33]);
        check(&[1], &[0]);
        check(&[2, 3], &[2, 3]);
        check(&[2, 1], &[2, 1]);
    }

    #[test]
    fn other_shapes_are_refused() {
        let op = BroadcastTo {
            shape: shape(&[2, 3]),
        };
        refuses(op.clone(), &[Type::f32(shape(&[2]))], &["[2]", "[2, 3]"]);
        refuses(
            op,
            &[Type::f32(shape(&[4, 1, 3]))],
            &["[4, 1, 3]", "[2, 3]"],
        );
    }
}
