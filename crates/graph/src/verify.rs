//! Checks a finished graph as if it came from a stranger: order, types, states, roots.

use std::collections::{HashMap, HashSet};

use crate::error::{GraphError, Result};
use crate::node::{Graph, Node, Source};
use crate::shape::Type;

impl Graph {
    pub fn verify(&self) -> Result<()> {
        let mut states: HashMap<u32, &Type> = HashMap::new();
        for (id, node) in self.nodes.iter().enumerate() {
            self.verify_node(id, node)?;
            if let Source::State { key } = node.source
                && states.insert(key, &node.ty).is_some()
            {
                return Err(GraphError::wire(format!("state {key} appears twice")));
            }
        }
        self.verify_names()?;
        self.verify_roots(&states)
    }

    /// What is fed, shown or assigned goes by its name: each has one.
    fn verify_names(&self) -> Result<()> {
        let inputs = self.nodes.iter().filter_map(|node| match &node.source {
            Source::Input { name } => Some(name),
            _ => None,
        });
        let mut names = HashSet::new();
        if let Some(name) = inputs.into_iter().find(|&name| !names.insert(name)) {
            return Err(GraphError::wire(format!("input '{name}' appears twice")));
        }
        names.clear();
        let mut outputs = self.outputs.iter().map(|(name, _)| name);
        if let Some(name) = outputs.find(|&name| !names.insert(name)) {
            return Err(GraphError::wire(format!("output '{name}' appears twice")));
        }
        let (mut keys, mut assigned) = (HashSet::new(), self.assigns.iter().map(|a| a.key));
        match assigned.find(|&key| !keys.insert(key)) {
            Some(key) => Err(GraphError::wire(format!("state {key} is assigned twice"))),
            None => Ok(()),
        }
    }

    fn verify_node(&self, id: usize, node: &Node) -> Result<()> {
        match &node.source {
            Source::Const { bits } if bits.len() != node.ty.shape.size() => Err(GraphError::wire(
                format!("node {id}: {} values for {}", bits.len(), node.ty),
            )),
            Source::Op { op, inputs } => {
                if let Some(i) = inputs.iter().find(|&&i| i >= id) {
                    return Err(GraphError::wire(format!(
                        "node {id} reads the later node {i}"
                    )));
                }
                let ty = op.ty(&self.types(inputs))?;
                if ty == node.ty {
                    return Ok(());
                }
                let name = op.name();
                Err(GraphError::wire(format!(
                    "node {id}: {name} makes {ty}, not {}",
                    node.ty
                )))
            }
            _ => Ok(()),
        }
    }

    fn verify_roots(&self, states: &HashMap<u32, &Type>) -> Result<()> {
        if let Some(id) = self.roots().find(|&id| id >= self.nodes.len()) {
            return Err(GraphError::wire(format!("there is no node {id}")));
        }
        for assign in &self.assigns {
            let ty = &self.nodes[assign.value].ty;
            match states.get(&assign.key) {
                Some(known) if *known != ty => {
                    let key = assign.key;
                    let message = format!("state {key} is {known}, but is assigned {ty}");
                    return Err(GraphError::shape("assign", message));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
