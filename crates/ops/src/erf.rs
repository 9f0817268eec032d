//! erf(x) = 2/√π ∫₀ˣ e^−t² dt

use std::f64::consts::FRAC_2_SQRT_PI;

use crate::{Exp, Square};

elementwise!(
    Erf,
    "erf",
    |[x]| x.erf(),
    // dx = dy·2/√π·e^−x²
    |[x], _, dy| [dy * (FRAC_2_SQRT_PI * (-x.map(Square)).map(Exp))]
);

#[cfg(test)]
mod tests {
    use super::*;
    use gradloom_kernels::math::erf_f64;

    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Erf, |[x]| erf_f64(x))
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
