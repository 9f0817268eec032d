//! lerpSquare(a, b, t) = a + (b² − a)·t, and 0 where that is under 2⁻¹⁰⁰: the running mean of
//! squares of Adam and RMSprop. One instruction of a pass less than lerp(a, square(b), t).

use crate::elementwise::Facts;

elementwise!(
    LerpSquare,
    "lerpSquare",
    |[a, b, t]| b.mul(b).sub(a).mul(t).add(a).flush(),
    // da = dy·(1 − t), db = 2·dy·t·b, dt = dy·(b² − a)
    |[a, b, t], _, dy| [dy * (1.0 - t), 2.0 * dy * t * b, dy * (b * b - a)],
    Facts::flops(4)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(LerpSquare, |[a, b, t]| (b * b - a) * t + a)
            .with(|c| c.within(3e-7, 4e-6))
            .check();
    }
}
