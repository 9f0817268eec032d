//! cholesky(a): the lower triangular L of L·Lᵀ = (a + aᵀ) / 2; NaN where a is not positive
//! definite.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, linalg};

use crate::matrices::{one_if, product, scaled, square, transposed};
use crate::{Add, Stored, TriangularSolve, check};

/// (a: [..., n, n]) → [..., n, n]
#[derive(Clone, Copy, Debug)]
pub struct Cholesky;

impl Stored for Cholesky {
    const NAME: &'static str = "cholesky";

    fn decode(_: &mut Attrs<'_>) -> Result<Cholesky> {
        Ok(Cholesky)
    }
}

impl Op for Cholesky {
    fn name(&self) -> &'static str {
        Cholesky::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [a] = check::arity(Cholesky::NAME, inputs)?;
        square(Cholesky::NAME, a)?;
        Ok(a.clone())
    }

    // da = (S + Sᵀ) / 2, S = L⁻ᵀ·P·L⁻¹, P the lower triangle of Lᵀ·dL with half its diagonal
    // (I. Murray, Differentiation of the Cholesky decomposition, 2016)
    fn vjp(&self, b: &mut Builder, _: &[NodeId], l: NodeId, dl: NodeId) -> Vjp {
        let p = product(b, l, dl, true, false)?;
        let p = scaled(b, p, |i, j| 0.5 * one_if(i == j) + one_if(j < i))?;
        let solve = TriangularSolve {
            lower: true,
            transposed: true,
        };
        let left = b.apply(solve, &[l, p])?;
        let left = transposed(b, left)?;
        let s = b.apply(solve, &[l, left])?;
        let turned = transposed(b, s)?;
        let both = b.apply(Add, &[s, turned])?;
        Ok(vec![Some(scaled(b, both, |_, _| 0.5)?)])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        square(Cholesky::NAME, &inputs[0]).map_or(0, |(batch, n)| (batch * n * n * n / 3) as u64)
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let batch = square(Cholesky::NAME, &inputs[0]).map_or(1, |(batch, _)| batch);
        check::parts(self.flops(inputs, output), batch)
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (batch, n) = square(Cholesky::NAME, &inputs[0]).expect("checked by the type rule");
        let (share, size) = (io.part().share(batch, 1), n * n);
        let (a, out) = (&io.f32(0)[share.start() * size..], io.out(share, size));
        for (a, out) in a.chunks(size.max(1)).zip(out.chunks_mut(size.max(1))) {
            linalg::cholesky(a, n, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, numbers, refuses, rowwise, shape};

    fn cholesky_f64(a: &[f64], n: usize) -> Vec<f64> {
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
                let left = (a[i * n + j] + a[j * n + i]) / 2.0 - known;
                l[i * n + j] = if i == j {
                    left.sqrt()
                } else {
                    left / l[j * n + j]
                };
            }
        }
        l
    }

    #[test]
    fn batches_of_matrices() {
        for (batch, n) in [(1, 1), (3, 2), (7, 3), (2, 6)] {
            let mut a = Numbers::new(1).tensor(&[batch, n, n]);
            for i in 0..batch * n {
                a.bits[i * n + i % n] = (5.0 + i as f32 * 0.25).to_bits();
            }
            let reference = move |x: &[Vec<f64>]| rowwise(&x[0], n * n, |a| cholesky_f64(a, n));
            case(Cholesky, &[a], reference)
                .within(1e-5, 1e-6)
                .gradient_within(1e-4)
                .twice()
                .check();
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_nan() {
        let a = numbers(&[2, 2], &[1.0, 2.0, 2.0, 1.0]);
        case(Cholesky, &[a], |_| vec![1.0, 0.0, 2.0, f64::NAN]).values();
    }

    #[test]
    fn other_shapes_are_refused() {
        let f = |d: &[usize]| [Type::f32(shape(d))];
        refuses(Cholesky, &f(&[2, 3]), &["square", "[2, 3]"]);
        refuses(Cholesky, &f(&[2]), &["[2]"]);
    }
}
