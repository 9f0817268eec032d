//! floor(x) = ⌊x⌋. It has no gradient.

elementwise!(Floor, "floor", |[x]| x.floor());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Case, elementwise};

    #[test]
    fn agrees_with_f64() {
        elementwise(Floor, |[x]| x.floor())
            .with(Case::no_gradient)
            .check();
    }
}
