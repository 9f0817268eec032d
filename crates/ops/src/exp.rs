//! exp(x) = eˣ

elementwise!(
    Exp,
    "exp",
    |[x]| x.exp(),
    // dx = dy·y
    |[_], y, dy| [dy * y]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Exp, |[x]| x.exp())
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
