//! gelu(x) = x·Φ(x), Φ the normal distribution function by erf, or by tanh when `approximate` (D.
//! Hendrycks, K. Gimpel, arXiv:1606.08415). Absolute precision only in the left tail, where Φ is 0
//! to within rounding; −∞ gives −0.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Chunk, Formula, Lanes};

use crate::elementwise;
use crate::term::{Tape, Term};
use crate::{Clip, Erf, Exp, Square, Stored, Tanh};

/// √(2/π)
const SCALE: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBIC: f64 = 0.044715;

#[derive(Clone, Copy, Debug)]
pub struct Gelu {
    pub approximate: bool,
}

struct ByErf;
struct ByTanh;

impl Formula for ByErf {
    const ARITY: usize = 1;

    #[inline(always)]
    fn eval<L: Lanes>(_: [L; 2], [x, ..]: [L; 3]) -> L {
        half_x(x).mul(x.mul(L::splat(FRAC_1_SQRT_2)).erf().add(L::splat(1.0)))
    }
}

impl Formula for ByTanh {
    const ARITY: usize = 1;

    #[inline(always)]
    fn eval<L: Lanes>(_: [L; 2], [x, ..]: [L; 3]) -> L {
        let cubic = x.mul(x).mul(L::splat(CUBIC)).add(L::splat(1.0));
        half_x(x).mul(x.mul(cubic).mul(L::splat(SCALE)).tanh().add(L::splat(1.0)))
    }
}

/// x/2, stopped where the other factor is 0.
#[inline(always)]
fn half_x<L: Lanes>(x: L) -> L {
    x.max(L::splat(-100.0)).mul(L::splat(0.5))
}

impl Stored for Gelu {
    const NAME: &'static str = "gelu";

    fn decode(a: &mut Attrs<'_>) -> Result<Gelu> {
        Ok(Gelu {
            approximate: a.bool()?,
        })
    }
}

impl Op for Gelu {
    fn name(&self) -> &'static str {
        Gelu::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.approximate.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        elementwise::ty::<1>(Gelu::NAME, inputs)
    }

    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([x0], dy) = (tape.terms(x), tape.term(dy));
        let slope = if self.approximate {
            slope_by_tanh(x0)
        } else {
            slope_by_erf(x0)
        };
        tape.grads(x, [dy * slope])
    }

    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        let by_tanh = Chunk::of::<ByTanh>();
        Some((
            if self.approximate {
                by_tanh
            } else {
                Chunk::of::<ByErf>()
            },
            [0.0; 2],
        ))
    }
}

/// Outside of this both forms are 0 or x.
fn clipped(x: Term<'_>) -> Term<'_> {
    x.call(Clip, &[x.scalar(-20.0), x.scalar(20.0)])
}

// Φ(x) + x·φ(x), φ(x) = e^(−x²/2) / √(2π)
fn slope_by_erf(x: Term<'_>) -> Term<'_> {
    let x = clipped(x);
    let cdf = 0.5 * (1.0 + (x * FRAC_1_SQRT_2).map(Erf));
    let density = 0.5 * SCALE * (-0.5 * x.map(Square)).map(Exp);
    cdf + x * density
}

// (1 + t)/2 + x/2·(1 − t²)·u′, t = tanh u, u = √(2/π)·(x + c·x³), u′ = √(2/π)·(1 + 3c·x²)
fn slope_by_tanh(x: Term<'_>) -> Term<'_> {
    let x = clipped(x);
    let square = x.map(Square);
    let t = (SCALE * x * (1.0 + CUBIC * square)).map(Tanh);
    let inner = SCALE * (1.0 + 3.0 * CUBIC * square);
    0.5 * (1.0 + t) + 0.5 * x * (1.0 - t.map(Square)) * inner
}

#[cfg(test)]
mod tests {
    use gradloom_kernels::math::erf_f64;

    use super::*;
    use crate::harness::elementwise;

    fn exact([x]: [f64; 1]) -> f64 {
        if x == f64::NEG_INFINITY {
            0.0
        } else {
            0.5 * x * (1.0 + erf_f64(x * FRAC_1_SQRT_2))
        }
    }

    fn approximate([x]: [f64; 1]) -> f64 {
        let u = SCALE * (x + CUBIC * x * x * x);
        if x == f64::NEG_INFINITY {
            0.0
        } else {
            0.5 * x * (1.0 + u.tanh())
        }
    }

    #[test]
    fn agrees_with_f64() {
        for (op, reference) in [(false, exact as fn([f64; 1]) -> f64), (true, approximate)] {
            elementwise(Gelu { approximate: op }, reference)
                .domain([(-30.0, 30.0)])
                .with(|c| c.within(4e-7, 4e-7))
                .check();
        }
    }
}
