//! A program described by a tape of decisions: calls like those of the seeds, on each other's
//! results, with gradients and assignments. Far more of these are valid than of mutated bytes.

use std::sync::OnceLock;

use gradloom_graph::{Builder, NodeId, Source, Type, gradients, wire};
use gradloom_ops::REGISTRY;

use crate::seeds::seeds;
use crate::tape::Tape;

/// A call that an op takes.
#[derive(Debug)]
struct Call {
    op: &'static str,
    attrs: Vec<f64>,
    inputs: Vec<Type>,
}

/// Elements of an input; some seeds are of no other use than to be refused.
const LARGEST: usize = 1 << 16;

fn calls() -> &'static [Call] {
    static CALLS: OnceLock<Vec<Call>> = OnceLock::new();
    CALLS.get_or_init(|| {
        let graphs = seeds().into_iter();
        let graphs = graphs.filter_map(|(_, bytes)| wire::decode(&bytes, &REGISTRY).ok());
        let mut calls: Vec<Call> = Vec::new();
        for graph in graphs {
            for node in &graph.nodes {
                let Some(op) = node.op() else { continue };
                let (attrs, inputs) = (op.attrs(), graph.types(node.inputs()));
                if inputs.iter().any(|ty| ty.shape.size() > LARGEST) {
                    continue;
                }
                let is = |c: &Call| c.op == op.name() && c.attrs == attrs && c.inputs == inputs;
                if !calls.iter().any(is) {
                    calls.push(Call {
                        op: op.name(),
                        attrs,
                        inputs,
                    });
                }
            }
        }
        calls
    })
}

/// The bytes of the program that `tape` describes.
pub fn program(tape: &mut Tape<'_>) -> Vec<u8> {
    let mut b = Builder::new(&REGISTRY);
    let mut nodes: Vec<NodeId> = Vec::new();
    while !tape.is_over() && nodes.len() < 60 {
        let call = &calls()[tape.below(calls().len())];
        let inputs = call.inputs.iter();
        let inputs: Vec<NodeId> = inputs.map(|ty| value(&mut b, tape, &nodes, ty)).collect();
        let mut attrs = call.attrs.clone();
        if tape.below(8) == 0 && !attrs.is_empty() {
            let at = tape.below(attrs.len());
            attrs[at] = tape.below(8) as f64 - 2.0;
        }
        if let Ok(made) = b.apply_named(call.op, &inputs, &attrs) {
            nodes.push(made);
        }
    }
    finish(&mut b, tape, &nodes);
    wire::encode(b.graph())
}

/// A node of type `ty`: an earlier one if there is one, seldom any node at all, or a new leaf.
fn value(b: &mut Builder, tape: &mut Tape<'_>, nodes: &[NodeId], ty: &Type) -> NodeId {
    let any = tape.below(16) == 0;
    let fits: Vec<NodeId> = nodes
        .iter()
        .copied()
        .filter(|&n| any || b.ty(n) == ty)
        .collect();
    let choice = tape.below(2 + fits.len());
    if choice >= 2 {
        return fits[choice - 2];
    }
    let at = b.graph().nodes.len() as u32;
    let literal = vec![tape.below(4) as u32; ty.shape.size()];
    match (choice, tape.below(4)) {
        (0, 0) => b.constant(&literal, ty.clone()),
        (0, 1) if *ty == Type::f32(ty.shape.clone()) => {
            Ok(b.fill(tape.below(4) as f32 - 1.0, ty.shape.clone()))
        }
        (0, _) => b.state(at, ty.clone()),
        _ => b.input(&format!("x{at}"), ty.clone()),
    }
    .expect("names and keys are new")
}

/// Gradients of a sum, updates of states, and values to show.
fn finish(b: &mut Builder, tape: &mut Tape<'_>, nodes: &[NodeId]) {
    let Some(&last) = nodes.last() else { return };
    let states: Vec<(u32, NodeId)> = b
        .graph()
        .nodes
        .iter()
        .enumerate()
        .filter_map(state_of)
        .collect();
    let loss = b.apply_named("sumTo", &[last], &[0.0]);
    let wanted: Vec<NodeId> = states.iter().map(|(_, id)| *id).take(8).collect();
    let grads = loss
        .and_then(|loss| gradients(b, loss, &wanted))
        .unwrap_or_default();
    for (i, &(key, id)) in states.iter().enumerate() {
        let ty = b.ty(id).clone();
        let fits: Vec<NodeId> = nodes.iter().copied().filter(|&n| *b.ty(n) == ty).collect();
        match (tape.below(4), grads.get(i)) {
            (0, _) if !fits.is_empty() => _ = b.assign(key, fits[tape.below(fits.len())]),
            (1 | 2, Some(&grad)) => {
                let rate = b.scalar(-0.1);
                let new = b.apply_named("mulAdd", &[grad, rate, id], &[]);
                let _ = new.and_then(|new| b.assign(key, new));
            }
            _ => {}
        }
    }
    for i in 0..1 + tape.below(3) {
        let _ = b.output(&format!("y{i}"), nodes[tape.below(nodes.len())]);
    }
    let _ = b.output("last", last);
}

fn state_of((id, node): (usize, &gradloom_graph::Node)) -> Option<(u32, NodeId)> {
    match node.source {
        Source::State { key } => Some((key, id)),
        _ => None,
    }
}
