//! argsort(x, falling): for each row, the places of its elements in rising (or falling) order, as
//! i32. Equal elements keep their order, and NaN comes last. It has no gradient.

use gradloom_graph::{Attrs, Builder, Dtype, GraphError, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, sort};

use crate::{Stored, check};

/// Work of a comparison.
const STEP: u64 = 4;

/// (x: f32 or i32 [..., n]) → i32 [..., n]
#[derive(Clone, Copy, Debug)]
pub struct ArgSort {
    pub falling: bool,
}

impl Stored for ArgSort {
    const NAME: &'static str = "argsort";

    fn decode(a: &mut Attrs<'_>) -> Result<ArgSort> {
        Ok(ArgSort { falling: a.bool()? })
    }
}

impl Op for ArgSort {
    fn name(&self) -> &'static str {
        ArgSort::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.falling.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(ArgSort::NAME, inputs)?;
        if x.shape.rank() == 0 {
            let message = "takes at least one axis, not the scalar []";
            return Err(GraphError::shape(ArgSort::NAME, message));
        }
        Ok(Type::i32(x.shape.clone()))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        let comparisons = u64::from(usize::BITS - output.shape.last().leading_zeros());
        let work = output.shape.size() as u64 * comparisons * STEP;
        check::parts(work, output.shape.rows())
    }

    fn scratch(&self, _: &[Type], output: &Type) -> usize {
        output.shape.last()
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let n = output.shape.last();
        let share = io.part().share(output.shape.rows(), 1);
        let (floats, ints) = (io.f32(0), io.i32(0));
        let key = match (inputs[0].dtype, self.falling) {
            (Dtype::F32, false) => |x: f32, _| sort::float_key(x),
            (Dtype::F32, true) => |x: f32, _| sort::falling_key(x),
            (Dtype::I32, false) => |_: f32, i: i32| i,
            (Dtype::I32, true) => |_: f32, i: i32| !i,
        };
        let out = io.out_i32(share, n);
        for (row, out) in share.range().zip(out.chunks_exact_mut(n.max(1))) {
            let at = |i: i32| row * n + i as usize;
            sort::argsort(|i| key(floats[at(i)], ints[at(i)]), out, io.scratch_i32());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, numbers, refuses, rowwise, shape};

    fn places(row: &[f64], falling: bool) -> Vec<f64> {
        let mut at: Vec<usize> = (0..row.len()).collect();
        at.sort_by(|&i, &j| {
            let (a, b) = if falling { (j, i) } else { (i, j) };
            row[a].partial_cmp(&row[b]).expect("numbers")
        });
        at.into_iter().map(|i| i as f64).collect()
    }

    #[test]
    fn rows_of_every_length() {
        let mut random = Numbers::new(1);
        for falling in [false, true] {
            for n in (1..=17).chain(31..=33) {
                let reference = move |x: &[Vec<f64>]| rowwise(&x[0], n, |row| places(row, falling));
                let op = ArgSort { falling };
                case(op, &[random.tensor(&[5, n])], reference)
                    .no_gradient()
                    .check();
                case(op, &[random.indices(&[5, n], 7)], reference).check();
            }
        }
        case(
            ArgSort { falling: true },
            &[random.tensor(&[0, 3])],
            |_| vec![],
        )
        .values();
    }

    #[test]
    fn nan_is_last_and_zeros_are_equal() {
        let x = numbers(&[5], &[f32::NAN, 0.0, f32::INFINITY, -0.0, -1.0]);
        let order = |falling, want: [i32; 5]| {
            let got = case(ArgSort { falling }, std::slice::from_ref(&x), move |_| {
                want.map(f64::from).to_vec()
            });
            assert_eq!(got.values(), ints(&[5], &want));
        };
        order(false, [4, 1, 3, 2, 0]);
        order(true, [2, 1, 3, 4, 0]);
        refuses(
            ArgSort { falling: false },
            &[Type::f32(shape(&[]))],
            &["[]"],
        );
    }
}
