//! A product of matrices in two steps, for several threads that each hold some rows of B in their
//! cache: sums over shares of the inner axis, then the sum of these. The planner puts them in place
//! of `MatMul`; they are not in the registry. The bits are those of the product: k is cut where the
//! kernel cuts it, and its blocks are added in the same order.

use core::ops::Range;

use gradloom_graph::{Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::gemm::Gemm;
use gradloom_kernels::reduce::add_into;
use gradloom_kernels::{Io, Part};

use crate::check;

/// Elements of the sum that are announced at a time.
const PIECE: usize = 512;

/// (a, b) → [S, M, N]: first the sum of all blocks of the first share, then the blocks of the other
/// shares, one by one.
#[derive(Debug)]
pub struct ShareSums {
    gemm: Gemm,
    shares: usize,
}

impl ShareSums {
    /// For `shares` threads, where the shares are equal and fewer elements go from thread to thread
    /// than if each read all of B.
    pub fn of(gemm: Gemm, shares: usize) -> Option<ShareSums> {
        let blocks = gemm.depth_blocks().count();
        let sums = ShareSums { gemm, shares };
        let equal = shares > 1 && blocks >= shares && blocks.is_multiple_of(shares);
        let from_others = gemm.k - gemm.k / shares;
        (equal && sums.slices() * gemm.m <= from_others).then_some(sums)
    }

    fn blocks(&self) -> usize {
        self.gemm.depth_blocks().count()
    }

    fn slices(&self) -> usize {
        1 + self.blocks() - self.blocks() / self.shares
    }

    /// Where the slice comes from.
    fn k(&self, slice: usize) -> Range<usize> {
        let first = self.blocks() / self.shares;
        let block = |at: usize| self.gemm.depth_blocks().nth(at).expect("a block of k");
        match slice {
            0 => 0..block(first - 1).end,
            _ => block(first - 1 + slice),
        }
    }

    /// The slices of a share.
    fn slices_of(&self, share: usize) -> Range<usize> {
        let each = self.blocks() / self.shares;
        match share {
            0 => 0..1,
            _ => 1 + (share - 1) * each..1 + share * each,
        }
    }
}

impl Op for ShareSums {
    fn name(&self) -> &'static str {
        "shareSums"
    }

    fn ty(&self, _: &[Type]) -> Result<Type> {
        let Gemm { m, n, .. } = self.gemm;
        let dims = vec![self.slices(), m, n];
        Ok(Type::f32(Shape::checked(self.name(), dims)?))
    }

    fn vjp(&self, _: &mut Builder, x: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None; x.len()])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        2 * (self.gemm.m * self.gemm.n) as u64 * self.gemm.k as u64
    }

    fn parts(&self, _: &[Type], _: &Type) -> usize {
        self.shares
    }

    fn scratch(&self, _: &[Type], _: &Type) -> usize {
        self.gemm.scratch()
    }

    fn run(&self, _: &[Type], _: &Type, io: &mut Io<'_>) {
        let Gemm { m, n, .. } = self.gemm;
        let (a, b) = (io.f32(0), io.f32(1));
        for share in io.part().share(self.shares, 1).range() {
            for slice in self.slices_of(share) {
                let (rows, cols) = (Part::WHOLE.share(m, 1), Part::WHOLE.share(n, 1));
                let tile = io.tile(slice * m * n, n, rows, cols);
                self.gemm
                    .run_along(self.k(slice), a, b, tile, io.scratch(), None);
            }
        }
    }
}

/// x: [S, ...] → [...], summed from the first slice to the last.
#[derive(Debug)]
pub struct SumSlices;

impl Op for SumSlices {
    fn name(&self) -> &'static str {
        "sumSlices"
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(self.name(), inputs)?;
        Ok(Type::f32(Shape::new(&x.shape.dims()[1..])))
    }

    fn vjp(&self, _: &mut Builder, x: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None; x.len()])
    }

    fn flops(&self, inputs: &[Type], output: &Type) -> u64 {
        (inputs[0].shape.size() - output.shape.size()) as u64
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        output.shape.size().div_ceil(PIECE)
    }

    fn announces(&self) -> bool {
        true
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let len = output.shape.size();
        let (first, others) = io.f32(0).split_at(len);
        for piece in io.part().share(len, PIECE).steps(PIECE) {
            let out = io.out(piece, 1);
            out.copy_from_slice(&first[piece.range()]);
            for other in others.chunks_exact(len) {
                add_into(&other[piece.range()], out);
            }
            io.finish(piece.start(), piece.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case};

    fn product(m: usize, k: usize, n: usize, ta: bool, tb: bool) -> Gemm {
        Gemm { m, n, k, ta, tb }
    }

    /// The bits of a · b, in one step or in two.
    fn bits(gemm: Gemm, shares: Option<usize>) -> Vec<u32> {
        let Gemm { m, n, k, ta, tb } = gemm;
        let mut random = Numbers::new(5);
        let a = random.tensor(&if ta { [k, m] } else { [m, k] });
        let b = random.tensor(&if tb { [n, k] } else { [k, n] });
        let inputs = [a, b];
        let Some(shares) = shares else {
            return crate::harness::Call::new(&crate::MatMul { ta, tb }, &inputs)
                .run()
                .output
                .bits;
        };
        let op = ShareSums::of(gemm, shares).expect("it is divided");
        let sums = crate::harness::Call::new(&op, &inputs).run().output;
        crate::harness::Call::new(&SumSlices, &[sums])
            .run()
            .output
            .bits
    }

    #[test]
    fn the_bits_are_those_of_the_product() {
        for (shares, k) in [(2, 784), (2, 770), (4, 770), (3, 600), (2, 1500), (6, 1500)] {
            for (ta, tb) in [(false, false), (false, true), (true, false), (true, true)] {
                let gemm = product(7, k, 19, ta, tb);
                assert_eq!(
                    bits(gemm, Some(shares)),
                    bits(gemm, None),
                    "{gemm:?}, {shares}"
                );
            }
        }
    }

    #[test]
    fn any_division_gives_the_same_bits() {
        let mut random = Numbers::new(6);
        let gemm = product(3, 784, 5, false, false);
        let op = ShareSums::of(gemm, 2).expect("it is divided");
        let inputs = [random.tensor(&[3, 784]), random.tensor(&[784, 5])];
        // Blocks of 196, the first two together.
        let sums = |x: &[Vec<f64>]| {
            let mut out = Vec::new();
            for k in [0..392, 392..588, 588..784] {
                for at in 0..15 {
                    let term = |l: usize| x[0][at / 5 * 784 + l] * x[1][l * 5 + at % 5];
                    out.push(k.clone().map(term).sum::<f64>());
                }
            }
            out
        };
        case(op, &inputs, sums).within(1e-5, 1e-5).check_values();
        let x = random.tensor(&[3, 700]);
        let total = |x: &[Vec<f64>]| {
            (0..700)
                .map(|i| (0..3).map(|s| x[0][s * 700 + i]).sum())
                .collect()
        };
        case(SumSlices, &[x], total)
            .within(1e-6, 1e-6)
            .check_values();
    }

    #[test]
    fn only_where_fewer_elements_go_from_thread_to_thread() {
        let divided =
            |m, k, shares| ShareSums::of(product(m, k, 128, false, false), shares).is_some();
        assert!(divided(32, 784, 2) && divided(128, 784, 2) && divided(32, 784, 4));
        // One thread; blocks that cannot be shared alike; many rows.
        assert!(!divided(32, 784, 1) && !divided(32, 784, 3) && !divided(32, 256, 2));
        assert!(!divided(132, 784, 2));
    }
}
