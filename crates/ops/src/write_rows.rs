//! writeRows(x, rows, idx): x, but its row idx[i] is row i of `rows`; of equal indices the first
//! counts, and a row that x does not have is dropped. Where x is a state and the result its next
//! value, only these rows are touched.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{
    CastF32, Equal, FirstPlaces, GatherRows, IsNan, Reshape, Stored, Where, check, layout,
};

/// (x: [N, ...], rows: [B, ...], idx: i32 [B]) → [N, ...]
#[derive(Clone, Copy, Debug)]
pub struct WriteRows;

impl Stored for WriteRows {
    const NAME: &'static str = "writeRows";

    fn decode(_: &mut Attrs<'_>) -> Result<WriteRows> {
        Ok(WriteRows)
    }
}

impl Op for WriteRows {
    fn name(&self) -> &'static str {
        WriteRows::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = WriteRows::NAME;
        let [x, rows, idx] = check::arity(NAME, inputs)?;
        check::is_f32(NAME, x)?;
        check::is_f32(NAME, rows)?;
        let count = check::indices(NAME, idx)?;
        if rows.shape == layout::with_first(NAME, &x.shape, count)? {
            return Ok(x.clone());
        }
        let message = format!(
            "{count} rows of a tensor of shape {} cannot have the shape {}",
            x.shape, rows.shape
        );
        Err(GraphError::shape(NAME, message))
    }

    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let counts = self.counts(b, x[2], dy)?;
        let zeros = b.fill(0.0, b.shape(x[1]).clone());
        // dx = dy, but 0 in the rows that were replaced
        let dx = b.apply(WriteRows, &[dy, zeros, x[2]])?;
        // drows = the rows of dy that were replaced, where they count
        let taken = b.apply(GatherRows, &[dy, x[2]])?;
        let drows = b.apply(Where, &[counts, taken, zeros])?;
        Ok(vec![Some(dx), Some(drows), None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(inputs[1].shape.size() as u64, output.shape.dims()[0])
    }

    fn in_place(&self) -> bool {
        true
    }

    /// A part writes some rows of the output: it takes from all of `rows` what belongs there.
    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let (count, width) = layout::row_sizes(&output.shape);
        let share = io.part().share(count, 1);
        let out = io.out(share, width);
        if !io.is_in_place() {
            out.copy_from_slice(&io.f32(0)[share.start() * width..][..out.len()]);
        }
        index::write_rows(io.f32(1), width, io.i32(2), share.start(), out);
    }
}

impl WriteRows {
    /// 1 for each index that is the first of its kind and names a row, else 0: [B, 1, …].
    fn counts(&self, b: &mut Builder, idx: NodeId, x: NodeId) -> Result<NodeId> {
        let count = b.shape(idx).size();
        let rank = b.shape(x).rank();
        let places: Vec<u32> = (0..count as u32).collect();
        let places = b.constant(&places, Type::i32(Shape::new([count])))?;
        let first = b.apply(FirstPlaces, &[idx])?;
        let ones = b.fill(1.0, Shape::new([b.shape(x).dims()[0]]));
        let there = b.apply(GatherRows, &[ones, idx])?;
        let (first, places) = (b.apply(CastF32, &[first])?, b.apply(CastF32, &[places])?);
        let is_first = b.apply(Equal, &[first, places])?;
        let missing = b.apply(IsNan, &[there])?;
        let none = b.scalar(0.0);
        let counts = b.apply(Where, &[missing, none, is_first])?;
        let shape = Shape::new([vec![count], vec![1; rank - 1]].concat());
        b.apply(Reshape { shape }, &[counts])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    fn reference(width: usize) -> impl Fn(&[Vec<f64>]) -> Vec<f64> + Clone {
        move |x| {
            let mut out = x[0].clone();
            for (row, &i) in x[1].chunks(width).zip(&x[2]).rev() {
                let start = i as usize * width;
                if i >= 0.0 && start < out.len() {
                    out[start..start + width].copy_from_slice(row);
                }
            }
            out
        }
    }

    #[test]
    fn rows_are_replaced() {
        let mut random = Numbers::new(1);
        for n in (1..=17).chain(31..=33) {
            let inputs = [
                random.tensor(&[9, n]),
                random.tensor(&[6, n]),
                random.indices(&[6], 9),
            ];
            case(WriteRows, &inputs, reference(n)).check();
        }
        let inputs = [
            random.tensor(&[4, 3, 2]),
            random.tensor(&[3, 3, 2]),
            ints(&[3], &[1, 1, 3]),
        ];
        case(WriteRows, &inputs, reference(6)).check();
    }

    #[test]
    fn a_missing_row_is_dropped_and_has_no_gradient() {
        let mut random = Numbers::new(1);
        let idx = ints(&[4], &[0, 3, -1, i32::MAX]);
        let inputs = [random.tensor(&[3, 2]), random.tensor(&[4, 2]), idx];
        case(WriteRows, &inputs, reference(2)).check();
    }

    #[test]
    fn wrong_types_are_refused() {
        let (f, i) = (
            |d: &[usize]| Type::f32(shape(d)),
            |d: &[usize]| Type::i32(shape(d)),
        );
        refuses(
            WriteRows,
            &[f(&[3, 2]), f(&[2, 3]), i(&[2])],
            &["[3, 2]", "[2, 3]"],
        );
        refuses(WriteRows, &[f(&[3]), f(&[2]), f(&[2])], &["f32[2]", "i32"]);
        refuses(WriteRows, &[i(&[3]), f(&[2]), i(&[2])], &["i32[3]"]);
    }
}
