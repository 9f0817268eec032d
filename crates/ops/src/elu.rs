//! elu(x) = x where x > 0, else alpha·(eˣ − 1). eˣ − 1 = 2t / (1 − t) with t = tanh(x/2), which
//! keeps its relative precision near 0.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Chunk, Formula, Lanes};

use crate::elementwise;
use crate::term::Tape;
use crate::{Less, Stored, Where};

#[derive(Clone, Copy, Debug)]
pub struct Elu {
    pub alpha: f32,
}

impl Formula for Elu {
    const ARITY: usize = 1;

    #[inline(always)]
    fn eval<L: Lanes>([alpha, _]: [L; 2], [x, ..]: [L; 3]) -> L {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let t = x.min(zero).mul(L::splat(0.5)).tanh();
        zero.lt(x).select(x, alpha.mul(t.add(t).div(one.sub(t))))
    }
}

impl Stored for Elu {
    const NAME: &'static str = "elu";

    fn decode(a: &mut Attrs<'_>) -> Result<Elu> {
        Ok(Elu { alpha: a.f32()? })
    }
}

impl Op for Elu {
    fn name(&self) -> &'static str {
        Elu::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.alpha.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        elementwise::ty::<1>(Elu::NAME, inputs)
    }

    // dx = dy where x > 0, else dy·(y + alpha)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([x0], y, dy) = (tape.terms(x), tape.term(y), tape.term(dy));
        let positive = x0.scalar(0.0).zip(Less, x0);
        tape.grads(
            x,
            [positive.call(Where, &[dy, dy * (y + f64::from(self.alpha))])],
        )
    }

    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        Some((Chunk::of::<Elu>(), [self.alpha, 0.0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Elu { alpha: 1.5 }, |[x]| {
            if x > 0.0 { x } else { 1.5 * x.exp_m1() }
        })
        .kinks(&[0.0])
        .with(|c| c.within(3e-7, 0.0))
        .check();
    }

    #[test]
    fn the_gradient_at_zero_is_alpha() {
        let (x, dy) = (numbers(&[2], &[0.0, -0.0]), numbers(&[2], &[3.0, 3.0]));
        assert_eq!(
            gradients_of(Elu { alpha: 1.5 }, &[x], &dy),
            [Some(vec![4.5, 4.5])]
        );
    }
}
