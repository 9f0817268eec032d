//! logSoftmax(x) along the last axis: x − max − ln Σ e^(x − max).

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, rows};

use crate::term::Tape;
use crate::{Exp, Stored, check, layout};

#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax;

impl Stored for LogSoftmax {
    const NAME: &'static str = "logSoftmax";

    fn decode(_: &mut Attrs<'_>) -> Result<LogSoftmax> {
        Ok(LogSoftmax)
    }
}

impl Op for LogSoftmax {
    fn name(&self) -> &'static str {
        LogSoftmax::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        check::rows(LogSoftmax::NAME, inputs)
    }

    // dx = dy − eʸ·Σ dy
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let (y, dy) = (tape.term(y), tape.term(dy));
        tape.grads(x, [dy - y.map(Exp) * dy.sum_rows()])
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
        rows::log_softmax(
            layout::rows(io.f32(0), share, cols),
            io.out(share, cols),
            cols,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, log_softmax_row, numbers, refuses, rowwise, shape};

    fn check(dims: &[usize]) {
        let cols = dims[dims.len() - 1];
        let x = Numbers::new(1).tensor(dims);
        let reference = move |x: &[Vec<f64>]| rowwise(&x[0], cols, log_softmax_row);
        case(LogSoftmax, &[x], reference)
            .within(5e-7, 5e-7)
            .twice()
            .check();
    }

    #[test]
    fn the_logarithm_of_softmax() {
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n]));
        check(&[5]);
        check(&[2, 3, 4]);
        check(&[0, 4]);
        check(&[4, 0]);
    }

    #[test]
    fn large_numbers_and_infinities() {
        const INF: f32 = f32::INFINITY;
        let x = numbers(&[3, 2], &[1e4, -1e4, -INF, 0.0, f32::NAN, 0.0]);
        let want = vec![0.0, -2e4, f64::NEG_INFINITY, 0.0, f64::NAN, f64::NAN];
        case(LogSoftmax, &[x], move |_| want.clone()).values();
    }

    #[test]
    fn a_scalar_is_refused() {
        refuses(LogSoftmax, &[Type::f32(shape(&[]))], &["[]"]);
    }
}
