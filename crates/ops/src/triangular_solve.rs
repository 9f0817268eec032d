//! triangularSolve(a, b, lower, transposed): x of a·x = b, or of aᵀ·x = b, where the other triangle
//! of a counts as 0.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, linalg};

use crate::matrices::{one_if, product, scaled, sizes, square};
use crate::{Neg, Stored, check};

/// (a: [..., n, n], b: [..., n, m]) → [..., n, m]
#[derive(Clone, Copy, Debug)]
pub struct TriangularSolve {
    pub lower: bool,
    pub transposed: bool,
}

impl Stored for TriangularSolve {
    const NAME: &'static str = "triangularSolve";

    fn decode(a: &mut Attrs<'_>) -> Result<TriangularSolve> {
        Ok(TriangularSolve {
            lower: a.bool()?,
            transposed: a.bool()?,
        })
    }
}

impl Op for TriangularSolve {
    fn name(&self) -> &'static str {
        TriangularSolve::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.lower.into(), self.transposed.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = TriangularSolve::NAME;
        let [a, b] = check::arity(NAME, inputs)?;
        let ((_, n), (_, rows, _)) = (square(NAME, a)?, sizes(NAME, b)?);
        let lead = a.shape.rank() - 2;
        let equal = b.shape.rank() == lead + 2 && b.shape.dims()[..lead] == a.shape.dims()[..lead];
        if rows == n && equal {
            return Ok(b.clone());
        }
        let (a, b) = (&a.shape, &b.shape);
        let message = format!("shapes {a} and {b}: batch axes and rows must be equal");
        Err(GraphError::shape(NAME, message))
    }

    // db = a⁻ᵀ·dx; da = the triangle of −db·xᵀ, of −x·dbᵀ where a is transposed
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let back = TriangularSolve {
            transposed: !self.transposed,
            ..*self
        };
        let db = b.apply(back, &[x[0], dy])?;
        let (left, right) = if self.transposed { (y, db) } else { (db, y) };
        let da = product(b, left, right, false, true)?;
        let da = scaled(b, da, |i, j| {
            one_if(if self.lower { j <= i } else { i <= j })
        })?;
        Ok(vec![Some(b.apply(Neg, &[da])?), Some(db)])
    }

    fn flops(&self, _: &[Type], output: &Type) -> u64 {
        let (batch, n, m) = sizes(TriangularSolve::NAME, output).unwrap_or_default();
        (batch * n * n * m) as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let (batch, ..) = sizes(TriangularSolve::NAME, output).unwrap_or_default();
        check::parts(self.flops(inputs, output), batch)
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let sizes = sizes(TriangularSolve::NAME, output);
        let (batch, n, m) = sizes.expect("checked by the type rule");
        let share = io.part().share(batch, 1);
        let out = io.out(share, n * m);
        for (i, out) in share.range().zip(out.chunks_mut((n * m).max(1))) {
            let (a, b) = (
                &io.f32(0)[i * n * n..][..n * n],
                &io.f32(1)[i * n * m..][..n * m],
            );
            linalg::solve_triangular(a, b, (n, m), (self.lower, self.transposed), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    fn solve_f64(op: TriangularSolve, a: &[f64], b: &[f64], n: usize, m: usize) -> Vec<f64> {
        let mut x = b.to_vec();
        let down = op.lower != op.transposed;
        for step in 0..n {
            let i = if down { step } else { n - 1 - step };
            let at = |k: usize| {
                if op.transposed {
                    a[k * n + i]
                } else {
                    a[i * n + k]
                }
            };
            let known = if down { 0..i } else { i + 1..n };
            for j in 0..m {
                let sum: f64 = known.clone().map(|k| at(k) * x[k * m + j]).sum();
                x[i * m + j] = (x[i * m + j] - sum) / at(i);
            }
        }
        x
    }

    #[test]
    fn every_form_and_batch() {
        for at in 0..4 {
            let op = TriangularSolve {
                lower: at & 1 == 0,
                transposed: at & 2 == 0,
            };
            for (batch, n, m) in [(1, 1, 1), (3, 2, 4), (2, 5, 3), (7, 3, 1)] {
                let mut random = Numbers::new(1);
                let mut a = random.tensor_in(&[batch, n, n], -0.7, 0.7);
                for i in 0..batch * n {
                    a.bits[i * n + i % n] = (1.5 + i as f32 * 0.1).to_bits();
                }
                let reference = move |x: &[Vec<f64>]| {
                    let pairs = x[0].chunks(n * n).zip(x[1].chunks(n * m));
                    pairs.flat_map(|(a, b)| solve_f64(op, a, b, n, m)).collect()
                };
                case(op, &[a, random.tensor(&[batch, n, m])], reference)
                    .within(1e-5, 1e-5)
                    .gradient_within(1e-4)
                    .twice()
                    .check();
            }
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        let f = |d: &[usize]| Type::f32(shape(d));
        let op = TriangularSolve {
            lower: true,
            transposed: false,
        };
        refuses(op, &[f(&[2, 2]), f(&[3, 2])], &["[2, 2]", "[3, 2]", "rows"]);
        refuses(op, &[f(&[4, 2, 2]), f(&[2, 2])], &["batch"]);
        refuses(op, &[f(&[2, 3]), f(&[2, 2])], &["square"]);
    }
}
