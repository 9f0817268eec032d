//! abs(x) = |x|

use crate::Sign;

elementwise!(
    Abs,
    "abs",
    |[x]| x.abs(),
    // dx = dy·sign(x), 0 at 0
    |[x], _, dy| [dy * x.map(Sign)]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Abs, |[x]| x.abs()).kinks(&[0.0]).check();
    }

    #[test]
    fn the_gradient_at_zero_is_zero() {
        let (x, dy) = (numbers(&[2], &[0.0, -0.0]), numbers(&[2], &[3.0, 3.0]));
        assert_eq!(gradients_of(Abs, &[x], &dy), [Some(vec![0.0, 0.0])]);
    }
}
