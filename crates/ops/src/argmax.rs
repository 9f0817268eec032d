//! argmax(x, axis): the index of the first largest element along `axis`, as i32. It has no
//! gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, reduce};

use crate::layout::Along;
use crate::{Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct ArgMax {
    pub axis: i64,
}

impl Stored for ArgMax {
    const NAME: &'static str = "argmax";

    fn decode(a: &mut Attrs<'_>) -> Result<ArgMax> {
        Ok(ArgMax { axis: a.i64()? })
    }
}

impl ArgMax {
    /// The input along the axis, which the shape rule checks.
    fn along(&self, x: &Type) -> Along {
        Along::new(ArgMax::NAME, &x.shape, self.axis).expect("an axis with elements")
    }
}

impl Op for ArgMax {
    fn name(&self) -> &'static str {
        ArgMax::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.axis as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let x = check::one_f32(ArgMax::NAME, inputs)?;
        let along = Along::new(ArgMax::NAME, x, self.axis)?;
        Ok(Type::i32(along.reduced(x, false)))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        inputs[0].shape.size() as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(
            inputs[0].shape.size() as u64,
            output.shape.size().div_ceil(check::LINE),
        )
    }

    fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
        self.along(&inputs[0]).scratch()
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let along = self.along(&inputs[0]);
        let share = io.part().share(output.shape.size(), check::LINE);
        let (x, out) = (io.f32(0), io.out_i32(share, 1));
        for (i, out) in share.range().zip(out) {
            *out = reduce::argmax(along.line(x, i, io.scratch())) as i32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, along, case, ints, numbers, refuses, shape};

    fn first_largest(line: &[f64]) -> f64 {
        (0..line.len())
            .rev()
            .fold(0, |best, i| if line[i] >= line[best] { i } else { best }) as f64
    }

    fn check(dims: &[usize], axis: i64) {
        let x = Numbers::new(1).tensor(dims);
        let dims = shape(dims);
        let reference = move |x: &[Vec<f64>]| along(&x[0], &dims, axis, first_largest);
        case(ArgMax { axis }, &[x], reference).no_gradient().check();
    }

    #[test]
    fn any_axis() {
        check(&[3, 4], 0);
        check(&[3, 4], -1);
        check(&[2, 3, 4], 1);
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n], 1));
    }

    #[test]
    fn the_first_of_equals_and_the_first_nan() {
        let x = numbers(
            &[3, 3],
            &[1.0, 5.0, 5.0, 2.0, 2.0, 2.0, 1.0, f32::NAN, f32::INFINITY],
        );
        let call = case(ArgMax { axis: 1 }, &[x], |_| vec![1.0, 0.0, 1.0]);
        assert_eq!(call.values(), ints(&[3], &[1, 0, 1]));
    }

    #[test]
    fn an_empty_axis_is_refused() {
        refuses(
            ArgMax { axis: 0 },
            &[Type::f32(shape(&[0, 2]))],
            &["axis 0", "[0, 2]"],
        );
    }
}
