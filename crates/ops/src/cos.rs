//! cos(x)

use crate::Sin;

elementwise!(
    Cos,
    "cos",
    |[x]| x.cos(),
    // dx = −dy·sin x
    |[x], _, dy| [-(dy * x.map(Sin))]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Cos, |[x]| x.cos())
            .with(|c| c.within(3e-7, 1e-8))
            .check();
    }
}
