//! matmul(a, b): the product of matrices in the last two axes, each of which may be stored
//! transposed. The leading axes are a batch; b may have none and is then shared by the whole batch.

use core::ops::Range;
use std::sync::Arc;

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::gemm::{self, Gemm};
use gradloom_kernels::{Io, Part};

use crate::product_sums::{ShareSums, SumSlices};
use crate::term::{Tape, Term};
use crate::{Stored, Transpose, check};

/// Multiplications and additions that the kernel does in the time of a cheap operation.
const FLOPS_AT_ONCE: u64 = 4;

/// (a: [..., M, K], b: [..., K, N] or [K, N]) → [..., M, N]; with `ta`, a: [..., K, M]; with `tb`,
/// b: [..., N, K].
#[derive(Clone, Copy, Debug)]
pub struct MatMul {
    pub ta: bool,
    pub tb: bool,
}

/// The last two sizes as (rows, columns) of the matrix that is multiplied.
fn matrix(shape: &Shape, transposed: bool) -> Result<(usize, usize)> {
    match (shape.dims(), transposed) {
        (&[.., rows, cols], false) | (&[.., cols, rows], true) => Ok((rows, cols)),
        _ => {
            let message = format!("takes matrices, not shape {shape}");
            Err(GraphError::shape(MatMul::NAME, message))
        }
    }
}

/// The axes before the matrix.
fn batch(shape: &Shape) -> &[usize] {
    &shape.dims()[..shape.rank() - 2]
}

/// One product of matrices for each batch entry; `shared`: all with the same b.
struct Products {
    count: usize,
    m: usize,
    n: usize,
    k: usize,
    shared: bool,
}

impl Products {
    /// The products that are computed: a shared b meets all rows of the batch at once.
    fn merged(self, ta: bool) -> Products {
        match self.shared && !ta {
            true => Products {
                count: 1,
                m: self.count * self.m,
                ..self
            },
            false => self,
        }
    }

    /// The batch entries of a part, and its place in the grid of each. `by_rows`: a grid of rows.
    fn divide(&self, gemm: &Gemm, part: Part, by_rows: bool) -> (Range<usize>, (Part, Part)) {
        let of = part.of();
        match self.count >= 4 * of || self.count.is_multiple_of(of) {
            true => (
                part.share(self.count, 1).range(),
                (Part::WHOLE, Part::WHOLE),
            ),
            false => {
                let rows = if by_rows { of } else { gemm.grid(of) };
                (0..self.count, part.grid(rows))
            }
        }
    }
}

impl MatMul {
    fn products(&self, a: &Shape, b: &Shape) -> Result<Products> {
        let ((m, k), (inner, n)) = (matrix(a, self.ta)?, matrix(b, self.tb)?);
        let shared = b.rank() == 2 && a.rank() > 2;
        if k != inner {
            let why = format!("the inner sizes {k} and {inner} differ");
            return Err(self.mismatch(a, b, &why));
        }
        if !shared && batch(a) != batch(b) {
            return Err(self.mismatch(a, b, "the batch axes must be equal, or b must have none"));
        }
        let count = batch(a).iter().product();
        Ok(Products {
            count,
            m,
            n,
            k,
            shared,
        })
    }

    /// What the kernel computes; the shapes were checked.
    fn kernel(&self, inputs: &[Type]) -> (Products, Gemm) {
        let products = self.products(&inputs[0].shape, &inputs[1].shape);
        let p = products
            .expect("the shape rule checks the shapes")
            .merged(self.ta);
        let gemm = Gemm {
            m: p.m,
            n: p.n,
            k: p.k,
            ta: self.ta,
            tb: self.tb,
        };
        (p, gemm)
    }

    fn mismatch(&self, a: &Shape, b: &Shape, why: &str) -> GraphError {
        let name = |t| if t { " transposed" } else { "" };
        let (ta, tb) = (name(self.ta), name(self.tb));
        GraphError::shape(MatMul::NAME, format!("shapes {a}{ta} and {b}{tb}: {why}"))
    }
}

impl Stored for MatMul {
    const NAME: &'static str = "matmul";

    fn decode(a: &mut Attrs<'_>) -> Result<MatMul> {
        Ok(MatMul {
            ta: a.bool()?,
            tb: a.bool()?,
        })
    }
}

impl Op for MatMul {
    fn name(&self) -> &'static str {
        MatMul::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.ta.into(), self.tb.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [a, b] = check::arity(MatMul::NAME, inputs)?;
        check::is_f32(MatMul::NAME, a)?;
        check::is_f32(MatMul::NAME, b)?;
        let Products { m, n, .. } = self.products(&a.shape, &b.shape)?;
        let dims = [batch(&a.shape), &[m, n]].concat();
        Ok(Type::f32(Shape::checked(MatMul::NAME, dims)?))
    }

    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let tape = Tape::new(b);
        let ([a, b], dy) = (tape.terms(x), tape.term(dy));
        let shared = b.shape().rank() == 2 && a.shape().rank() > 2;
        let da = self.da(a, b, dy, shared);
        let (a, dy) = if shared && !self.ta {
            (collapsed(a), collapsed(dy))
        } else {
            (a, dy)
        };
        tape.grads(x, [da, self.db(a, dy)])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        let (p, _) = self.kernel(inputs);
        [2, p.count, p.m, p.n, p.k]
            .map(|x| x as u64)
            .iter()
            .product()
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let (p, _) = self.kernel(inputs);
        let tiles = p.count * p.m.div_ceil(gemm::MR) * p.n.div_ceil(gemm::NR);
        check::parts(self.flops(inputs, output) / FLOPS_AT_ONCE, tiles)
    }

    fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
        self.kernel(inputs).1.scratch()
    }

    fn announces(&self) -> bool {
        true
    }

    fn window(&self, inputs: &[Type], _: &Type) -> Option<usize> {
        self.kernel(inputs).1.window()
    }

    fn by_shares(&self, inputs: &[Type], shares: usize) -> Option<[Arc<dyn Op>; 2]> {
        let (p, gemm) = self.kernel(inputs);
        let sums = (p.count == 1).then(|| ShareSums::of(gemm, shares))??;
        Some([Arc::new(sums), Arc::new(SumSlices)])
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (p, gemm) = self.kernel(inputs);
        let (entries, (rows, cols)) = p.divide(&gemm, io.part(), io.is_windowed());
        let (rows, cols) = (rows.share(p.m, gemm::MR), cols.share(p.n, gemm::NR));
        for entry in entries {
            let a = &io.f32(0)[entry * p.m * p.k..][..p.m * p.k];
            let b = &io.f32(1)[if p.shared { 0 } else { entry * p.k * p.n }..][..p.k * p.n];
            let at = entry * p.m * p.n;
            let tile = io.tile(at, p.n, rows, cols);
            let (scratch, finished) = io.scratch_and_finished();
            let Some(finished) = finished else {
                gemm.run(a, b, tile, scratch, None);
                continue;
            };
            let mut block = |rows: Range<usize>, cols: Range<usize>| {
                each_range(p.n, rows, cols, |start, len| finished(at + start, len));
            };
            gemm.run(a, b, tile, scratch, Some(&mut block));
        }
    }
}

/// The flat ranges of a block of a matrix with `n` columns.
fn each_range(n: usize, rows: Range<usize>, cols: Range<usize>, mut f: impl FnMut(usize, usize)) {
    if cols.len() == n {
        return f(rows.start * n, rows.len() * n);
    }
    rows.for_each(|row| f(row * n + cols.start, cols.len()));
}

impl MatMul {
    // dA = dy·Bᵀ, so da = dA, or dAᵀ = B·dyᵀ where a is stored transposed
    fn da<'t>(&self, a: Term<'t>, b: Term<'t>, dy: Term<'t>, shared: bool) -> Term<'t> {
        let plain = MatMul {
            ta: false,
            tb: !self.tb,
        };
        match (self.ta, shared) {
            (false, _) => dy.zip(plain, b),
            (true, false) => b.zip(
                MatMul {
                    ta: self.tb,
                    tb: true,
                },
                dy,
            ),
            (true, true) => dy.zip(plain, b).map(Transpose::last_two(a.shape().rank())),
        }
    }

    // dB = Aᵀ·dy, so db = dB, or dBᵀ = dyᵀ·A where b is stored transposed
    fn db<'t>(&self, a: Term<'t>, dy: Term<'t>) -> Term<'t> {
        match self.tb {
            false => a.zip(
                MatMul {
                    ta: !self.ta,
                    tb: false,
                },
                dy,
            ),
            true => dy.zip(
                MatMul {
                    ta: true,
                    tb: self.ta,
                },
                a,
            ),
        }
    }
}

/// [..., M, N] as [... · M, N].
fn collapsed(x: Term<'_>) -> Term<'_> {
    let shape = x.shape();
    x.reshape(Shape::new([shape.rows(), shape.last()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    /// The products in f64 by the definition.
    fn products_f64(op: MatMul, p: &Products, a: &[f64], b: &[f64]) -> Vec<f64> {
        let (m, n, k) = (p.m, p.n, p.k);
        let mut out = Vec::new();
        for entry in 0..p.count {
            let a = &a[entry * m * k..];
            let b = &b[if p.shared { 0 } else { entry * k * n }..];
            let at = |i, l| if op.ta { a[l * m + i] } else { a[i * k + l] };
            let bt = |l, j| if op.tb { b[j * k + l] } else { b[l * n + j] };
            for i in 0..m {
                out.extend((0..n).map(|j| (0..k).map(|l| at(i, l) * bt(l, j)).sum::<f64>()));
            }
        }
        out
    }

    fn flip(dims: &[usize], transposed: bool) -> Vec<usize> {
        let mut dims = dims.to_vec();
        let rank = dims.len();
        if transposed {
            dims.swap(rank - 2, rank - 1);
        }
        dims
    }

    /// All four forms of the product of matrices of these shapes (as they are multiplied).
    fn check(a: &[usize], b: &[usize]) {
        for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
            let op = MatMul { ta, tb };
            let mut random = Numbers::new(1);
            let inputs = [random.tensor(&flip(a, ta)), random.tensor(&flip(b, tb))];
            let p = op
                .products(&inputs[0].ty.shape, &inputs[1].ty.shape)
                .expect("shapes fit");
            case(op, &inputs, move |x| products_f64(op, &p, &x[0], &x[1]))
                .within(1e-6, 1e-5)
                .twice()
                .check();
        }
    }

    #[test]
    fn every_length_around_the_lanes() {
        for n in (0..=9).chain(15..=17).chain(31..=33) {
            check(&[3, 5], &[5, n]);
            check(&[n, 5], &[5, 3]);
            check(&[3, n], &[n, 5]);
        }
    }

    #[test]
    fn a_batch_of_products() {
        check(&[3, 4, 5], &[3, 5, 2]);
        check(&[2, 3, 4, 5], &[2, 3, 5, 2]);
        check(&[7, 2, 3], &[7, 3, 9]);
        check(&[0, 2, 3], &[0, 3, 4]);
    }

    #[test]
    fn a_shared_right_side() {
        check(&[3, 4, 5], &[5, 2]);
        check(&[2, 3, 4, 5], &[5, 6]);
    }

    #[test]
    fn larger_than_the_tiles() {
        for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
            let op = MatMul { ta, tb };
            let mut random = Numbers::new(2);
            let inputs = [
                random.tensor(&flip(&[70, 300], ta)),
                random.tensor(&flip(&[300, 90], tb)),
            ];
            let p = op
                .products(&inputs[0].ty.shape, &inputs[1].ty.shape)
                .expect("shapes fit");
            let case = case(op, &inputs, move |x| products_f64(op, &p, &x[0], &x[1]));
            case.within(1e-5, 1e-4).check_values();
        }
    }

    #[test]
    fn nan_and_infinity_reach_their_rows_only() {
        let a = crate::harness::numbers(&[3, 2], &[f32::NAN, 1.0, f32::INFINITY, 1.0, 1.0, 1.0]);
        let b = crate::harness::numbers(&[2, 2], &[1.0, 2.0, 3.0, f32::NEG_INFINITY]);
        let op = MatMul {
            ta: false,
            tb: false,
        };
        let p = op.products(&a.ty.shape, &b.ty.shape).expect("shapes fit");
        case(op, &[a, b], move |x| products_f64(op, &p, &x[0], &x[1])).values();
    }

    #[test]
    fn flops_are_two_for_each_product() {
        let ty = |dims: &[usize]| Type::f32(shape(dims));
        let op = MatMul {
            ta: false,
            tb: false,
        };
        let (a, b) = (ty(&[2, 3, 4]), ty(&[4, 5]));
        let y = op.ty(&[a.clone(), b.clone()]).expect("shapes fit");
        assert_eq!(op.flops(&[a, b], &y), 2 * 2 * 3 * 4 * 5);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let ty = |dims: &[usize]| Type::f32(shape(dims));
        let op = MatMul {
            ta: false,
            tb: true,
        };
        refuses(
            op,
            &[ty(&[2, 3]), ty(&[3, 4])],
            &["[2, 3]", "[3, 4] transposed", "3 and 4"],
        );
        refuses(op, &[ty(&[3]), ty(&[3, 3])], &["[3]"]);
        refuses(
            op,
            &[ty(&[2, 1, 3]), ty(&[3, 1, 3])],
            &["[2, 1, 3]", "[3, 1, 3]", "batch"],
        );
        refuses(
            op,
            &[ty(&[1, 3]), ty(&[3, 1, 3])],
            &["[1, 3]", "[3, 1, 3]", "batch"],
        );
        refuses(op, &[ty(&[1 << 20, 1]), ty(&[1 << 20, 1])], &["elements"]);
    }
}
