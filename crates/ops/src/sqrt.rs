//! sqrt(x) = √x

elementwise!(
    Sqrt,
    "sqrt",
    |[x]| x.sqrt(),
    // dx = dy / 2y
    |[_], y, dy| [0.5 * dy / y]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Sqrt, |[x]| x.sqrt())
            .domain([(0.1, 9.0)])
            .check();
    }
}
