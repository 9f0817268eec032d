//! leakyRelu(x) = x where x > 0, else slope·x.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Chunk, Formula, Lanes};

use crate::elementwise;
use crate::term::Tape;
use crate::{Less, Stored, Where};

#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    pub slope: f32,
}

impl Formula for LeakyRelu {
    const ARITY: usize = 1;

    #[inline(always)]
    fn eval<L: Lanes>([slope, _]: [L; 2], [x, ..]: [L; 3]) -> L {
        L::splat(0.0).lt(x).select(x, slope.mul(x))
    }
}

impl Stored for LeakyRelu {
    const NAME: &'static str = "leakyRelu";

    fn decode(a: &mut Attrs<'_>) -> Result<LeakyRelu> {
        Ok(LeakyRelu { slope: a.f32()? })
    }
}

impl Op for LeakyRelu {
    fn name(&self) -> &'static str {
        LeakyRelu::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.slope.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        elementwise::ty::<1>(LeakyRelu::NAME, inputs)
    }

    // dx = dy where x > 0, else slope·dy
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([x0], dy) = (tape.terms(x), tape.term(dy));
        let positive = x0.scalar(0.0).zip(Less, x0);
        tape.grads(x, [positive.call(Where, &[dy, f64::from(self.slope) * dy])])
    }

    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        Some((Chunk::of::<LeakyRelu>(), [self.slope, 0.0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(LeakyRelu { slope: 0.25 }, |[x]| {
            if x > 0.0 { x } else { 0.25 * x }
        })
        .kinks(&[0.0])
        .check();
    }

    #[test]
    fn the_gradient_at_zero_is_the_slope() {
        let (x, dy) = (numbers(&[2], &[0.0, -0.0]), numbers(&[2], &[3.0, 3.0]));
        let grads = gradients_of(LeakyRelu { slope: 0.25 }, &[x], &dy);
        assert_eq!(grads, [Some(vec![0.75, 0.75])]);
    }
}
