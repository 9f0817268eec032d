//! sigmoid(x) = 1 / (1 + e⁻ˣ), as 1 / (1 + e) or e / (1 + e) with e = e^−|x|, which never overflows
//! and keeps its relative precision in both tails.

use gradloom_kernels::Lanes;

elementwise!(
    Sigmoid,
    "sigmoid",
    |[x]| sigmoid(x),
    // dx = dy·y·(1 − y)
    |[_], y, dy| [dy * y * (1.0 - y)]
);

#[inline(always)]
pub fn sigmoid<L: Lanes>(x: L) -> L {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    let e = x.abs().neg().exp();
    x.lt(zero).select(e, one).div(e.add(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Sigmoid, |[x]| 1.0 / (1.0 + (-x).exp()))
            .domain([(-60.0, 20.0)])
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
