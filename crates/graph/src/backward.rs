//! Reverse mode: from a scalar, backwards through the vjp rule of each op. Gradients are more
//! graph, so they can be differentiated again.

use crate::builder::Builder;
use crate::error::{GraphError, Result};
use crate::node::{NodeId, Source};
use crate::shape::Dtype;

/// d loss / d each of `wrt`; zeros where the loss does not depend on it. `loss` has one element.
pub fn gradients(b: &mut Builder, loss: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>> {
    check(b, loss)?;
    let one = b.fill(1.0, b.shape(loss).clone());
    let found = pull_back(b, &[(loss, one)], wrt)?;
    let zeros = |b: &mut Builder, id: NodeId| b.fill(0.0, b.shape(id).clone());
    Ok(wrt
        .iter()
        .zip(found)
        .map(|(&id, grad)| grad.unwrap_or_else(|| zeros(b, id)))
        .collect())
}

/// What reaches each of `wrt` when every node of `seeds` has the gradient beside it (several
/// gradients of one node add up); `None` where nothing does.
pub fn pull_back(
    b: &mut Builder,
    seeds: &[(NodeId, NodeId)],
    wrt: &[NodeId],
) -> Result<Vec<Option<NodeId>>> {
    let last = seeds.iter().map(|&(id, _)| id).max().unwrap_or(0);
    let on_path = depends_on(b, last, wrt);
    let mut adjoint: Vec<Option<NodeId>> = vec![None; last + 1];
    for &(id, grad) in seeds {
        if b.ty(id) != b.ty(grad) || b.dtype(id) != Dtype::F32 {
            let message = format!("{} has no gradient of type {}", b.ty(id), b.ty(grad));
            return Err(GraphError::shape("gradients", message));
        }
        adjoint[id] = Some(sum(b, adjoint[id], grad)?);
    }
    for id in (0..=last).rev() {
        if let (Some(dy), true) = (adjoint[id], on_path[id]) {
            through(b, id, dy, &on_path, &mut adjoint)?;
        }
    }
    let found = |&id: &NodeId| adjoint.get(id).copied().flatten();
    Ok(wrt.iter().map(found).collect())
}

fn sum(b: &mut Builder, known: Option<NodeId>, grad: NodeId) -> Result<NodeId> {
    match known {
        Some(known) => b.apply_named("add", &[known, grad], &[]),
        None => Ok(grad),
    }
}

fn check(b: &Builder, loss: NodeId) -> Result<()> {
    let ty = b.ty(loss);
    if ty.shape.size() == 1 && ty.dtype == Dtype::F32 {
        return Ok(());
    }
    Err(GraphError::shape(
        "gradients",
        format!("the loss must be one f32, but it is {ty}"),
    ))
}

/// For each node up to `loss`: whether its value depends on one of `wrt`.
fn depends_on(b: &Builder, loss: NodeId, wrt: &[NodeId]) -> Vec<bool> {
    let mut on_path = vec![false; loss + 1];
    for &id in wrt.iter().filter(|&&id| id <= loss) {
        on_path[id] = true;
    }
    for id in 0..=loss {
        on_path[id] |= b.node(id).inputs().iter().any(|&i| on_path[i]);
    }
    on_path
}

/// Adds the contributions of node `id` to the adjoints of its inputs.
fn through(
    b: &mut Builder,
    id: NodeId,
    dy: NodeId,
    on_path: &[bool],
    adjoint: &mut [Option<NodeId>],
) -> Result<()> {
    let Source::Op { op, inputs } = b.node(id).source.clone() else {
        return Ok(());
    };
    if !inputs.iter().any(|&i| on_path[i]) {
        return Ok(());
    }
    let grads = op.vjp(b, &inputs, id, dy)?;
    for (&input, grad) in inputs.iter().zip(grads) {
        if let (Some(grad), true) = (grad, on_path[input]) {
            debug_assert_eq!(b.shape(grad), b.shape(input), "gradient of {op:?}");
            adjoint[input] = Some(sum(b, adjoint[input], grad)?);
        }
    }
    Ok(())
}
