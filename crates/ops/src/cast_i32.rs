//! castI32(x): numbers without their fraction; 0 for NaN, and the nearest i32 for what is out of
//! range. It has no gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct CastI32;

impl Stored for CastI32 {
    const NAME: &'static str = "castI32";

    fn decode(_: &mut Attrs<'_>) -> Result<CastI32> {
        Ok(CastI32)
    }
}

impl Op for CastI32 {
    fn name(&self) -> &'static str {
        CastI32::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        Ok(Type::i32(check::one_f32(CastI32::NAME, inputs)?.clone()))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        check::parts(output.shape.size() as u64, output.shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), check::LINE);
        let x = &io.f32(0)[share.range()];
        index::to_i32(x, io.out_i32(share, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, numbers, refuses, shape};

    #[test]
    fn the_fraction_is_dropped() {
        for n in (0..=17).chain(31..=33) {
            let x = Numbers::new(1).tensor_in(&[n], -9.0, 9.0);
            let trunc = |x: &[Vec<f64>]| x[0].iter().map(|x| x.trunc()).collect();
            case(CastI32, &[x], trunc).no_gradient().check();
        }
    }

    #[test]
    fn what_has_no_i32_takes_the_nearest() {
        let x = numbers(&[4], &[f32::NAN, f32::INFINITY, -1e20, -0.5]);
        let want = |_: &[Vec<f64>]| vec![0.0, 2_147_483_647.0, -2_147_483_648.0, 0.0];
        case(CastI32, &[x], want).within(0.0, 1.0).values();
    }

    #[test]
    fn i32_is_refused() {
        refuses(CastI32, &[Type::i32(shape(&[2]))], &["i32[2]"]);
    }
}
