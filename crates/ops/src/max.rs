//! max(x, axis, keepdims): the largest element along `axis`; NaN if one is NaN.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, reduce};

use crate::layout::Along;
use crate::term::Tape;
use crate::{Equal, Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct Max {
    pub axis: i64,
    pub keepdims: bool,
}

impl Stored for Max {
    const NAME: &'static str = "max";

    fn decode(a: &mut Attrs<'_>) -> Result<Max> {
        Ok(Max {
            keepdims: a.bool()?,
            axis: a.i64()?,
        })
    }
}

impl Max {
    /// The input along the axis, which the shape rule checks.
    fn along(&self, x: &Type) -> Along {
        Along::new(Max::NAME, &x.shape, self.axis).expect("an axis with elements")
    }
}

impl Op for Max {
    fn name(&self) -> &'static str {
        Max::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.keepdims.into(), self.axis as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let x = check::one_f32(Max::NAME, inputs)?;
        let along = Along::new(Max::NAME, x, self.axis)?;
        Ok(Type::f32(along.reduced(x, self.keepdims)))
    }

    // dx = dy where x is the maximum, in equal shares where several are
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let shape = self.along(b.ty(x[0])).reduced(b.shape(x[0]), true);
        let tape = Tape::new(b);
        let ([x0], y, dy) = (tape.terms(x), tape.term(y), tape.term(dy));
        let is_max = x0.zip(Equal, y.reshape(shape.clone()));
        let count = is_max.sum_to(shape.clone());
        tape.grads(x, [is_max * (dy.reshape(shape) / count)])
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
        let (x, out) = (io.f32(0), io.out(share, 1));
        for (i, out) in share.range().zip(out) {
            *out = reduce::max(along.line(x, i, io.scratch()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{self, Numbers, along, case, gradients_of, numbers, refuses, shape};

    fn check(dims: &[usize], axis: i64) {
        for keepdims in [true, false] {
            let x = Numbers::new(1).tensor(dims);
            let dims = shape(dims);
            let largest = |line: &[f64]| line.iter().copied().fold(f64::NEG_INFINITY, harness::max);
            case(Max { axis, keepdims }, &[x], move |x| {
                along(&x[0], &dims, axis, largest)
            })
            .check();
        }
    }

    #[test]
    fn any_axis() {
        check(&[3, 4], 0);
        check(&[3, 4], -1);
        check(&[2, 3, 4], 1);
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n], 1));
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n], 0));
    }

    #[test]
    fn nan_wins() {
        let rows = [
            1.0,
            f32::NAN,
            2.0,
            f32::NEG_INFINITY,
            f32::INFINITY,
            0.0,
            -1.0,
            -2.0,
            -1.5,
        ];
        let got = case(
            Max {
                axis: 1,
                keepdims: false,
            },
            &[numbers(&[3, 3], &rows)],
            |_| vec![f64::NAN, f64::INFINITY, -1.0],
        );
        got.values();
    }

    #[test]
    fn equal_maxima_share_the_gradient() {
        let x = numbers(&[2, 3], &[1.0, 5.0, 5.0, 2.0, 2.0, 2.0]);
        let dy = numbers(&[2], &[1.0, 6.0]);
        let grads = gradients_of(
            Max {
                axis: 1,
                keepdims: false,
            },
            &[x],
            &dy,
        );
        assert_eq!(grads, [Some(vec![0.0, 0.5, 0.5, 2.0, 2.0, 2.0])]);
    }

    #[test]
    fn an_empty_axis_is_refused() {
        let op = |axis| Max {
            axis,
            keepdims: false,
        };
        refuses(op(1), &[Type::f32(shape(&[2, 0]))], &["axis 1", "[2, 0]"]);
        refuses(op(-3), &[Type::f32(shape(&[2, 3]))], &["axis -3", "[2, 3]"]);
    }
}
