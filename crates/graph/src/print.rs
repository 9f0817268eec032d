//! A graph as text, one node a line: for people and for tests.

use core::fmt;

use crate::node::{Graph, Source};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, node) in self.nodes.iter().enumerate() {
            write!(f, "%{id}: {} = ", node.ty)?;
            match &node.source {
                Source::Input { name } => writeln!(f, "input '{name}'")?,
                Source::State { key } => writeln!(f, "state {key}")?,
                Source::Fill { bits } => writeln!(f, "fill {}", f32::from_bits(*bits))?,
                Source::Const { bits } => writeln!(f, "const of {}", bits.len())?,
                Source::Op { op, inputs } => {
                    let args: Vec<String> = inputs.iter().map(|i| format!("%{i}")).collect();
                    writeln!(f, "{}({}) {:?}", op.name(), args.join(", "), op.attrs())?;
                }
            }
        }
        self.assigns.iter().try_for_each(|a| writeln!(f, "state {} <- %{}", a.key, a.value))?;
        self.outputs.iter().try_for_each(|(name, id)| writeln!(f, "output '{name}' = %{id}"))
    }
}
