//! oneHot(idx, depth): 1 at the place that each index names, else 0; a row of zeros for an index
//! that is not below `depth`. It has no gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check};

/// (idx: i32 [...]) → [..., depth]
#[derive(Clone, Copy, Debug)]
pub struct OneHot {
    pub depth: usize,
}

impl Stored for OneHot {
    const NAME: &'static str = "oneHot";

    fn decode(a: &mut Attrs<'_>) -> Result<OneHot> {
        Ok(OneHot { depth: a.usize()? })
    }
}

impl Op for OneHot {
    fn name(&self) -> &'static str {
        OneHot::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.depth as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [idx] = check::arity(OneHot::NAME, inputs)?;
        check::is_i32(OneHot::NAME, idx)?;
        let dims = idx.shape.dims().iter().copied().chain([self.depth]);
        Ok(Type::f32(Shape::checked(OneHot::NAME, dims.collect())?))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(output.shape.size() as u64, inputs[0].shape.size())
    }

    fn run(&self, _: &[Type], _: &Type, io: &mut Io<'_>) {
        let idx = io.i32(0);
        let share = io.part().share(idx.len(), 1);
        index::one_hot(
            &idx[share.range()],
            self.depth,
            0.0,
            io.out(share, self.depth),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    fn reference(depth: usize) -> impl Fn(&[Vec<f64>]) -> Vec<f64> {
        move |x| {
            let row = |&i: &f64| (0..depth).map(move |d| f64::from(u8::from(d as f64 == i)));
            x[0].iter().flat_map(row).collect()
        }
    }

    #[test]
    fn one_place_is_one() {
        for depth in (0..=17).chain(31..=33) {
            let idx = Numbers::new(1).indices(&[7], depth.max(1));
            case(OneHot { depth }, &[idx], reference(depth)).check();
        }
        let idx = Numbers::new(1).indices(&[2, 3], 4);
        let op = OneHot { depth: 4 };
        assert_eq!(
            op.ty(std::slice::from_ref(&idx.ty)),
            Ok(Type::f32(shape(&[2, 3, 4])))
        );
        case(op, &[idx], reference(4)).check();
    }

    #[test]
    fn an_index_out_of_range_is_nowhere() {
        let idx = ints(&[4], &[-1, 3, i32::MAX, i32::MIN]);
        case(OneHot { depth: 3 }, &[idx], |_| vec![0.0; 12]).values();
    }

    #[test]
    fn wrong_types_are_refused() {
        refuses(
            OneHot { depth: 3 },
            &[Type::f32(shape(&[2]))],
            &["f32[2]", "castI32"],
        );
        refuses(
            OneHot { depth: 1 << 30 },
            &[Type::i32(shape(&[2]))],
            &["elements"],
        );
    }
}
