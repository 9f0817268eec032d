//! equal(x, y) = 1 where x = y, else 0 (also where one is NaN). It has no gradient.

elementwise!(Equal, "equal", |[x, y]| x.eq(y));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Case, elementwise};

    #[test]
    fn agrees_with_f64() {
        elementwise(Equal, |[x, y]| f64::from(u8::from(x == y)))
            .with(Case::no_gradient)
            .check();
    }
}
