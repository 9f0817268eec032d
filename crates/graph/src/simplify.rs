//! Drops the nodes that no output and no assignment needs. (Equal nodes and identities such as x·1
//! are already gone: the builder never makes them.)

use crate::node::{Graph, Node, NodeId, Source};

impl Graph {
    /// The same program without dead nodes. Inputs stay, so that feeds keep their places.
    pub fn pruned(&self) -> Graph {
        let live = self.live();
        let mut new_id: Vec<Option<NodeId>> = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        for (id, node) in self.nodes.iter().enumerate().filter(|(id, _)| live[*id]) {
            new_id[id] = Some(nodes.len());
            nodes.push(renumbered(node, &new_id));
        }
        let at = |id: NodeId| new_id[id].expect("roots are live");
        let mut graph = Graph {
            nodes,
            outputs: self.outputs.clone(),
            assigns: self.assigns.clone(),
        };
        graph.outputs.iter_mut().for_each(|(_, id)| *id = at(*id));
        graph.assigns.iter_mut().for_each(|a| a.value = at(a.value));
        graph
    }

    fn live(&self) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        self.roots().for_each(|id| live[id] = true);
        for id in (0..self.nodes.len()).rev() {
            live[id] |= matches!(self.nodes[id].source, Source::Input { .. });
            if live[id] {
                self.nodes[id].inputs().iter().for_each(|&i| live[i] = true);
            }
        }
        live
    }
}

fn renumbered(node: &Node, new_id: &[Option<NodeId>]) -> Node {
    let mut node = node.clone();
    if let Source::Op { inputs, .. } = &mut node.source {
        inputs
            .iter_mut()
            .for_each(|i| *i = new_id[*i].expect("inputs of a live node are live"));
    }
    node
}
