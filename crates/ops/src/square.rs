//! square(x) = x²

elementwise!(
    Square,
    "square",
    |[x]| x.mul(x),
    // dx = 2·dy·x
    |[x], _, dy| [2.0 * dy * x]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Square, |[x]| x * x).check();
    }
}
