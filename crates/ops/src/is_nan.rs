//! isNan(x) = 1 where x is NaN, else 0. It has no gradient.

elementwise!(IsNan, "isNan", |[x]| L::splat(1.0).sub(x.eq(x)));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Case, elementwise};

    #[test]
    fn agrees_with_f64() {
        elementwise(IsNan, |[x]| f64::from(u8::from(x.is_nan())))
            .with(Case::no_gradient)
            .check();
    }
}
