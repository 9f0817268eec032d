//! lessEqual(x, y) = 1 where x ≤ y, else 0 (also where one is NaN). It has no gradient.

elementwise!(LessEqual, "lessEqual", |[x, y]| x.le(y));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Case, elementwise};

    #[test]
    fn agrees_with_f64() {
        elementwise(LessEqual, |[x, y]| f64::from(u8::from(x <= y)))
            .with(Case::no_gradient)
            .check();
    }
}
