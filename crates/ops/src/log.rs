//! log(x) = ln x

elementwise!(
    Log,
    "log",
    |[x]| x.log(),
    // dx = dy / x
    |[x], _, dy| [dy / x]
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::elementwise;

    #[test]
    fn agrees_with_f64() {
        elementwise(Log, |[x]| x.ln())
            .domain([(0.1, 9.0)])
            .with(|c| c.within(3e-7, 0.0))
            .check();
    }
}
