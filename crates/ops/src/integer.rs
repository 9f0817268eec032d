//! integer(kind, a, b): arithmetic, comparisons and bits of i32, elementwise. Sums and products
//! wrap around; quotients are rounded down, and 0 where b is 0. It has no gradient.

use gradloom_graph::{Attrs, Builder, Dtype, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Chunk;
use gradloom_kernels::chunk::Whole;

use crate::{Stored, check};

/// (a, b: i32 [...], broadcast) → i32; f32 of 1 and 0 for comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Integer {
    /// A place in `KINDS`.
    pub kind: usize,
}

/// `Name |a, b| formula` for each kind, in the order of `ts/ops.ts`.
macro_rules! kinds {
    ($($name:ident $dtype:ident |$a:ident, $b:ident| $formula:expr;)+) => {
        $(struct $name;
        impl Whole for $name {
            #[inline(always)]
            fn eval($a: i32, $b: i32) -> i32 {
                $formula
            }
        })+

        static KINDS: &[(Chunk, Dtype)] = &[$((Chunk::whole::<$name>(), Dtype::$dtype)),+];
    };
}

kinds! {
    Add I32 |a, b| a.wrapping_add(b);
    Sub I32 |a, b| a.wrapping_sub(b);
    Mul I32 |a, b| a.wrapping_mul(b);
    FloorDiv I32 |a, b| floor_div(a, b);
    Mod I32 |a, b| a.wrapping_sub(floor_div(a, b).wrapping_mul(b));
    Minimum I32 |a, b| a.min(b);
    Maximum I32 |a, b| a.max(b);
    Less F32 |a, b| truth(a < b);
    Equal F32 |a, b| truth(a == b);
    And I32 |a, b| a & b;
    Or I32 |a, b| a | b;
    Xor I32 |a, b| a ^ b;
    Shl I32 |a, b| if (0..32).contains(&b) { a << b } else { 0 };
    Shr I32 |a, b| a >> b.clamp(0, 31);
}

/// ⌊a / b⌋; 0 where b is 0.
fn floor_div(a: i32, b: i32) -> i32 {
    if b == 0 {
        return 0;
    }
    let down = a.wrapping_rem(b) != 0 && (a < 0) != (b < 0);
    a.wrapping_div(b) - i32::from(down)
}

/// The bits of 1.0 or 0.0.
fn truth(is: bool) -> i32 {
    if is { 1f32.to_bits() as i32 } else { 0 }
}

impl Stored for Integer {
    const NAME: &'static str = "integer";

    fn decode(a: &mut Attrs<'_>) -> Result<Integer> {
        let kind = a.usize()?;
        if kind < KINDS.len() {
            return Ok(Integer { kind });
        }
        let message = format!("there is no kind {kind}");
        Err(GraphError::shape(Integer::NAME, message))
    }
}

impl Op for Integer {
    fn name(&self) -> &'static str {
        Integer::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.kind as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [a, b] = check::arity(Integer::NAME, inputs)?;
        check::is_i32(Integer::NAME, a)?;
        check::is_i32(Integer::NAME, b)?;
        Ok(Type {
            shape: Shape::broadcast(Integer::NAME, &a.shape, &b.shape)?,
            dtype: KINDS[self.kind].1,
        })
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None, None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        Some((KINDS[self.kind].0, [0.0; 2]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, ints, refuses, shape};

    const EDGES: [i32; 11] = [0, 1, -1, 2, -3, 7, 31, 33, 1 << 20, i32::MAX, i32::MIN];

    /// What each kind gives in 64 bits, before it wraps.
    fn reference(kind: usize, a: i64, b: i64) -> i64 {
        let floor = |a: i64, b: i64| {
            if b == 0 {
                0
            } else {
                (a as f64 / b as f64).floor() as i64
            }
        };
        match kind {
            0 => a + b,
            1 => a - b,
            2 => a * b,
            3 => floor(a, b),
            4 => a - floor(a, b) * b,
            5 => a.min(b),
            6 => a.max(b),
            7 => i64::from(a < b),
            8 => i64::from(a == b),
            9 => a & b,
            10 => a | b,
            11 => a ^ b,
            12 if (0..32).contains(&b) => a << b,
            12 => 0,
            _ => a >> b.clamp(0, 31),
        }
    }

    #[test]
    fn every_kind_of_every_pair() {
        let pairs: Vec<(i32, i32)> = EDGES.iter().flat_map(|&a| EDGES.map(|b| (a, b))).collect();
        for kind in 0..KINDS.len() {
            for n in [1, 7, 8, 9, 15, 121] {
                let column = |f: fn(&(i32, i32)) -> i32| -> Vec<i32> {
                    pairs.iter().rev().take(n).map(f).collect()
                };
                let (a, b) = (ints(&[n], &column(|p| p.0)), ints(&[n], &column(|p| p.1)));
                let want = move |x: &[Vec<f64>]| {
                    let one = |(a, b): (&f64, &f64)| {
                        f64::from(reference(kind, *a as i64, *b as i64) as i32)
                    };
                    x[0].iter().zip(&x[1]).map(one).collect()
                };
                case(Integer { kind }, &[a, b], want).values();
            }
        }
    }

    #[test]
    fn shapes_broadcast_and_f32_is_refused() {
        let (f, i) = (
            |d: &[usize]| Type::f32(shape(d)),
            |d: &[usize]| Type::i32(shape(d)),
        );
        let less = Integer { kind: 7 };
        assert_eq!(less.ty(&[i(&[2, 1]), i(&[3])]), Ok(f(&[2, 3])));
        refuses(less, &[i(&[2]), f(&[2])], &["f32[2]", "castI32"]);
        refuses(less, &[i(&[2]), i(&[3])], &["[2]", "[3]"]);
        assert!(crate::REGISTRY.decode("integer", &[14.0]).is_err());
    }
}
