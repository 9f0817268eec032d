//! lerp(a, b, t) = a + (b − a)·t, and 0 where that is under 2⁻¹⁰⁰: the running means of optimizers
//! decay through it, and would end in subnormal numbers (see `Lanes::flush`).

use crate::elementwise::Facts;

elementwise!(
    Lerp,
    "lerp",
    |[a, b, t]| b.sub(a).mul(t).add(a).flush(),
    // da = dy·(1 − t), db = dy·t, dt = dy·(b − a)
    |[a, b, t], _, dy| [dy * (1.0 - t), dy * t, dy * (b - a)],
    Facts::flops(3)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;
    use gradloom_graph::Op;

    #[test]
    fn agrees_with_f64() {
        elementwise(Lerp, |[a, b, t]| (b - a) * t + a)
            .with(|c| c.within(2e-7, 2e-6))
            .check();
    }

    #[test]
    fn a_decaying_mean_ends_at_zero() {
        let (chunk, p) = Lerp.chunk().unwrap();
        let mut m = [1.0f32];
        for _ in 0..2000 {
            let last = m;
            chunk.apply(p, &[&last, &[0.0], &[0.1]], &mut m);
            assert!(m[0] == 0.0 || m[0].is_normal());
        }
        assert_eq!(m, [0.0]);
    }
}
