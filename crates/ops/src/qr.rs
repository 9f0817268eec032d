//! qr(a): Householder's Q and R of a = Q·R, in one tensor: the rows of Q, those of R, and a row
//! with −1 for each column that was reflected, else 1 (their product is det Q of a square a).
//! Signs are LAPACK's.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, linalg};

use crate::matrices::{one_if, product, rows, scaled, sizes, transposed};
use crate::{Add, Stored, Sub, TriangularSolve, check};

/// (a: [..., m, n], m ≥ n) → [..., m + n + 1, n]
#[derive(Clone, Copy, Debug)]
pub struct Qr;

impl Stored for Qr {
    const NAME: &'static str = "qr";

    fn decode(_: &mut Attrs<'_>) -> Result<Qr> {
        Ok(Qr)
    }
}

impl Op for Qr {
    fn name(&self) -> &'static str {
        Qr::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [a] = check::arity(Qr::NAME, inputs)?;
        let (_, m, n) = sizes(Qr::NAME, a)?;
        if m < n {
            let message = format!(
                "takes matrices with no more columns than rows, not {}",
                a.shape
            );
            return Err(GraphError::shape(Qr::NAME, message));
        }
        let mut dims = a.shape.dims().to_vec();
        let rank = dims.len();
        dims[rank - 2] = m + n + 1;
        Ok(Type::f32(Shape::checked(Qr::NAME, dims)?))
    }

    // da = (dQ + Q·C)·R⁻ᵀ, C the symmetric matrix with the lower triangle of R·dRᵀ − dQᵀ·Q
    // (S. Walter, L. Lehmann, Algorithmic differentiation of the QR decomposition, 2010)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        let (_, m, n) = sizes(Qr::NAME, b.ty(x[0]))?;
        let (q, r) = (rows(b, y, 0, m)?, rows(b, y, m, n)?);
        let (dq, dr) = (rows(b, dy, 0, m)?, rows(b, dy, m, n)?);
        let rdr = product(b, r, dr, false, true)?;
        let dqq = product(b, dq, q, true, false)?;
        let c = b.apply(Sub, &[rdr, dqq])?;
        let low = scaled(b, c, |i, j| one_if(j <= i))?;
        let strict = scaled(b, c, |i, j| one_if(j < i))?;
        let strict = transposed(b, strict)?;
        let c = b.apply(Add, &[low, strict])?;
        let qc = product(b, q, c, false, false)?;
        let sum = b.apply(Add, &[dq, qc])?;
        let sum = transposed(b, sum)?;
        let solve = TriangularSolve {
            lower: false,
            transposed: false,
        };
        let da = b.apply(solve, &[r, sum])?;
        Ok(vec![Some(transposed(b, da)?)])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        let (batch, m, n) = sizes(Qr::NAME, &inputs[0]).unwrap_or_default();
        (4 * batch * m * n * n) as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let (batch, ..) = sizes(Qr::NAME, output).unwrap_or_default();
        check::parts(self.flops(inputs, output), batch)
    }

    fn scratch(&self, _: &[Type], output: &Type) -> usize {
        output.shape.last()
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (batch, m, n) = sizes(Qr::NAME, &inputs[0]).expect("checked by the type rule");
        let (share, size) = (io.part().share(batch, 1), (m + n + 1) * n);
        let out = io.out(share, size);
        for (i, out) in share.range().zip(out.chunks_mut(size.max(1))) {
            let a = &io.f32(0)[i * m * n..][..m * n];
            linalg::qr(a, (m, n), io.scratch(), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    /// Gram and Schmidt's Q and R in f64 with LAPACK's signs: R's diagonal is opposite to what is
    /// reflected, which all columns are but the last of a square matrix.
    fn qr_f64(a: &[f64], m: usize, n: usize) -> Vec<f64> {
        let (mut q, mut r) = (vec![0.0; m * n], vec![0.0; n * n]);
        let signs = signs(a, m, n);
        for j in 0..n {
            let mut v: Vec<f64> = (0..m).map(|i| a[i * n + j]).collect();
            for _ in 0..2 {
                for k in 0..j {
                    let dot: f64 = (0..m).map(|i| q[i * n + k] * v[i]).sum();
                    r[k * n + j] += dot;
                    (0..m).for_each(|i| v[i] -= dot * q[i * n + k]);
                }
            }
            r[j * n + j] = v.iter().map(|v| v * v).sum::<f64>().sqrt() * signs[j];
            (0..m).for_each(|i| q[i * n + j] = v[i] / r[j * n + j]);
        }
        let flags = (0..n).map(|j| if j + 1 == m { 1.0 } else { -1.0 });
        [q, r, flags.collect()].concat()
    }

    /// The signs of R's diagonal, from reflections in f64.
    fn signs(a: &[f64], m: usize, n: usize) -> Vec<f64> {
        let (mut a, mut signs) = (a.to_vec(), Vec::new());
        for k in 0..n {
            let mut v: Vec<f64> = (k..m).map(|i| a[i * n + k]).collect();
            let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
            let last = k + 1 == m;
            signs.push(if last { v[0].signum() } else { -v[0].signum() });
            v[0] += norm.copysign(v[0]);
            let square: f64 = v.iter().map(|v| v * v).sum();
            for j in (0..n).filter(|_| !last) {
                let dot: f64 = (k..m).map(|i| v[i - k] * a[i * n + j]).sum();
                (k..m).for_each(|i| a[i * n + j] -= 2.0 * dot / square * v[i - k]);
            }
        }
        signs
    }

    #[test]
    fn batches_of_matrices() {
        for (batch, m, n) in [(1, 1, 1), (3, 2, 2), (7, 4, 2), (2, 5, 5), (1, 6, 1)] {
            let a = Numbers::new(3).tensor(&[batch, m, n]);
            let reference =
                move |x: &[Vec<f64>]| x[0].chunks(m * n).flat_map(|a| qr_f64(a, m, n)).collect();
            case(Qr, &[a], reference)
                .within(1e-5, 1e-5)
                .gradient_within(2e-4)
                .check();
        }
    }

    #[test]
    fn wide_matrices_are_refused() {
        let wide = [Type::f32(shape(&[2, 3]))];
        refuses(Qr, &wide, &["columns", "[2, 3]"]);
    }
}
