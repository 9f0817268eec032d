//! softmaxCrossEntropy(logits, targets) along the last axis: Σ t·(ln Σ eˣ − x), and its gradient
//! with respect to the logits, each in one pass over a row.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, rows};

use crate::term::{Tape, Term};
use crate::{LogSoftmax, Softmax, Stored, check, layout};

/// (logits: [..., C], targets: [..., C]) → [...]
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxCrossEntropy;

/// (logits: [..., C], targets: [..., C], dy: [...]) → [..., C]
#[derive(Clone, Copy, Debug)]
pub struct SoftmaxCrossEntropyGrad;

/// The shape of one loss a row; logits and targets have the same shape.
fn losses(op: &str, logits: &Type, targets: &Type) -> Result<Shape> {
    check::rows(op, std::slice::from_ref(logits))?;
    check::is_f32(op, targets)?;
    if logits.shape != targets.shape {
        let (logits, targets) = (&logits.shape, &targets.shape);
        let message = format!("logits have shape {logits}, targets {targets}; they must be equal");
        return Err(GraphError::shape(op, message));
    }
    let dims = logits.shape.dims();
    Shape::checked(op, dims[..dims.len() - 1].to_vec())
}

/// [...] as [..., 1].
fn column<'t>(dy: Term<'t>, logits: Term<'t>) -> Term<'t> {
    dy.reshape(layout::with_last(&logits.shape(), 1))
}

impl Stored for SoftmaxCrossEntropy {
    const NAME: &'static str = "softmaxCrossEntropy";

    fn decode(_: &mut Attrs<'_>) -> Result<SoftmaxCrossEntropy> {
        Ok(SoftmaxCrossEntropy)
    }
}

impl Op for SoftmaxCrossEntropy {
    fn name(&self) -> &'static str {
        SoftmaxCrossEntropy::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [logits, targets] = check::arity(SoftmaxCrossEntropy::NAME, inputs)?;
        Ok(Type::f32(losses(
            SoftmaxCrossEntropy::NAME,
            logits,
            targets,
        )?))
    }

    // dx = dy·(Σt·softmax(x) − t), dt = −dy·logSoftmax(x)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([logits, targets], dy) = (tape.terms(x), tape.term(dy));
        let dx = logits.call(SoftmaxCrossEntropyGrad, &[targets, dy]);
        tape.grads(x, [dx, -(column(dy, logits) * logits.map(LogSoftmax))])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        7 * inputs[0].shape.size() as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(
            check::FUNCTION * inputs[0].shape.size() as u64,
            output.shape.size(),
        )
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let cols = inputs[0].shape.last();
        let share = io.part().share(output.shape.size(), 1);
        let (x, t) = (io.f32(0), io.f32(1));
        let (x, t) = (layout::rows(x, share, cols), layout::rows(t, share, cols));
        rows::cross_entropy(x, t, io.out(share, 1), cols);
    }
}

impl Stored for SoftmaxCrossEntropyGrad {
    const NAME: &'static str = "softmaxCrossEntropyGrad";

    fn decode(_: &mut Attrs<'_>) -> Result<SoftmaxCrossEntropyGrad> {
        Ok(SoftmaxCrossEntropyGrad)
    }
}

impl Op for SoftmaxCrossEntropyGrad {
    fn name(&self) -> &'static str {
        SoftmaxCrossEntropyGrad::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = SoftmaxCrossEntropyGrad::NAME;
        let [logits, targets, dy] = check::arity(NAME, inputs)?;
        check::is_f32(NAME, dy)?;
        let losses = losses(NAME, logits, targets)?;
        if dy.shape != losses {
            let message = format!("dy has shape {}, the losses have {losses}", dy.shape);
            return Err(GraphError::shape(NAME, message));
        }
        Ok(logits.clone())
    }

    // y = dy·(T·p − t) with p = softmax(x), T = Σt; g is the gradient of y:
    // dx = dy·T·p·(g − Σ g·p), dt = dy·(Σ g·p − g), ddy = Σ g·(T·p − t)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([logits, targets, dy], g) = (tape.terms(x), tape.term(g));
        let (p, total) = (logits.map(Softmax), targets.sum_rows());
        let along = g - (g * p).sum_rows();
        let column = column(dy, logits);
        let ddy = (g * (total * p - targets)).sum_rows().reshape(dy.shape());
        tape.grads(x, [column * total * p * along, -(column * along), ddy])
    }

    fn flops(&self, _: &[Type], output: &Type) -> u64 {
        8 * output.shape.size() as u64
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
        let (x, t) = (io.f32(0), io.f32(1));
        let (x, t) = (layout::rows(x, share, cols), layout::rows(t, share, cols));
        let dy = &io.f32(2)[share.range()];
        rows::cross_entropy_grad(x, t, dy, io.out(share, cols), cols);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, log_softmax_row, numbers, refuses, shape};

    /// Row `i` of the logits as logarithms of probabilities, and of the targets.
    fn row(cols: usize, x: &[Vec<f64>], i: usize) -> (Vec<f64>, &[f64]) {
        let at = |k: usize| &x[k][i * cols..][..cols];
        (log_softmax_row(at(0)), at(1))
    }

    fn losses_f64(rows: usize, cols: usize, x: &[Vec<f64>]) -> Vec<f64> {
        let loss = |i| {
            let (y, t) = row(cols, x, i);
            y.iter().zip(t).map(|(y, t)| -t * y).sum()
        };
        (0..rows).map(loss).collect()
    }

    fn grads_f64(cols: usize, x: &[Vec<f64>]) -> Vec<f64> {
        let grads = |(i, dy): (usize, &f64)| {
            let (y, t) = row(cols, x, i);
            let (dy, total) = (*dy, t.iter().sum::<f64>());
            let grad = |(y, t): (&f64, &f64)| dy * (total * y.exp() - t);
            y.iter().zip(t).map(grad).collect::<Vec<f64>>()
        };
        x[2].iter().enumerate().flat_map(grads).collect()
    }

    fn check(dims: &[usize]) {
        let (rows, cols) = (&dims[..dims.len() - 1], dims[dims.len() - 1]);
        let mut random = Numbers::new(1);
        let (x, t) = (random.tensor(dims), random.tensor_in(dims, 0.0, 1.0));
        let dy = random.tensor(rows);
        let (inputs, count) = ([x, t, dy], rows.iter().product());
        let losses = move |x: &[Vec<f64>]| losses_f64(count, cols, x);
        let grads = move |x: &[Vec<f64>]| grads_f64(cols, x);
        let case_of_losses = case(SoftmaxCrossEntropy, &inputs[..2], losses);
        case_of_losses.within(1e-6, 1e-6).twice().check();
        let case_of_grads = case(SoftmaxCrossEntropyGrad, &inputs, grads);
        case_of_grads.within(2e-6, 1e-6).twice().check();
    }

    #[test]
    fn any_shape_and_its_gradients() {
        (1..=17).chain(31..=33).for_each(|n| check(&[3, n]));
        check(&[5]);
        check(&[2, 3, 4]);
        check(&[0, 4]);
        check(&[4, 0]);
    }

    #[test]
    fn large_logits_stay_finite() {
        let x = numbers(&[2, 2], &[1e4, -1e4, 1e4, -1e4]);
        let t = numbers(&[2, 2], &[1.0, 0.0, 0.0, 1.0]);
        case(SoftmaxCrossEntropy, &[x.clone(), t.clone()], |_| {
            vec![0.0, 2e4]
        })
        .values();
        let dy = numbers(&[2], &[1.0, 1.0]);
        let want = |_: &[Vec<f64>]| vec![0.0, 0.0, 1.0, -1.0];
        case(SoftmaxCrossEntropyGrad, &[x, t, dy], want).values();
    }

    #[test]
    fn a_masked_class_costs_nothing() {
        let x = numbers(&[1, 3], &[f32::NEG_INFINITY, 0.0, 0.0]);
        let t = numbers(&[1, 3], &[0.0, 1.0, 0.0]);
        case(SoftmaxCrossEntropy, &[x, t], |_| vec![2f64.ln()])
            .within(1e-7, 0.0)
            .values();
        let x = numbers(&[1, 2], &[f32::NAN, 0.0]);
        let t = numbers(&[1, 2], &[0.0, 1.0]);
        case(SoftmaxCrossEntropy, &[x, t], |_| vec![f64::NAN]).values();
    }

    #[test]
    fn unequal_shapes_are_refused() {
        let ty = |dims: &[usize]| Type::f32(shape(dims));
        let both = [ty(&[4, 3]), ty(&[4, 2])];
        refuses(
            SoftmaxCrossEntropy,
            &both,
            &["[4, 3]", "[4, 2]", "logits", "targets"],
        );
        refuses(SoftmaxCrossEntropy, &[ty(&[]), ty(&[])], &["[]"]);
        let three = [ty(&[4, 3]), ty(&[4, 3]), ty(&[3])];
        refuses(SoftmaxCrossEntropyGrad, &three, &["[3]", "[4]"]);
    }
}
