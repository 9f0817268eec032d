//! relu(x) = max(x, 0), and its gradient, which reads the output only.

elementwise!(
    Relu,
    "relu",
    |[x]| x.max(L::splat(0.0)),
    // dx = dy where y > 0, else 0
    |[_], y, dy| [y.zip(ReluGrad, dy)]
);

elementwise!(
    ReluGrad,
    "reluGrad",
    |[y, dy]| L::splat(0.0).lt(y).select(dy, L::splat(0.0)),
    // linear in dy; constant in y but for a step
    |[y, _], _, d| [None, Some(y.zip(ReluGrad, d))]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, max, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Relu, |[x]| max(x, 0.0)).kinks(&[0.0]).check();
    }

    #[test]
    fn the_gradient_passes_where_the_output_is_positive() {
        elementwise(ReluGrad, |[y, dy]| if y > 0.0 { dy } else { 0.0 })
            .kinks(&[0.0])
            .with(|c| c.constant(0))
            .check();
    }

    #[test]
    fn the_gradient_at_zero_is_zero() {
        let (x, dy) = (numbers(&[2], &[0.0, -0.0]), numbers(&[2], &[3.0, 3.0]));
        assert_eq!(gradients_of(Relu, &[x], &dy), [Some(vec![0.0, 0.0])]);
    }
}
