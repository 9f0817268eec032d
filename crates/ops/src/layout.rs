//! Where the elements of a tensor lie, for ops that move them: no dtype, no arithmetic.

use gradloom_graph::{GraphError, MAX_RANK, Result, Shape};
use gradloom_kernels::Share;

/// A list as attributes: its length, then its values.
pub fn list(values: &[usize]) -> Vec<f64> {
    std::iter::once(values.len())
        .chain(values.iter().copied())
        .map(|v| v as f64)
        .collect()
}

/// `from` broadcasts to `to` as it is.
pub fn broadcasts(op: &str, from: &Shape, to: &Shape) -> Result<()> {
    if Shape::broadcast(op, from, to).is_ok_and(|shape| shape == *to) {
        return Ok(());
    }
    Err(GraphError::shape(
        op,
        format!("shape {from} does not broadcast to {to}"),
    ))
}

/// The offset of element `index`, counted row-major over the leading `dims`, one for each stride.
pub fn offset(mut index: usize, dims: &[usize], strides: &[usize]) -> usize {
    let mut offset = 0;
    for (&dim, &stride) in dims[..strides.len()].iter().zip(strides).rev() {
        offset += index % dim * stride;
        index /= dim;
    }
    offset
}

/// A mark for each axis.
pub type Marked = [bool; MAX_RANK];

/// The sizes of `shape` without the marked axes, which stay with size 1 when `keepdims`.
pub fn reduced(shape: &Shape, marked: &Marked, keepdims: bool) -> Vec<usize> {
    let axes = shape.dims().iter().zip(marked);
    let left = axes.filter(|(_, gone)| keepdims || !**gone);
    left.map(|(&dim, &gone)| if gone { 1 } else { dim })
        .collect()
}

/// A tensor seen along one axis of `size` elements, `inner` apart.
#[derive(Debug)]
pub struct Along {
    axis: usize,
    size: usize,
    inner: usize,
}

impl Along {
    /// The axis counts from the end when negative; it has at least one element.
    pub fn new(op: &str, shape: &Shape, axis: i64) -> Result<Along> {
        let axis = shape.axis(op, axis)?;
        let size = shape.dims()[axis];
        if size == 0 {
            let message = format!("axis {axis} of shape {shape} has no elements to choose from");
            return Err(GraphError::shape(op, message));
        }
        let inner = shape.dims()[axis + 1..].iter().product();
        Ok(Along { axis, size, inner })
    }

    /// The shape that is left of `shape`.
    pub fn reduced(&self, shape: &Shape, keepdims: bool) -> Shape {
        let marked = std::array::from_fn(|axis| axis == self.axis);
        Shape::new(reduced(shape, &marked, keepdims))
    }

    /// Elements of memory that `line` needs: none where lines lie together.
    pub fn scratch(&self) -> usize {
        if self.inner == 1 { 0 } else { self.size }
    }

    /// The elements along the axis that make output element `i`.
    pub fn line<'a>(&self, x: &'a [f32], i: usize, scratch: &'a mut [f32]) -> &'a [f32] {
        if self.inner == 1 {
            return &x[i * self.size..][..self.size];
        }
        let start = i / self.inner * self.inner * self.size + i % self.inner;
        let line = x[start..].iter().step_by(self.inner);
        let scratch = &mut scratch[..self.size];
        scratch
            .iter_mut()
            .zip(line)
            .for_each(|(to, from)| *to = *from);
        scratch
    }
}

/// `shape` with another last size.
pub fn with_last(shape: &Shape, size: usize) -> Shape {
    let mut dims = shape.dims().to_vec();
    if let Some(last) = dims.last_mut() {
        *last = size;
    }
    Shape::new(dims)
}

/// `shape` with another number of rows.
pub fn with_first(op: &str, shape: &Shape, rows: usize) -> Result<Shape> {
    match shape.dims() {
        [_, row @ ..] => Shape::checked(op, [&[rows], row].concat()),
        [] => Err(GraphError::shape(
            op,
            "takes a tensor of rows, not the scalar []",
        )),
    }
}

/// The rows of a share of a matrix.
pub fn rows(x: &[f32], share: Share, cols: usize) -> &[f32] {
    &x[share.start() * cols..][..share.len() * cols]
}

/// The number of rows of a tensor, and the elements of each: of all axes but the first.
pub fn row_sizes(shape: &Shape) -> (usize, usize) {
    let (count, row) = shape.dims().split_at(shape.rank().min(1));
    (count.iter().product(), row.iter().product())
}
