//! pow(x, y) = xʸ for x ≥ 0, as e^(y·ln x), whose relative error grows with |y·ln x|; x⁰ = 1, and
//! NaN for x < 0 with any other y.

use crate::{Equal, Log, Where};

elementwise!(
    Pow,
    "pow",
    |[x, y]| {
        let zero = L::splat(0.0);
        y.eq(zero).select(L::splat(1.0), y.mul(x.log()).exp())
    },
    // dx = dz·y·x^(y − 1) (0 where y is 0), dy = dz·z·ln x (0 where z is 0)
    |[x, y], z, dz| {
        let zero = z.scalar(0.0);
        let dx = y
            .zip(Equal, zero)
            .call(Where, &[zero, y * x.zip(Pow, y - 1.0)]);
        let dy = z.zip(Equal, zero).call(Where, &[zero, z * x.map(Log)]);
        [dz * dx, dz * dy]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(
            Pow,
            |[x, y]| if y == 0.0 { 1.0 } else { (y * x.ln()).exp() },
        )
        .domain([(0.4, 4.0), (-3.0, 3.0)])
        .with(|c| c.within(6e-6, 0.0))
        .check();
    }

    #[test]
    fn gradients_at_zero_are_finite() {
        let x = numbers(&[4], &[0.0, 0.0, 0.0, 3.0]);
        let y = numbers(&[4], &[0.0, 1.0, 2.0, 0.0]);
        let grads = gradients_of(Pow, &[x, y], &numbers(&[4], &[1.0; 4]));
        let [Some(dx), Some(dy)] = &grads[..] else {
            panic!("both have gradients")
        };
        assert_eq!(*dx, [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(dy[1..3], [0.0, 0.0]);
    }
}
