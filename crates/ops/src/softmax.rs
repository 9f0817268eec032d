//! softmax(x) along the last axis: e^(x − max) / Σ e^(x − max).

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, rows};

use crate::term::Tape;
use crate::{Stored, check, layout};

#[derive(Clone, Copy, Debug)]
pub struct Softmax;

impl Stored for Softmax {
    const NAME: &'static str = "softmax";

    fn decode(_: &mut Attrs<'_>) -> Result<Softmax> {
        Ok(Softmax)
    }
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        Softmax::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        check::rows(Softmax::NAME, inputs)
    }

    // dx = y·(dy − Σ dy·y)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let (y, dy) = (tape.term(y), tape.term(dy));
        tape.grads(x, [y * (dy - (dy * y).sum_rows())])
    }

    fn flops(&self, _: &[Type], output: &Type) -> u64 {
        5 * output.shape.size() as u64
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        check::parts(
            check::FUNCTION * output.shape.size() as u64,
            output.shape.rows(),
        )
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let cols = output.shape.last();
        let share = io.part().share(output.shape.rows(), 1);
        rows::softmax(
            layout::rows(io.f32(0), share, cols),
            io.out(share, cols),
            cols,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, numbers, refuses, rowwise, shape, softmax_row};

    fn check(dims: &[usize]) {
        let cols = dims[dims.len() - 1];
        let x = Numbers::new(1).tensor(dims);
        let reference = move |x: &[Vec<f64>]| rowwise(&x[0], cols, softmax_row);
        case(Softmax, &[x], reference)
            .within(5e-7, 1e-9)
            .twice()
            .check();
    }

    #[test]
    fn each_row_sums_to_one() {
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n]));
        check(&[5]);
        check(&[2, 3, 4]);
        check(&[0, 4]);
        check(&[4, 0]);
    }

    #[test]
    fn large_numbers_and_infinities() {
        const INF: f32 = f32::INFINITY;
        let x = numbers(
            &[3, 3],
            &[1e4, 1e4, -1e4, -INF, 0.0, 0.0, f32::NAN, 0.0, 0.0],
        );
        let nan = f64::NAN;
        let want = vec![0.5, 0.5, 0.0, 0.0, 0.5, 0.5, nan, nan, nan];
        case(Softmax, &[x], move |_| want.clone()).values();
    }

    #[test]
    fn a_scalar_is_refused() {
        refuses(Softmax, &[Type::f32(shape(&[]))], &["[]"]);
        refuses(Softmax, &[Type::i32(shape(&[2]))], &["i32[2]"]);
    }
}
