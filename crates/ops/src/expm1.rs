//! expm1(x) = eˣ − 1, exact to a few ulp near 0 too: there it is 2t / (1 − t) with t = tanh(x / 2).

elementwise!(
    Expm1,
    "expm1",
    |[x]| {
        let (half, one) = (L::splat(0.5), L::splat(1.0));
        let t = x.mul(half).tanh();
        let near = t.add(t).div(one.sub(t));
        x.abs().lt(half).select(near, x.exp().sub(one))
    },
    // dx = dy·(y + 1)
    |_, y, dy| [dy * (y + 1.0)]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, elementwise, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Expm1, |[x]| x.exp_m1())
            .with(|c| c.within(1e-6, 0.0).gradient_within(1e-4))
            .check();
    }

    #[test]
    fn small_numbers_keep_their_digits() {
        let x = [
            1e-30, -1e-30, 1e-8, 1e-4, -1e-3, 0.1, 0.4999, -0.4999, 0.5, 90.0,
        ];
        let exp = |x: &[Vec<f64>]| x[0].iter().map(|x| x.exp_m1()).collect();
        case(Expm1, &[numbers(&[10], &x)], exp)
            .within(1e-6, 0.0)
            .values();
    }
}
