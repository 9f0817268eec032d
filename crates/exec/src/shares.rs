//! Puts two ops in the place of one where that is faster for several threads and a weight that the
//! program changes: each thread then reads the rows of the weight that are still in its own cache.
//! Changes no bits.

use std::sync::Arc;

use gradloom_graph::{Graph, Node, NodeId, Op, Source};

/// The same program for `threads` threads.
pub fn shared(graph: Graph, threads: usize) -> Graph {
    if threads < 2 {
        return graph;
    }
    let mut new = Graph::default();
    let mut new_id = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let mut source = node.source.clone();
        if let Source::Op { op, inputs } = &mut source {
            inputs.iter_mut().for_each(|id| *id = new_id[*id]);
            if let Some([first, last]) = in_two(&graph, node, threads) {
                *inputs = vec![push(&mut new, first, inputs)];
                *op = last;
            }
        }
        new.nodes.push(Node {
            source,
            ty: node.ty.clone(),
        });
        new_id.push(new.nodes.len() - 1);
    }
    new.outputs = graph.outputs;
    new.outputs.iter_mut().for_each(|(_, id)| *id = new_id[*id]);
    new.assigns = graph.assigns;
    new.assigns
        .iter_mut()
        .for_each(|a| a.value = new_id[a.value]);
    new
}

fn in_two(graph: &Graph, node: &Node, threads: usize) -> Option<[Arc<dyn Op>; 2]> {
    let Source::Op { op, inputs } = &node.source else {
        return None;
    };
    let &[_, weight, ..] = &inputs[..] else {
        return None;
    };
    let Source::State { key } = graph.nodes[weight].source else {
        return None;
    };
    let changed = graph.assigns.iter().any(|assign| assign.key == key);
    changed.then(|| op.by_shares(&graph.types(inputs), threads))?
}

fn push(graph: &mut Graph, op: Arc<dyn Op>, inputs: &[NodeId]) -> NodeId {
    let ty = op
        .ty(&graph.types(inputs))
        .expect("the types of an op that fits");
    let inputs = inputs.to_vec();
    graph.nodes.push(Node {
        source: Source::Op { op, inputs },
        ty,
    });
    graph.nodes.len() - 1
}
