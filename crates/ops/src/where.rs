//! where(c, a, b) = a where c ≠ 0 (NaN is not 0), else b. The choices may be i32.

use gradloom_graph::{Attrs, Builder, Dtype, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Chunk, Formula, Lanes};

use crate::term::Tape;
use crate::{Stored, check};

/// (c: f32, a, b: f32 or i32, broadcast) → the dtype of a and b
#[derive(Clone, Copy, Debug)]
pub struct Where;

impl Formula for Where {
    const ARITY: usize = 3;

    #[inline(always)]
    fn eval<L: Lanes>(_: [L; 2], [c, a, b]: [L; 3]) -> L {
        c.select(a, b)
    }
}

impl Stored for Where {
    const NAME: &'static str = "where";

    fn decode(_: &mut Attrs<'_>) -> Result<Where> {
        Ok(Where)
    }
}

impl Op for Where {
    fn name(&self) -> &'static str {
        Where::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [c, a, b] = check::arity(Where::NAME, inputs)?;
        check::is_f32(Where::NAME, c)?;
        if a.dtype != b.dtype {
            let message = format!("chooses between one dtype, not {a} and {b}");
            return Err(GraphError::shape(Where::NAME, message));
        }
        let shape = Shape::broadcast(Where::NAME, &a.shape, &b.shape)?;
        Ok(Type {
            shape: Shape::broadcast(Where::NAME, &shape, &c.shape)?,
            dtype: a.dtype,
        })
    }

    // da = dy where c, else 0; db = 0 where c, else dy
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(y) != Dtype::F32 {
            return Ok(vec![None; 3]);
        }
        let tape = Tape::new(b);
        let ([c, _, _], dy) = (tape.terms(x), tape.term(dy));
        let zero = dy.scalar(0.0);
        let grads = [
            None,
            Some(c.call(Where, &[dy, zero])),
            Some(c.call(Where, &[zero, dy])),
        ];
        tape.grads(x, grads)
    }

    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        Some((Chunk::of::<Where>(), [0.0; 2]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, elementwise, ints, numbers, refuses, shape};

    #[test]
    fn agrees_with_f64() {
        elementwise(Where, |[c, a, b]| if c != 0.0 { a } else { b })
            .kinks(&[0.0])
            .with(|c| c.constant(0))
            .check();
    }

    #[test]
    fn integers_are_chosen_bit_for_bit() {
        let c = numbers(&[9], &[1.0, 0.0, f32::NAN, -0.0, 2.0, 0.0, 0.0, 1.0, 1.0]);
        let a = ints(&[9], &[i32::MAX, 1, -1, 3, i32::MIN, 5, 6, 0x7f80_0001, 8]);
        let b = ints(&[9], &[-1, i32::MIN, 0, 0x7f80_0001, 4, 5, 6, 7, 9]);
        let want = |x: &[Vec<f64>]| {
            let pick = |i: usize| if x[0][i] != 0.0 { x[1][i] } else { x[2][i] };
            (0..9).map(pick).collect()
        };
        case(Where, &[c, a, b], want).no_gradient().values();
    }

    #[test]
    fn one_dtype_is_chosen_from() {
        let (f, i) = (Type::f32(shape(&[2])), Type::i32(shape(&[2])));
        refuses(Where, &[f.clone(), f, i], &["f32[2] and i32[2]"]);
    }
}
