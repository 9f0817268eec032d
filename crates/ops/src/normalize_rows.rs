//! normalizeRows(x) along the last axis: (x − mean) / √(variance + ε), or, not centred,
//! x / √(mean x² + ε) (Ba et al., "Layer Normalization", 2016; Zhang & Sennrich, "Root Mean Square
//! Layer Normalization", 2019); and its gradient. Scale and offset are an epilogue of the caller's.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::normalize::Normalize;
use gradloom_kernels::{Io, Share};

use crate::term::{Tape, Term};
use crate::{Sqrt, Square, Stored, check, layout};

/// (x: [..., C]) → [..., C]
#[derive(Clone, Copy, Debug)]
pub struct NormalizeRows {
    /// The mean is taken away.
    pub center: bool,
    pub epsilon: f32,
}

/// (x, dy: [..., C]) → [..., C]
#[derive(Clone, Copy, Debug)]
pub struct NormalizeRowsGrad {
    pub center: bool,
    pub epsilon: f32,
}

/// Elements of the rows that are announced together.
const ANNOUNCED: usize = 2048;

/// Runs whole rows of a share, and announces them while they are in cache.
fn by_rows(io: &mut Io<'_>, output: &Type, mut f: impl FnMut(Share, &mut Io<'_>)) {
    let cols = output.shape.last();
    let share = io.part().share(output.shape.rows(), 1);
    let step = (ANNOUNCED / cols.max(1)).max(1);
    for part in share.steps(step) {
        f(part, io);
        io.finish(part.start() * cols, part.len() * cols);
    }
}

impl Stored for NormalizeRows {
    const NAME: &'static str = "normalizeRows";

    fn decode(a: &mut Attrs<'_>) -> Result<NormalizeRows> {
        Ok(NormalizeRows {
            center: a.bool()?,
            epsilon: a.f32()?,
        })
    }
}

impl NormalizeRows {
    fn grad(self) -> NormalizeRowsGrad {
        NormalizeRowsGrad {
            center: self.center,
            epsilon: self.epsilon,
        }
    }
}

impl Op for NormalizeRows {
    says! {
        attrs: |op| vec![op.center.into(), op.epsilon.into()];
        flops: |_, _, y| 5 * y.shape.size() as u64;
        parts: |_, _, y| check::parts(4 * y.shape.size() as u64, y.shape.rows());
        announces: |_| true;
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        check::rows(NormalizeRows::NAME, inputs)
    }

    // dx = (dy − mean dy − y·mean(dy·y)) / √(variance + ε)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        Ok(vec![Some(b.apply(self.grad(), &[x[0], dy])?)])
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let cols = output.shape.last();
        let kernel = Normalize {
            cols,
            epsilon: self.epsilon,
            center: self.center,
        };
        by_rows(io, output, |share, io| {
            let x = layout::rows(io.f32(0), share, cols);
            kernel.forward(x, io.out(share, cols));
        });
    }
}

impl Stored for NormalizeRowsGrad {
    const NAME: &'static str = "normalizeRowsGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<NormalizeRowsGrad> {
        Ok(NormalizeRowsGrad {
            center: a.bool()?,
            epsilon: a.f32()?,
        })
    }
}

impl NormalizeRowsGrad {
    fn centered<'t>(&self, x: Term<'t>) -> Term<'t> {
        if self.center { x - mean(x) } else { x }
    }
}

/// The mean of each row: [..., 1].
fn mean(x: Term<'_>) -> Term<'_> {
    x.sum_rows() * (1.0 / x.shape().last() as f64)
}

impl Op for NormalizeRowsGrad {
    says! {
        attrs: |op| vec![op.center.into(), op.epsilon.into()];
        flops: |_, _, y| 11 * y.shape.size() as u64;
        parts: |_, _, y| check::parts(8 * y.shape.size() as u64, y.shape.rows());
        announces: |_| true;
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = NormalizeRowsGrad::NAME;
        let [x, dy] = check::arity(NAME, inputs)?;
        check::is_f32(NAME, dy)?;
        if x.shape != dy.shape {
            let message = format!("x has shape {}, dy {}", x.shape, dy.shape);
            return Err(GraphError::shape(NAME, message));
        }
        check::rows(NAME, std::slice::from_ref(x))
    }

    // With r = 1 / √(variance + ε), d = x − mean x, y = r·d, q = mean(g·(dy − mean dy))
    // − mean(g·y)·mean(dy·y): ddy = r·(g − mean g − y·mean(g·y)), the op itself for g, and
    // dx = −r²·q·y + the op itself for −r·(g·mean(dy·y) + dy·mean(g·y))
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([x0, dy], g) = (tape.terms(x), tape.term(g));
        let d = self.centered(x0);
        let variance = mean(d.map(Square)) + f64::from(self.epsilon);
        let r = 1.0 / variance.map(Sqrt);
        let y = r * d;
        let (along_g, along_dy) = (mean(g * y), mean(dy * y));
        let q = mean(g * self.centered(dy)) - along_g * along_dy;
        let through_y = -(r * (g * along_dy + dy * along_g));
        let dx = x0.zip(*self, through_y) - r * r * q * y;
        tape.grads(x, [dx, x0.zip(*self, g)])
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let cols = output.shape.last();
        let kernel = Normalize {
            cols,
            epsilon: self.epsilon,
            center: self.center,
        };
        by_rows(io, output, |share, io| {
            let x = layout::rows(io.f32(0), share, cols);
            let dy = layout::rows(io.f32(1), share, cols);
            kernel.gradient(x, dy, io.out(share, cols));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, rowwise, shape};

    fn row(x: &[f64], center: bool, epsilon: f64) -> (Vec<f64>, f64) {
        let n = x.len() as f64;
        let mean = if center {
            x.iter().sum::<f64>() / n
        } else {
            0.0
        };
        let d: Vec<f64> = x.iter().map(|x| x - mean).collect();
        let r = 1.0 / (d.iter().map(|d| d * d).sum::<f64>() / n + epsilon).sqrt();
        (d.iter().map(|d| d * r).collect(), r)
    }

    fn row_grad(x: &[f64], dy: &[f64], center: bool, epsilon: f64) -> Vec<f64> {
        let (y, r) = row(x, center, epsilon);
        let n = x.len() as f64;
        let mean = if center {
            dy.iter().sum::<f64>() / n
        } else {
            0.0
        };
        let along = y.iter().zip(dy).map(|(y, dy)| y * dy).sum::<f64>() / n;
        let grad = |(y, dy): (&f64, &f64)| r * (dy - mean - y * along);
        y.iter().zip(dy).map(grad).collect()
    }

    fn check(dims: &[usize], center: bool) {
        let (cols, epsilon) = (dims[dims.len() - 1], 0.03f32);
        let mut random = Numbers::new(1);
        let inputs = [random.tensor(dims), random.tensor(dims)];
        let op = NormalizeRows { center, epsilon };
        let values =
            move |x: &[Vec<f64>]| rowwise(&x[0], cols, |x| row(x, center, epsilon.into()).0);
        let case_of_rows = case(op, &inputs[..1], values).within(2e-6, 2e-6);
        case_of_rows.gradient_within(1e-4).twice().check();
        let grads = move |x: &[Vec<f64>]| {
            let rows = x[0].chunks(cols.max(1)).zip(x[1].chunks(cols.max(1)));
            rows.flat_map(|(x, dy)| row_grad(x, dy, center, epsilon.into()))
                .collect()
        };
        let case_of_grads = case(op.grad(), &inputs, grads).within(1e-5, 2e-5);
        case_of_grads.gradient_within(2e-4).check();
    }

    #[test]
    fn any_shape_and_its_gradients() {
        for center in [true, false] {
            (2..=17).chain(31..=33).for_each(|n| check(&[3, n], center));
            check(&[5], center);
            check(&[2, 3, 4], center);
            check(&[0, 4], center);
            check(&[3, 0], center);
            check(&[700, 4], center);
        }
        check(&[4, 1], false);
    }

    #[test]
    fn unequal_shapes_and_scalars_are_refused() {
        let ty = |dims: &[usize]| Type::f32(shape(dims));
        let op = NormalizeRows {
            center: true,
            epsilon: 0.1,
        };
        refuses(op, &[ty(&[])], &["[]"]);
        refuses(
            op.grad(),
            &[ty(&[2, 3]), ty(&[2, 4])],
            &["[2, 3]", "[2, 4]"],
        );
    }
}
