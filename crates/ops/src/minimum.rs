//! minimum(x, y): the smaller of the two; NaN if either is NaN.

use crate::{Equal, Less};

elementwise!(
    Minimum,
    "minimum",
    |[x, y]| x.min(y),
    // dx = dz where x is the smaller, dy = dz where y is; half of dz each where they are equal
    |[x, y], _, dz| {
        let tie = 0.5 * x.zip(Equal, y);
        [dz * (x.zip(Less, y) + tie), dz * (y.zip(Less, x) + tie)]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, min, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Minimum, |[x, y]| min(x, y)).check();
    }

    #[test]
    fn equal_inputs_share_the_gradient() {
        let x = numbers(&[2], &[1.0, -0.0]);
        let y = numbers(&[2], &[1.0, 0.0]);
        let grads = gradients_of(Minimum, &[x, y], &numbers(&[2], &[3.0, 5.0]));
        assert_eq!(grads, [Some(vec![1.5, 2.5]), Some(vec![1.5, 2.5])]);
    }
}
