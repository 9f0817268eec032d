//! What all elementwise ops share: the broadcasting shape rule, what is declared about them, and
//! `elementwise!`, which makes an op of a formula and its gradient. No formula lives here.

use gradloom_graph::{Result, Shape, Type};
use gradloom_kernels::Fused;

use crate::check;

/// `N` f32 inputs broadcast together to the output.
pub fn ty<const N: usize>(op: &str, inputs: &[Type]) -> Result<Type> {
    let mut shape = Shape::scalar();
    for ty in check::arity::<N>(op, inputs)? {
        check::is_f32(op, ty)?;
        shape = Shape::broadcast(op, &shape, &ty.shape)?;
    }
    Ok(Type::f32(shape))
}

type Identity = fn(&[Option<f32>]) -> Option<usize>;

/// What is declared about an elementwise op beside its formula.
#[derive(Clone, Copy)]
pub struct Facts {
    /// Floating-point operations an element, as `Op::flops` counts them.
    pub flops: u64,
    pub identity: Identity,
    pub fused: &'static [Fused],
}

impl Facts {
    pub const PLAIN: Facts = Facts {
        flops: 1,
        identity: |_| None,
        fused: &[],
    };

    pub const fn flops(flops: u64) -> Facts {
        Facts {
            flops,
            ..Facts::PLAIN
        }
    }

    /// Sequences that end in this op and have a loop of their own.
    pub const fn ends(self, fused: &'static [Fused]) -> Facts {
        Facts { fused, ..self }
    }

    pub const fn identity(identity: Identity) -> Facts {
        Facts {
            identity,
            ..Facts::PLAIN
        }
    }
}

/// Makes an elementwise op without attributes:
///
/// ```text
/// elementwise!(Type, "name", |[x, y]| formula, |[x, y], z, dz| [dx, dy], facts)
/// ```
///
/// The formula is over `Lanes`; the gradients are `Term`s (or `None`), before they are summed back
/// over broadcast axes. Without gradients no input has one; without facts the op is `Facts::PLAIN`.
macro_rules! elementwise {
    ($op:ident, $name:literal, |[$($x:pat_param),+]| $formula:expr) => {
        elementwise!(
            $op,
            $name,
            |[$($x),+]| $formula,
            |_, _, _| [None::<$crate::term::Term<'_>>; <$op as gradloom_kernels::Formula>::ARITY]
        );
    };
    ($op:ident, $name:literal, |[$($x:pat_param),+]| $formula:expr,
     |$xs:pat_param, $y:pat_param, $dy:pat_param| $grads:expr) => {
        elementwise!(
            $op,
            $name,
            |[$($x),+]| $formula,
            |$xs, $y, $dy| $grads,
            $crate::elementwise::Facts::PLAIN
        );
    };
    ($op:ident, $name:literal, |[$($x:pat_param),+]| $formula:expr,
     |$xs:pat_param, $y:pat_param, $dy:pat_param| $grads:expr, $facts:expr) => {
        #[derive(Clone, Copy, Debug)]
        pub struct $op;

        impl $op {
            const FACTS: $crate::elementwise::Facts = $facts;
        }

        impl gradloom_kernels::Formula for $op {
            const ARITY: usize = [$(stringify!($x)),+].len();

            #[inline(always)]
            fn eval<L: gradloom_kernels::Lanes>(_: [L; 2], x: [L; 3]) -> L {
                let [$($x,)+ ..] = x;
                $formula
            }
        }

        impl $crate::Stored for $op {
            const NAME: &'static str = $name;

            fn decode(_: &mut gradloom_graph::Attrs<'_>) -> gradloom_graph::Result<$op> {
                Ok($op)
            }
        }

        impl gradloom_graph::Op for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn ty(
                &self,
                inputs: &[gradloom_graph::Type],
            ) -> gradloom_graph::Result<gradloom_graph::Type> {
                const ARITY: usize = <$op as gradloom_kernels::Formula>::ARITY;
                $crate::elementwise::ty::<ARITY>($name, inputs)
            }

            fn vjp(
                &self,
                b: &mut gradloom_graph::Builder,
                x: &[gradloom_graph::NodeId],
                y: gradloom_graph::NodeId,
                dy: gradloom_graph::NodeId,
            ) -> gradloom_graph::Vjp {
                const ARITY: usize = <$op as gradloom_kernels::Formula>::ARITY;
                let tape = $crate::term::Tape::new(b);
                let ($xs, $y, $dy) = (tape.terms::<ARITY>(x), tape.term(y), tape.term(dy));
                tape.grads(x, $grads)
            }

            fn flops(
                &self,
                _: &[gradloom_graph::Type],
                output: &gradloom_graph::Type,
            ) -> u64 {
                $op::FACTS.flops * output.shape.size() as u64
            }

            fn chunk(&self) -> Option<(gradloom_kernels::Chunk, [f32; 2])> {
                Some((gradloom_kernels::Chunk::of::<$op>(), [0.0; 2]))
            }

            fn fused(&self) -> &'static [gradloom_kernels::Fused] {
                $op::FACTS.fused
            }

            fn identity(&self, fills: &[Option<f32>]) -> Option<usize> {
                ($op::FACTS.identity)(fills)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use gradloom_graph::{Builder, NodeId, Op};

    use super::*;
    use crate::harness::{refuses, shape};
    use crate::{
        Add, BroadcastTo, Div, Exp, Lerp, Mul, REGISTRY, Reshape, Sub, Sum, SumTo, Transpose,
    };

    #[test]
    fn shapes_that_do_not_broadcast_are_refused() {
        let ty = |dims: &[usize]| Type::f32(shape(dims));
        refuses(Add, &[ty(&[2]), ty(&[3])], &["[2]", "[3]"]);
        refuses(Lerp, &[ty(&[2, 3]), ty(&[3]), ty(&[2])], &["[2, 3]", "[2]"]);
        refuses(Exp, &[ty(&[1]), ty(&[1])], &["1 inputs, not 2"]);
        refuses(
            Add,
            &[ty(&[2]), Type::i32(shape(&[2]))],
            &["i32[2]", "castF32"],
        );
        refuses(Add, &[ty(&[1 << 20, 1]), ty(&[1 << 20])], &["elements"]);
    }

    /// Whether the op, applied to `x` and a scalar `c` (in this order or the other), is `x` itself.
    fn is_identity(op: impl Op + Copy + 'static, c: f32, first: bool) -> bool {
        let mut b = Builder::new(&REGISTRY);
        let x = b.input("x", Type::f32(shape(&[3]))).expect("a new name");
        let c = b.scalar(c);
        let inputs = if first { [x, c] } else { [c, x] };
        b.apply(op, &inputs).expect("they broadcast") == x
    }

    #[test]
    fn what_changes_no_bit_is_not_computed() {
        assert!(is_identity(Mul, 1.0, true) && is_identity(Mul, 1.0, false));
        assert!(is_identity(Div, 1.0, true) && !is_identity(Div, 1.0, false));
        assert!(is_identity(Sub, 0.0, true) && !is_identity(Sub, 0.0, false));
        assert!(!is_identity(Sub, -0.0, true) && !is_identity(Add, 0.0, true));
        assert!(!is_identity(Mul, 0.0, true) && !is_identity(Add, 1.0, true));
    }

    #[test]
    fn an_identity_that_would_change_the_shape_is_computed() {
        let mut b = Builder::new(&REGISTRY);
        let x = b.input("x", Type::f32(shape(&[3]))).expect("a new name");
        let ones = b.fill(1.0, shape(&[2, 3]));
        let y = b.apply(Mul, &[x, ones]).expect("they broadcast");
        assert_eq!(*b.shape(y), shape(&[2, 3]));
    }

    #[test]
    fn moves_to_the_same_place_are_not_made() {
        let mut b = Builder::new(&REGISTRY);
        let x = b.input("x", Type::f32(shape(&[2, 3]))).expect("a new name");
        let same = |made: Result<NodeId>| made.expect("a valid call") == x;
        assert!(same(b.apply(
            Reshape {
                shape: shape(&[2, 3])
            },
            &[x]
        )));
        assert!(same(b.apply(
            SumTo {
                shape: shape(&[2, 3])
            },
            &[x]
        )));
        assert!(same(b.apply(
            BroadcastTo {
                shape: shape(&[2, 3])
            },
            &[x]
        )));
        assert!(same(b.apply(Transpose { perm: vec![0, 1] }, &[x])));
        assert!(same(b.apply(
            Sum {
                axes: vec![],
                keepdims: true
            },
            &[x]
        )));
        assert!(!same(b.apply(Transpose { perm: vec![1, 0] }, &[x])));
        assert!(!same(b.apply(
            Reshape {
                shape: shape(&[3, 2])
            },
            &[x]
        )));
    }

    #[test]
    fn flops_count_each_operation() {
        let (ty, one) = (Type::f32(shape(&[2, 3])), Type::f32(shape(&[])));
        assert_eq!(Add.flops(&[ty.clone(), one.clone()], &ty), 6);
        assert_eq!(Lerp.flops(&[ty.clone(), one.clone(), one], &ty), 18);
    }
}
