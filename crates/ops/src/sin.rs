//! sin(x)

use crate::Cos;

elementwise!(
    Sin,
    "sin",
    |[x]| x.sin(),
    // dx = dy·cos x
    |[x], _, dy| [dy * x.map(Cos)]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Sin, |[x]| x.sin())
            .with(|c| c.within(3e-7, 1e-8))
            .check();
    }
}
