//! What the ops of linear algebra share: batches of small matrices in the last two axes, and the
//! constants and products of their gradients.

use gradloom_graph::{Builder, GraphError, NodeId, Result, Shape, Type};

use crate::{MatMul, Mul, Slice, Transpose, check};

/// (batch, rows, columns) of matrices in the last two axes.
pub fn sizes(op: &str, x: &Type) -> Result<(usize, usize, usize)> {
    check::is_f32(op, x)?;
    match x.shape.dims() {
        [batch @ .., m, n] => Ok((batch.iter().product(), *m, *n)),
        _ => {
            let message = format!("takes matrices, not shape {}", x.shape);
            Err(GraphError::shape(op, message))
        }
    }
}

/// (batch, rows) of square matrices.
pub fn square(op: &str, x: &Type) -> Result<(usize, usize)> {
    match sizes(op, x)? {
        (batch, m, n) if m == n => Ok((batch, n)),
        _ => {
            let message = format!("takes square matrices, not shape {}", x.shape);
            Err(GraphError::shape(op, message))
        }
    }
}

/// a·b, with either transposed.
pub fn product(b: &mut Builder, x: NodeId, y: NodeId, ta: bool, tb: bool) -> Result<NodeId> {
    b.apply(MatMul { ta, tb }, &[x, y])
}

pub fn transposed(b: &mut Builder, x: NodeId) -> Result<NodeId> {
    let rank = b.shape(x).rank();
    b.apply(Transpose::last_two(rank), &[x])
}

/// x with the elements (i, j) of its square matrices multiplied by `scale(i, j)`.
pub fn scaled(b: &mut Builder, x: NodeId, scale: impl Fn(usize, usize) -> f32) -> Result<NodeId> {
    let n = b.shape(x).last();
    let bits: Vec<u32> = (0..n * n)
        .map(|at| scale(at / n, at % n).to_bits())
        .collect();
    let mask = b.constant(&bits, Type::f32(Shape::new([n, n])))?;
    b.apply(Mul, &[x, mask])
}

/// 1 where true, else 0.
pub fn one_if(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// Rows `start..start + count` of the matrices.
pub fn rows(b: &mut Builder, x: NodeId, start: usize, count: usize) -> Result<NodeId> {
    let mut sizes = b.shape(x).dims().to_vec();
    let mut starts = vec![0; sizes.len()];
    let at = sizes.len() - 2;
    (starts[at], sizes[at]) = (start, count);
    let steps = vec![1; sizes.len()];
    let slice = Slice {
        starts,
        sizes,
        steps,
    };
    b.apply(slice, &[x])
}
