//! where(c, a, b) = a where c ≠ 0 (NaN is not 0), else b

elementwise!(
    Where,
    "where",
    |[c, a, b]| c.select(a, b),
    // da = dy where c, else 0; db = 0 where c, else dy
    |[c, _, _], y, dy| {
        let zero = y.scalar(0.0);
        [
            None,
            Some(c.call(Where, &[dy, zero])),
            Some(c.call(Where, &[zero, dy])),
        ]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Where, |[c, a, b]| if c != 0.0 { a } else { b })
            .kinks(&[0.0])
            .with(|c| c.constant(0))
            .check();
    }
}
