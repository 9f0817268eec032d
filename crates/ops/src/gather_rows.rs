//! gatherRows(x, idx): the rows of x that idx names, in its order; a row that x does not have is
//! NaN (−1 in a tensor of i32).

use gradloom_graph::{Attrs, Builder, Dtype, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::layout;
use crate::{ScatterAddRows, Stored, check};

/// (x: [N, ...], idx: i32 [B]) → [B, ...]
#[derive(Clone, Copy, Debug)]
pub struct GatherRows;

impl Stored for GatherRows {
    const NAME: &'static str = "gatherRows";

    fn decode(_: &mut Attrs<'_>) -> Result<GatherRows> {
        Ok(GatherRows)
    }
}

impl Op for GatherRows {
    fn name(&self) -> &'static str {
        GatherRows::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x, idx] = check::arity(GatherRows::NAME, inputs)?;
        let count = check::indices(GatherRows::NAME, idx)?;
        let shape = layout::with_first(GatherRows::NAME, &x.shape, count)?;
        Ok(Type {
            shape,
            dtype: x.dtype,
        })
    }

    // dx = dy added up by the rows it came from
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(x[0]) != Dtype::F32 {
            return Ok(vec![None, None]);
        }
        let rows = b.shape(x[0]).dims()[0];
        Ok(vec![
            Some(b.apply(ScatterAddRows { rows }, &[dy, x[1]])?),
            None,
        ])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(output.shape.size() as u64, inputs[1].shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.dims()[0], 1);
        let (_, width) = layout::row_sizes(&output.shape);
        let idx = &io.i32(1)[share.range()];
        match output.dtype {
            Dtype::F32 => index::gather_rows(io.f32(0), width, idx, f32::NAN, io.out(share, width)),
            Dtype::I32 => index::gather_rows(io.i32(0), width, idx, -1, io.out_i32(share, width)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    fn reference(row: usize, missing: f64) -> impl Fn(&[Vec<f64>]) -> Vec<f64> + Clone {
        move |x| {
            let rows: Vec<&[f64]> = x[0].chunks(row).collect();
            let at = |&i: &f64| rows.get(i as usize).filter(|_| i >= 0.0);
            let pick = |i| at(i).map_or(vec![missing; row], |r| r.to_vec());
            x[1].iter().flat_map(pick).collect()
        }
    }

    #[test]
    fn rows_in_the_order_of_the_indices() {
        let mut random = Numbers::new(1);
        for n in (1..=17).chain(31..=33) {
            let idx = random.indices(&[9], 5);
            let row = reference(n, f64::NAN);
            case(
                GatherRows,
                &[random.tensor(&[5, n]), idx.clone()],
                row.clone(),
            )
            .check();
            case(GatherRows, &[random.indices(&[5, n], 99), idx], row).check();
        }
        let (x, idx) = (random.tensor(&[4, 3, 2]), random.indices(&[3], 4));
        case(GatherRows, &[x, idx], reference(6, f64::NAN)).check();
        let (x, idx) = (random.tensor(&[4]), random.indices(&[40], 4));
        case(GatherRows, &[x, idx], reference(1, f64::NAN)).check();
    }

    #[test]
    fn a_missing_row_is_nan_or_minus_one() {
        let mut random = Numbers::new(1);
        let idx = ints(&[4], &[0, 3, -1, i32::MAX]);
        case(
            GatherRows,
            &[random.tensor(&[3, 2]), idx.clone()],
            reference(2, f64::NAN),
        )
        .values();
        case(
            GatherRows,
            &[random.indices(&[3, 2], 9), idx],
            reference(2, -1.0),
        )
        .values();
    }

    #[test]
    fn wrong_types_are_refused() {
        let (f, i) = (
            |d: &[usize]| Type::f32(shape(d)),
            |d: &[usize]| Type::i32(shape(d)),
        );
        refuses(GatherRows, &[f(&[3]), f(&[2])], &["f32[2]", "i32"]);
        refuses(GatherRows, &[f(&[3]), i(&[2, 2])], &["[2, 2]"]);
        refuses(GatherRows, &[f(&[]), i(&[2])], &["[]"]);
    }
}
