//! div(x, y) = x / y

use crate::elementwise::Facts;

elementwise!(
    Div,
    "div",
    |[x, y]| x.div(y),
    // dx = dz / y, dy = −dz·z / y
    |[_, y], z, dz| {
        let dx = dz / y;
        [dx, -(dx * z)]
    },
    // x / 1 = x
    Facts::identity(|fills| (fills[1]? == 1.0).then_some(0))
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Div, |[x, y]| x / y)
            .domain([(-3.0, 3.0), (0.5, 3.0)])
            .check();
    }
}
