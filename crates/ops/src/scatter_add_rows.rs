//! scatterAddRows(dy, idx, rows): a tensor of `rows` rows; row idx[i] is the sum of all such rows i
//! of dy, in their order. A row that the result does not have is dropped.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{GatherRows, Stored, check, layout};

/// (dy: [B, ...], idx: i32 [B]) → [rows, ...]
#[derive(Clone, Copy, Debug)]
pub struct ScatterAddRows {
    pub rows: usize,
}

impl Stored for ScatterAddRows {
    const NAME: &'static str = "scatterAddRows";

    fn decode(a: &mut Attrs<'_>) -> Result<ScatterAddRows> {
        Ok(ScatterAddRows { rows: a.usize()? })
    }
}

impl Op for ScatterAddRows {
    fn name(&self) -> &'static str {
        ScatterAddRows::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.rows as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = ScatterAddRows::NAME;
        let [dy, idx] = check::arity(NAME, inputs)?;
        check::is_f32(NAME, dy)?;
        let count = check::indices(NAME, idx)?;
        let shape = layout::with_first(NAME, &dy.shape, self.rows)?;
        if dy.shape.dims()[0] != count {
            let message = format!("{count} indices for the rows of shape {}", dy.shape);
            return Err(GraphError::shape(NAME, message));
        }
        Ok(Type::f32(shape))
    }

    // ddy = the rows of the gradient, each where it was added
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        Ok(vec![Some(b.apply(GatherRows, &[g, x[1]])?), None])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        inputs[0].shape.size() as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let work = inputs[0].shape.size() + output.shape.size();
        check::parts(work as u64, self.rows)
    }

    /// A part makes some rows of the output: it takes from all of dy what belongs there.
    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let (count, width) = layout::row_sizes(&output.shape);
        let share = io.part().share(count, 1);
        let (dy, idx, out) = (io.f32(0), io.i32(1), io.out(share, width));
        index::scatter_add_rows(dy, width, idx, share.start(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    fn reference(rows: usize, row: usize) -> impl Fn(&[Vec<f64>]) -> Vec<f64> {
        move |x| {
            let mut out = vec![0.0; rows * row];
            for (dy, &i) in x[0].chunks(row).zip(&x[1]) {
                if (0.0..rows as f64).contains(&i) {
                    let out = &mut out[i as usize * row..][..row];
                    out.iter_mut().zip(dy).for_each(|(out, dy)| *out += dy);
                }
            }
            out
        }
    }

    #[test]
    fn rows_with_one_index_are_summed() {
        let mut random = Numbers::new(1);
        for n in (1..=17).chain(31..=33) {
            let inputs = [random.tensor(&[9, n]), random.indices(&[9], 5)];
            case(ScatterAddRows { rows: 5 }, &inputs, reference(5, n))
                .within(1e-6, 1e-6)
                .check();
        }
        let inputs = [random.tensor(&[4, 3, 2]), random.indices(&[4], 3)];
        case(ScatterAddRows { rows: 3 }, &inputs, reference(3, 6))
            .within(1e-6, 1e-6)
            .check();
        let inputs = [random.tensor(&[0, 3]), random.indices(&[0], 3)];
        case(ScatterAddRows { rows: 2 }, &inputs, reference(2, 3)).check();
    }

    #[test]
    fn a_missing_row_is_dropped() {
        let inputs = [
            Numbers::new(1).tensor(&[4, 3]),
            ints(&[4], &[1, -1, 2, i32::MIN]),
        ];
        case(ScatterAddRows { rows: 2 }, &inputs, reference(2, 3)).values();
    }

    #[test]
    fn wrong_types_are_refused() {
        let (f, i) = (
            |d: &[usize]| Type::f32(shape(d)),
            |d: &[usize]| Type::i32(shape(d)),
        );
        let op = ScatterAddRows { rows: 5 };
        refuses(op, &[f(&[3, 2]), i(&[2])], &["2 indices", "[3, 2]"]);
        refuses(op, &[i(&[2, 2]), i(&[2])], &["i32[2, 2]"]);
        refuses(op, &[f(&[]), i(&[2])], &["[]"]);
        refuses(
            ScatterAddRows { rows: 1 << 30 },
            &[f(&[2]), i(&[2])],
            &["elements"],
        );
    }
}
