//! maximum(x, y): the larger of the two; NaN if either is NaN.

use crate::{Equal, Less};

elementwise!(
    Maximum,
    "maximum",
    |[x, y]| x.max(y),
    // dx = dz where x is the larger, dy = dz where y is; half of dz each where they are equal
    |[x, y], _, dz| {
        let tie = 0.5 * x.zip(Equal, y);
        [dz * (y.zip(Less, x) + tie), dz * (x.zip(Less, y) + tie)]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, max, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Maximum, |[x, y]| max(x, y)).check();
    }

    #[test]
    fn equal_inputs_share_the_gradient() {
        let x = numbers(&[2], &[1.0, -0.0]);
        let y = numbers(&[2], &[1.0, 0.0]);
        let grads = gradients_of(Maximum, &[x, y], &numbers(&[2], &[3.0, 5.0]));
        assert_eq!(grads, [Some(vec![1.5, 2.5]), Some(vec![1.5, 2.5])]);
    }
}
