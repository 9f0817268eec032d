//! divSqrt(m, v, eps) = m / (√v + eps): the step of Adam and its kin.

use crate::Sqrt;
use crate::elementwise::Facts;

elementwise!(
    DivSqrt,
    "divSqrt",
    |[m, v, eps]| m.div(v.sqrt().add(eps)),
    // with r = √v: dm = dy / (r + eps), deps = −dm·y, dv = deps / 2r
    |[_, v, eps], y, dy| {
        let r = v.map(Sqrt);
        let dm = dy / (r + eps);
        let deps = -(dm * y);
        [dm, 0.5 * deps / r, deps]
    },
    Facts::flops(3)
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(DivSqrt, |[m, v, eps]| m / (v.sqrt() + eps))
            .domain([(-3.0, 3.0), (0.1, 4.0), (0.01, 1.0)])
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
