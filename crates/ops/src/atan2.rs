//! atan2(y, x): the angle of the point (x, y), between −π and π; that of y / x where x > 0. Both
//! zero give 0 (±π where x is −0 counts as 0 too).

use crate::term::Term;

/// Cephes `atanf` (S. L. Moshier): t in [0, 1] is brought below tan(π/8) by (t − 1) / (t + 1), then
/// an odd polynomial. Error below 3 ulp.
#[inline(always)]
fn unit<L: gradloom_kernels::Lanes>(t: L) -> L {
    let one = L::splat(1.0);
    let high = L::splat(0.414_213_562_373_095).lt(t);
    let r = high.select(t.sub(one).div(t.add(one)), t);
    let z = r.mul(r);
    let p = L::splat(8.053_744_499_98e-2)
        .mul(z)
        .sub(L::splat(1.387_768_560_32e-1))
        .mul(z)
        .add(L::splat(1.997_771_064_78e-1))
        .mul(z)
        .sub(L::splat(3.333_294_915_39e-1));
    let angle = p.mul(z).mul(r).add(r);
    let quarter = L::splat(core::f64::consts::FRAC_PI_4);
    high.select(angle.add(quarter), angle)
}

elementwise!(
    Atan2,
    "atan2",
    |[y, x]| {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let (a, b) = (y.abs(), x.abs());
        let (low, high) = (a.min(b), a.max(b));
        // Equal sides are 45° (both infinite, too); no length is no angle.
        let t = a.eq(b).select(one, low.div(high));
        let t = high.eq(zero).select(zero, t);
        let angle = unit(t);
        let half = L::splat(core::f64::consts::FRAC_PI_2);
        let angle = b.lt(a).select(half.sub(angle), angle);
        let angle = x
            .lt(zero)
            .select(L::splat(core::f64::consts::PI).sub(angle), angle);
        let angle = y.lt(zero).select(angle.neg(), angle);
        y.eq(y).select(angle, y)
    },
    // dy = dz·x / (x² + y²), dx = −dz·y / (x² + y²)
    |[y, x], _, dz| {
        let over = dz / (x * x + y * y);
        [over * x, -(over * y)] as [Term<'_>; 2]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, elementwise, numbers};

    #[test]
    fn agrees_with_f64() {
        let angle = |[y, x]: [f64; 2]| match (y, x) {
            (0.0, 0.0) => 0.0,
            (0.0, x) if x < 0.0 => core::f64::consts::PI,
            (y, x) if y.is_nan() || x.is_nan() => f64::NAN,
            (y, x) => y.atan2(x),
        };
        elementwise(Atan2, angle)
            .domain([(-3.0, 3.0), (0.2, 3.0)])
            .with(|c| c.within(3e-7, 1e-30).gradient_within(1e-4))
            .check();
    }

    #[test]
    fn every_direction() {
        let angles = || (-31..=31).map(|i| f64::from(i) / 10.0);
        let y: Vec<f32> = angles().map(|a| a.sin() as f32).collect();
        let x: Vec<f32> = angles().map(|a| a.cos() as f32).collect();
        let want = |x: &[Vec<f64>]| x[0].iter().zip(&x[1]).map(|(y, x)| y.atan2(*x)).collect();
        case(Atan2, &[numbers(&[63], &y), numbers(&[63], &x)], want)
            .within(3e-7, 0.0)
            .gradient_within(1e-4)
            .check();
    }
}
