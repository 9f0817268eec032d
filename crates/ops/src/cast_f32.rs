//! castF32(x): whole numbers as the nearest f32. It has no gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct CastF32;

impl Stored for CastF32 {
    const NAME: &'static str = "castF32";

    fn decode(_: &mut Attrs<'_>) -> Result<CastF32> {
        Ok(CastF32)
    }
}

impl Op for CastF32 {
    fn name(&self) -> &'static str {
        CastF32::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(CastF32::NAME, inputs)?;
        check::is_i32(CastF32::NAME, x)?;
        Ok(Type::f32(x.shape.clone()))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        check::parts(output.shape.size() as u64, output.shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), check::LINE);
        let x = &io.i32(0)[share.range()];
        index::to_f32(x, io.out(share, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    #[test]
    fn the_nearest_f32() {
        for n in (0..=17).chain(31..=33) {
            case(CastF32, &[Numbers::new(1).indices(&[n], 1000)], |x| {
                x[0].clone()
            })
            .check();
        }
        let x = ints(&[3], &[i32::MIN, i32::MAX, 16_777_217]);
        case(CastF32, &[x], |_| {
            vec![-2_147_483_648.0, 2_147_483_648.0, 16_777_216.0]
        })
        .values();
    }

    #[test]
    fn f32_is_refused() {
        refuses(CastF32, &[Type::f32(shape(&[2]))], &["f32[2]"]);
    }
}
