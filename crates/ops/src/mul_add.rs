//! mulAdd(a, b, c) = a·b + c, rounded twice.

use crate::adam_step::AdamStep;
use crate::elementwise::Facts;

elementwise!(
    MulAdd,
    "mulAdd",
    |[a, b, c]| a.mul(b).add(c),
    // da = dy·b, db = dy·a, dc = dy
    |[a, b, _], _, dy| [dy * b, dy * a, dy],
    Facts::flops(2).ends(AdamStep::LOOP)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(MulAdd, |[a, b, c]| a * b + c)
            .with(|c| c.within(2e-7, 1e-6))
            .check();
    }
}
