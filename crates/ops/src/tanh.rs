//! tanh(x)

use crate::Square;

elementwise!(
    Tanh,
    "tanh",
    |[x]| x.tanh(),
    // dx = dy·(1 − y²)
    |[_], y, dy| [dy * (1.0 - y.map(Square))]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Tanh, |[x]| x.tanh())
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
