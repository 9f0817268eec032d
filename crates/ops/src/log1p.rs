//! log1p(x) = ln(1 + x), exact also for small x

elementwise!(
    Log1p,
    "log1p",
    |[x]| x.log1p(),
    // dx = dy / (1 + x)
    |[x], _, dy| [dy / (1.0 + x)]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Log1p, |[x]| x.ln_1p())
            .domain([(-0.9, 5.0)])
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
