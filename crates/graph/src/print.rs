//! A graph as text, one node a line: for people and for tests.

use core::fmt;

use crate::node::{Graph, Source};

/// A number in at most six decimals. (The standard library's exact formatting is a tenth of the
/// module.)
pub fn number(x: f64) -> String {
    let whole = x.trunc();
    if !x.is_finite() || whole.abs() >= 1e15 {
        let sign = if x < 0.0 { "-" } else { "" };
        return if x.is_nan() {
            "NaN".into()
        } else {
            format!("{sign}huge")
        };
    }
    let sign = if x < 0.0 { "-" } else { "" };
    let millionths = ((x - whole).abs() * 1e6 + 0.5) as u64;
    let (whole, rest) = (
        whole.abs() as u64 + millionths / 1_000_000,
        millionths % 1_000_000,
    );
    if rest == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:06}")
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, node) in self.nodes.iter().enumerate() {
            write!(f, "%{id}: {} = ", node.ty)?;
            match &node.source {
                Source::Input { name } => writeln!(f, "input '{name}'")?,
                Source::State { key } => writeln!(f, "state {key}")?,
                Source::Fill { bits } => {
                    writeln!(f, "fill {}", number(f32::from_bits(*bits).into()))?
                }
                Source::Const { bits } => writeln!(f, "const of {}", bits.len())?,
                Source::Op { op, inputs } => {
                    let args: Vec<String> = inputs.iter().map(|i| format!("%{i}")).collect();
                    let attrs: Vec<String> = op.attrs().into_iter().map(number).collect();
                    writeln!(
                        f,
                        "{}({}) [{}]",
                        op.name(),
                        args.join(", "),
                        attrs.join(", ")
                    )?;
                }
            }
        }
        self.assigns
            .iter()
            .try_for_each(|a| writeln!(f, "state {} <- %{}", a.key, a.value))?;
        self.outputs
            .iter()
            .try_for_each(|(name, id)| writeln!(f, "output '{name}' = %{id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_at_most_six_decimals() {
        let cases = [
            (0.0, "0"),
            (-3.0, "-3"),
            (0.25, "0.250000"),
            (-0.5, "-0.500000"),
            (1.9999999, "2"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-huge"),
        ];
        cases
            .into_iter()
            .for_each(|(x, text)| assert_eq!(number(x), text));
    }
}
