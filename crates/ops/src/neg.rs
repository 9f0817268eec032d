//! neg(x) = −x

elementwise!(
    Neg,
    "neg",
    |[x]| x.neg(),
    // dx = −dy
    |[_], _, dy| [-dy]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Neg, |[x]| -x).check();
    }
}
