//! Describes a graph node by node; a shape mistake is an error at the call that made it. Equal
//! nodes are made once (hash consing). It computes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{GraphError, Result};
use crate::node::{Assign, Graph, Node, NodeId, Source};
use crate::op::{Op, Registry};
use crate::shape::{Dtype, Shape, Type};

#[derive(Debug)]
pub struct Builder {
    registry: &'static Registry,
    graph: Graph,
    seen: HashMap<Key, NodeId>,
}

/// What makes two nodes equal.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    State(u32),
    Fill(Type, u32),
    Op(&'static str, Vec<u64>, Vec<NodeId>),
}

impl Builder {
    pub fn new(registry: &'static Registry) -> Builder {
        Builder {
            registry,
            graph: Graph::default(),
            seen: HashMap::new(),
        }
    }

    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    pub fn finish(self) -> Graph {
        self.graph
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.graph.nodes[id]
    }

    pub fn ty(&self, id: NodeId) -> &Type {
        &self.graph.nodes[id].ty
    }

    pub fn shape(&self, id: NodeId) -> &Shape {
        &self.ty(id).shape
    }

    pub fn dtype(&self, id: NodeId) -> Dtype {
        self.ty(id).dtype
    }

    fn push(&mut self, source: Source, ty: Type) -> NodeId {
        self.graph.nodes.push(Node { source, ty });
        self.graph.nodes.len() - 1
    }

    fn once(&mut self, key: Key, make: impl FnOnce() -> (Source, Type)) -> NodeId {
        if let Some(&id) = self.seen.get(&key) {
            return id;
        }
        let (source, ty) = make();
        let id = self.push(source, ty);
        self.seen.insert(key, id);
        id
    }

    pub fn input(&mut self, name: &str, ty: Type) -> Result<NodeId> {
        let taken = |n: &Node| matches!(&n.source, Source::Input { name: x } if x == name);
        if self.graph.nodes.iter().any(taken) {
            return Err(GraphError::shape(
                "input",
                format!("the name '{name}' is taken"),
            ));
        }
        Ok(self.push(Source::Input { name: name.into() }, ty))
    }

    pub fn state(&mut self, key: u32, ty: Type) -> Result<NodeId> {
        let id = self.once(Key::State(key), || (Source::State { key }, ty.clone()));
        if *self.ty(id) == ty {
            return Ok(id);
        }
        let known = self.ty(id);
        Err(GraphError::shape(
            "state",
            format!("state {key} is {known}, now asked for as {ty}"),
        ))
    }

    /// A tensor filled with `value`.
    pub fn fill(&mut self, value: f32, shape: Shape) -> NodeId {
        let bits = value.to_bits();
        let ty = Type::f32(shape);
        self.once(Key::Fill(ty.clone(), bits), || (Source::Fill { bits }, ty))
    }

    pub fn scalar(&mut self, value: f32) -> NodeId {
        self.fill(value, Shape::scalar())
    }

    /// Literal numbers, given as their bits.
    pub fn constant(&mut self, bits: &[u32], ty: Type) -> Result<NodeId> {
        if bits.len() != ty.shape.size() {
            let message = format!("{} values for the shape {}", bits.len(), ty.shape);
            return Err(GraphError::shape("constant", message));
        }
        Ok(self.push(Source::Const { bits: bits.into() }, ty))
    }

    pub fn apply(&mut self, op: impl Op + 'static, inputs: &[NodeId]) -> Result<NodeId> {
        self.apply_arc(Arc::new(op), inputs)
    }

    pub fn apply_named(&mut self, op: &str, inputs: &[NodeId], attrs: &[f64]) -> Result<NodeId> {
        let op = self.registry.decode(op, attrs)?;
        self.apply_arc(op, inputs)
    }

    pub fn apply_arc(&mut self, op: Arc<dyn Op>, inputs: &[NodeId]) -> Result<NodeId> {
        if let Some(id) = inputs.iter().find(|&&id| id >= self.graph.nodes.len()) {
            return Err(GraphError::shape(
                op.name(),
                format!("there is no node {id}"),
            ));
        }
        let ty = op.ty(&self.graph.types(inputs))?;
        if let Some(id) = self.identity(&*op, inputs, &ty) {
            return Ok(id);
        }
        let attrs = op.attrs().iter().map(|x| x.to_bits()).collect();
        let key = Key::Op(op.name(), attrs, inputs.to_vec());
        Ok(self.once(key, || {
            (
                Source::Op {
                    op,
                    inputs: inputs.to_vec(),
                },
                ty,
            )
        }))
    }

    /// The value of `id` as a node of its own, through which no gradient passes. No other node is
    /// equal to it.
    pub fn apart(&mut self, id: NodeId) -> Result<NodeId> {
        self.known("stopGradient", id)?;
        let op = self.registry.decode("stopGradient", &[])?;
        let ty = self.ty(id).clone();
        let inputs = vec![id];
        Ok(self.push(Source::Op { op, inputs }, ty))
    }

    fn identity(&self, op: &dyn Op, inputs: &[NodeId], ty: &Type) -> Option<NodeId> {
        let fills: Vec<_> = inputs.iter().map(|&i| self.node(i).fill()).collect();
        let id = inputs[op.identity(&fills)?];
        (self.ty(id) == ty).then_some(id)
    }

    pub fn output(&mut self, name: &str, id: NodeId) -> Result<()> {
        self.known("output", id)?;
        if self.graph.outputs.iter().any(|(n, _)| n == name) {
            return Err(GraphError::shape(
                "output",
                format!("the name '{name}' is taken"),
            ));
        }
        self.graph.outputs.push((name.into(), id));
        Ok(())
    }

    /// After the step, state `key` holds `value`, which has the state's type.
    pub fn assign(&mut self, key: u32, value: NodeId) -> Result<()> {
        self.known("assign", value)?;
        if self.graph.assigns.iter().any(|a| a.key == key) {
            return Err(GraphError::shape(
                "assign",
                format!("state {key} is assigned twice"),
            ));
        }
        self.graph.assigns.push(Assign { key, value });
        Ok(())
    }

    fn known(&self, op: &str, id: NodeId) -> Result<()> {
        if id < self.graph.nodes.len() {
            return Ok(());
        }
        Err(GraphError::shape(op, format!("there is no node {id}")))
    }
}
