//! flush(x) = 0 where |x| < 2⁻¹⁰⁰, else x: keeps what decays out of the subnormal numbers, on which
//! processors are a hundred times slower (see `Lanes::flush`).

elementwise!(
    Flush,
    "flush",
    |[x]| x.flush(),
    // dx = dy: the jump of 2⁻¹⁰⁰ is not a slope
    |[_], _, dy| [dy]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;
    use gradloom_graph::Op;

    #[test]
    fn agrees_with_f64() {
        elementwise(Flush, |[x]| x).check();
    }

    #[test]
    fn only_what_is_tiny_goes() {
        let (chunk, p) = Flush.chunk().unwrap();
        let tiny = f32::from_bits(27 << 23);
        let x = [1e-45, -1e-38, tiny, -tiny, f32::NAN, f32::NEG_INFINITY];
        let mut y = [1.0; 6];
        chunk.apply(p, &[&x], &mut y);
        assert_eq!(y[..4], [0.0, 0.0, tiny, -tiny]);
        assert!(y[4].is_nan() && y[5] == f32::NEG_INFINITY);
    }
}
