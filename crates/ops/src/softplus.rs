//! softplus(x) = ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|), which never overflows.

use crate::Sigmoid;

elementwise!(
    Softplus,
    "softplus",
    |[x]| x.max(L::splat(0.0)).add(x.abs().neg().exp().log1p()),
    // dx = dy·sigmoid(x)
    |[x], _, dy| [dy * x.map(Sigmoid)]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, max};

    #[test]
    fn agrees_with_f64() {
        elementwise(Softplus, |[x]| max(x, 0.0) + (-x.abs()).exp().ln_1p())
            .domain([(-20.0, 20.0)])
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
