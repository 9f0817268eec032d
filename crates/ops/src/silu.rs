//! silu(x) = x·sigmoid(x), also called swish.

use crate::Sigmoid;
use crate::sigmoid::sigmoid;

elementwise!(
    Silu,
    "silu",
    // The first factor stops where the second is 0: −∞ gives −0, not NaN.
    |[x]| x.max(L::splat(-200.0)).mul(sigmoid(x)),
    // dx = dy·(s + y·(1 − s)), s = sigmoid(x)
    |[x], y, dy| {
        let s = x.map(Sigmoid);
        [dy * (s + y * (1.0 - s))]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Silu, |[x]| {
            if x == f64::NEG_INFINITY {
                0.0
            } else {
                x / (1.0 + (-x).exp())
            }
        })
        .domain([(-20.0, 20.0)])
        .with(|c| c.within(3e-7, 0.0))
        .check();
    }
}
