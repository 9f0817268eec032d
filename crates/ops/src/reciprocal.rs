//! reciprocal(x) = 1 / x

use crate::Square;

elementwise!(
    Reciprocal,
    "reciprocal",
    |[x]| L::splat(1.0).div(x),
    // dx = −dy·y²
    |[_], y, dy| [-(dy * y.map(Square))]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Reciprocal, |[x]| 1.0 / x)
            .domain([(0.2, 5.0)])
            .check();
    }
}
