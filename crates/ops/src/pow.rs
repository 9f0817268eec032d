//! pow(x, y) = xʸ as ±e^(y·ln |x|), whose relative error grows with |y·ln |x||; x⁰ = 1. For x < 0,
//! y must be whole, else the result is NaN.

use crate::{Equal, Less, Log, Where};

elementwise!(
    Pow,
    "pow",
    |[x, y]| {
        let zero = L::splat(0.0);
        let power = y.mul(x.abs().log()).exp();
        let half = y.mul(L::splat(0.5));
        let signed = half.eq(half.floor()).select(power, power.neg());
        let whole = y.eq(y.floor()).select(signed, L::splat(f64::NAN));
        y.eq(zero)
            .select(L::splat(1.0), x.lt(zero).select(whole, power))
    },
    // dx = dz·y·x^(y − 1) (0 where y is 0), dy = dz·z·ln x (0 where z is 0 or x < 0)
    |[x, y], z, dz| {
        let zero = z.scalar(0.0);
        let dx = y
            .zip(Equal, zero)
            .call(Where, &[zero, y * x.zip(Pow, y - 1.0)]);
        let flat = z.zip(Equal, zero) + x.zip(Less, zero);
        let dy = flat.call(Where, &[zero, z * x.map(Log)]);
        [dz * dx, dz * dy]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, elementwise, gradients_of, numbers};

    #[test]
    fn agrees_with_f64() {
        let power = |[x, y]: [f64; 2]| match (y, x) {
            (0.0, _) => 1.0,
            (y, x) if x < 0.0 && y.floor() != y => f64::NAN,
            (y, x) if x < 0.0 && (y / 2.0).floor() != y / 2.0 => -(y * (-x).ln()).exp(),
            (y, x) => (y * x.abs().ln()).exp(),
        };
        elementwise(Pow, power)
            .domain([(0.4, 4.0), (-3.0, 3.0)])
            .with(|c| c.within(6e-6, 0.0))
            .check();
    }

    #[test]
    fn a_negative_base_takes_whole_powers() {
        let x = numbers(&[6], &[-2.0, -2.0, -2.0, -0.5, -2.0, -1.0]);
        let y = numbers(&[6], &[2.0, 3.0, -1.0, 5.0, 0.5, 1e9]);
        let want = |_: &[Vec<f64>]| vec![4.0, -8.0, -0.5, -0.03125, f64::NAN, 1.0];
        case(Pow, &[x, y], want).within(1e-6, 0.0).values();
    }

    #[test]
    fn gradients_at_zero_and_below_are_finite() {
        let x = numbers(&[5], &[0.0, 0.0, 0.0, 3.0, -2.0]);
        let y = numbers(&[5], &[0.0, 1.0, 2.0, 0.0, 3.0]);
        let grads = gradients_of(Pow, &[x, y], &numbers(&[5], &[1.0; 5]));
        let [Some(dx), Some(dy)] = &grads[..] else {
            panic!("both have gradients")
        };
        assert_eq!(dx[..4], [0.0, 1.0, 0.0, 0.0]);
        assert!((dx[4] - 12.0).abs() < 1e-4);
        assert_eq!([dy[1], dy[2], dy[4]], [0.0; 3]);
    }
}
