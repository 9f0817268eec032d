//! sign(x) = −1, 0 or 1; NaN for NaN. It has no gradient.

elementwise!(Sign, "sign", |[x]| {
    let zero = L::splat(0.0);
    x.eq(x).select(zero.lt(x).sub(x.lt(zero)), x)
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Case, elementwise};

    #[test]
    fn agrees_with_f64() {
        elementwise(Sign, |[x]| {
            if x == 0.0 || x.is_nan() {
                x
            } else {
                x.signum()
            }
        })
        .with(Case::no_gradient)
        .check();
    }
}
