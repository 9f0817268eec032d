//! Shapes, dtypes and NumPy's broadcasting rule. Nothing here knows about nodes.

use core::fmt;

use crate::error::{GraphError, Result};

/// The type of one element; every element takes four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    F32,
    I32,
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dtype::F32 => "f32",
            Dtype::I32 => "i32",
        })
    }
}

/// Sizes of the axes, row-major; `[]` is a scalar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Vec<usize>);

/// The most axes a shape may have.
pub const MAX_RANK: usize = 8;
/// The most elements a tensor may have: wasm32 addresses 4 GiB, and byte sizes must stay exact.
pub const MAX_ELEMENTS: usize = (1 << 30) - 1;

impl Shape {
    pub fn scalar() -> Shape {
        Shape(Vec::new())
    }

    pub fn new(dims: impl Into<Vec<usize>>) -> Shape {
        Shape(dims.into())
    }

    /// A shape from outside: rank and element count are checked.
    pub fn checked(op: &str, dims: Vec<usize>) -> Result<Shape> {
        if dims.len() > MAX_RANK {
            let rank = dims.len();
            return Err(GraphError::shape(
                op,
                format!("rank {rank} is over the limit {MAX_RANK}"),
            ));
        }
        // A size 0 hides no others: their products are taken too, as strides and numbers of rows.
        let count = dims
            .iter()
            .try_fold(1usize, |n, &d| n.checked_mul(d.max(1)));
        match count {
            Some(n) if n <= MAX_ELEMENTS => Ok(Shape(dims)),
            _ => Err(GraphError::shape(
                op,
                format!(
                    "shape {} has more than {MAX_ELEMENTS} elements",
                    Shape(dims)
                ),
            )),
        }
    }

    pub fn dims(&self) -> &[usize] {
        &self.0
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of elements.
    pub fn size(&self) -> usize {
        self.0.iter().product()
    }

    /// Size of the last axis; 1 for a scalar.
    pub fn last(&self) -> usize {
        self.0.last().copied().unwrap_or(1)
    }

    /// Elements before the last axis.
    pub fn rows(&self) -> usize {
        self.0.iter().rev().skip(1).product()
    }

    /// `axis` counted from the end when negative, checked against the rank.
    pub fn axis(&self, op: &str, axis: i64) -> Result<usize> {
        let rank = self.rank() as i64;
        let at = if axis < 0 { axis + rank } else { axis };
        if (0..rank).contains(&at) {
            Ok(at as usize)
        } else {
            Err(GraphError::shape(
                op,
                format!("axis {axis} is not an axis of shape {self}"),
            ))
        }
    }

    /// NumPy's rule: align at the right; equal sizes, or one of them 1.
    pub fn broadcast(op: &str, a: &Shape, b: &Shape) -> Result<Shape> {
        let rank = a.rank().max(b.rank());
        let dim = |s: &Shape, i: usize| (i + s.rank()).checked_sub(rank).map_or(1, |at| s.0[at]);
        let dims: Option<Vec<usize>> = (0..rank)
            .map(|i| match (dim(a, i), dim(b, i)) {
                (x, y) if x == y => Some(x),
                (1, y) => Some(y),
                (x, 1) => Some(x),
                _ => None,
            })
            .collect();
        match dims {
            Some(dims) => Shape::checked(op, dims),
            None => Err(GraphError::shape(
                op,
                format!("shapes {a} and {b} do not broadcast"),
            )),
        }
    }

    /// Row-major strides with which a tensor of this shape is read as one of shape `to`
    /// (0 along broadcast axes). `self` must broadcast to `to`.
    pub fn strides_in(&self, to: &Shape) -> Vec<usize> {
        let lead = to.rank() - self.rank();
        let mut strides = vec![0; to.rank()];
        let mut step = 1;
        for axis in (0..self.rank()).rev() {
            if self.0[axis] == to.0[lead + axis] && self.0[axis] != 1 {
                strides[lead + axis] = step;
            }
            step *= self.0[axis];
        }
        strides
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dims: Vec<String> = self.0.iter().map(usize::to_string).collect();
        write!(f, "[{}]", dims.join(", "))
    }
}

/// Shape and dtype of a tensor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    pub shape: Shape,
    pub dtype: Dtype,
}

impl Type {
    pub fn f32(shape: Shape) -> Type {
        Type {
            shape,
            dtype: Dtype::F32,
        }
    }

    pub fn i32(shape: Shape) -> Type {
        Type {
            shape,
            dtype: Dtype::I32,
        }
    }

    pub fn bytes(&self) -> usize {
        self.shape.size() * 4
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(dims: &[usize]) -> Shape {
        Shape::new(dims)
    }

    #[test]
    fn broadcasting_follows_numpy() {
        let b = |x: &[usize], y: &[usize]| Shape::broadcast("t", &s(x), &s(y));
        assert_eq!(b(&[2, 1], &[3]), Ok(s(&[2, 3])));
        assert_eq!(b(&[], &[4]), Ok(s(&[4])));
        assert_eq!(b(&[0], &[1]), Ok(s(&[0])));
        assert!(b(&[2], &[3]).is_err());
    }

    #[test]
    fn strides_are_zero_along_broadcast_axes() {
        assert_eq!(s(&[3]).strides_in(&s(&[2, 3])), [0, 1]);
        assert_eq!(s(&[2, 1]).strides_in(&s(&[2, 3])), [1, 0]);
        assert_eq!(s(&[]).strides_in(&s(&[2])), [0]);
    }

    #[test]
    fn too_many_elements_is_an_error() {
        assert!(Shape::checked("t", vec![1 << 20, 1 << 20]).is_err());
        assert!(Shape::checked("t", vec![usize::MAX, 2]).is_err());
        assert!(Shape::checked("t", vec![1; 9]).is_err());
        assert!(Shape::checked("t", vec![1 << 20, 0, 1 << 20]).is_err());
        assert!(Shape::checked("t", vec![1 << 20, 0]).is_ok());
    }

    #[test]
    fn negative_axes_count_from_the_end() {
        assert_eq!(s(&[2, 3]).axis("t", -1), Ok(1));
        assert!(s(&[2, 3]).axis("t", 2).is_err());
    }
}
