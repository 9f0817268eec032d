//! sub(x, y) = x − y

use crate::elementwise::Facts;

elementwise!(
    Sub,
    "sub",
    |[x, y]| x.sub(y),
    // dx = dz, dy = −dz
    |[_, _], _, dz| [dz, -dz],
    // x − 0 = x, also for −0 (x + 0 is not: −0 + 0 = 0)
    Facts::identity(|fills| (fills[1]?.to_bits() == 0).then_some(0))
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Sub, |[x, y]| x - y).check();
    }
}
