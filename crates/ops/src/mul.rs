//! mul(x, y) = x·y

use crate::elementwise::Facts;

elementwise!(
    Mul,
    "mul",
    |[x, y]| x.mul(y),
    // dx = dz·y, dy = dz·x
    |[x, y], _, dz| [dz * y, dz * x],
    // x·1 = x, 1·y = y
    Facts::identity(|fills| match *fills {
        [_, Some(1.0)] => Some(0),
        [Some(1.0), _] => Some(1),
        _ => None,
    })
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Mul, |[x, y]| x * y).check();
    }
}
