//! Nodes and the finished graph: a list in which every node comes after its inputs.

use std::sync::Arc;

use crate::op::Op;
use crate::shape::Type;

/// Index of a node in `Graph::nodes`.
pub type NodeId = usize;

/// Where the value of a node comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Given anew at every step.
    Input { name: String },
    /// A buffer that lives on between steps and programs, known by its key.
    State { key: u32 },
    /// One number everywhere (its bits, so that i32 and f32 share the code).
    Fill { bits: u32 },
    /// Literal numbers (their bits).
    Const { bits: Arc<[u32]> },
    /// The result of an op.
    Op {
        op: Arc<dyn Op>,
        inputs: Vec<NodeId>,
    },
}

#[derive(Clone, Debug)]
pub struct Node {
    pub source: Source,
    pub ty: Type,
}

impl Node {
    pub fn inputs(&self) -> &[NodeId] {
        match &self.source {
            Source::Op { inputs, .. } => inputs,
            _ => &[],
        }
    }

    pub fn op(&self) -> Option<&Arc<dyn Op>> {
        match &self.source {
            Source::Op { op, .. } => Some(op),
            _ => None,
        }
    }

    /// The f32 that fills the node, if one does.
    pub fn fill(&self) -> Option<f32> {
        match self.source {
            Source::Fill { bits } => Some(f32::from_bits(bits)),
            _ => None,
        }
    }
}

/// After a step, the state `key` holds what `value` was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assign {
    pub key: u32,
    pub value: NodeId,
}

/// A whole program: all state is read before any is assigned.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub outputs: Vec<(String, NodeId)>,
    pub assigns: Vec<Assign>,
}

impl Graph {
    /// Nodes whose values leave the graph.
    pub fn roots(&self) -> impl Iterator<Item = NodeId> + '_ {
        let outputs = self.outputs.iter().map(|(_, id)| *id);
        outputs.chain(self.assigns.iter().map(|a| a.value))
    }

    /// Floating-point operations of one run, as the ops count them.
    pub fn flops(&self) -> u64 {
        self.nodes.iter().map(|n| self.node_flops(n)).sum()
    }

    pub fn node_flops(&self, node: &Node) -> u64 {
        match &node.source {
            Source::Op { op, inputs } => op.flops(&self.types(inputs), &node.ty),
            _ => 0,
        }
    }

    pub fn types(&self, ids: &[NodeId]) -> Vec<Type> {
        ids.iter().map(|&i| self.nodes[i].ty.clone()).collect()
    }
}
