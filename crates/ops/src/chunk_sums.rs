//! chunkSums(x): the sums of 4096 elements each of x in memory order, so that a large sum can be
//! taken by several threads in a fixed order; and its gradient, which repeats each number as often.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;
use gradloom_kernels::reduce::{self, CHUNK};

use crate::{Stored, check, layout};

/// (x: [...]) → [⌈size / 4096⌉]
#[derive(Clone, Copy, Debug)]
pub struct ChunkSums;

/// (dy: [⌈size / 4096⌉]) → `shape`
#[derive(Clone, Debug)]
pub struct ChunkSumsGrad {
    pub shape: Shape,
}

impl Stored for ChunkSums {
    const NAME: &'static str = "chunkSums";

    fn decode(_: &mut Attrs<'_>) -> Result<ChunkSums> {
        Ok(ChunkSums)
    }
}

impl Op for ChunkSums {
    fn name(&self) -> &'static str {
        ChunkSums::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let x = check::one_f32(ChunkSums::NAME, inputs)?;
        Ok(Type::f32(Shape::new([x.size().div_ceil(CHUNK)])))
    }

    // dx = dy, each element repeated over its chunk
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let shape = b.shape(x[0]).clone();
        Ok(vec![Some(match b.node(dy).fill() {
            Some(value) => b.fill(value, shape),
            None => b.apply(ChunkSumsGrad { shape }, &[dy])?,
        })])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        inputs[0].shape.size() as u64
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(inputs[0].shape.size() as u64, output.shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), 1);
        let x = io.f32(0);
        let end = (share.range().end * CHUNK).min(x.len());
        reduce::chunk_sums(&x[share.start() * CHUNK..end], io.out(share, 1));
    }
}

impl Stored for ChunkSumsGrad {
    const NAME: &'static str = "chunkSumsGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<ChunkSumsGrad> {
        Ok(ChunkSumsGrad {
            shape: Shape::checked(ChunkSumsGrad::NAME, a.sizes()?)?,
        })
    }
}

impl Op for ChunkSumsGrad {
    fn name(&self) -> &'static str {
        ChunkSumsGrad::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        layout::list(self.shape.dims())
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let sums = check::one_f32(ChunkSumsGrad::NAME, inputs)?;
        if sums.dims() != [self.shape.size().div_ceil(CHUNK)] {
            let message = format!("shape {sums} is not that of the chunks of {}", self.shape);
            return Err(GraphError::shape(ChunkSumsGrad::NAME, message));
        }
        Ok(Type::f32(self.shape.clone()))
    }

    // ddy = the sums of the chunks of the gradient
    fn vjp(&self, b: &mut Builder, _: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        Ok(vec![Some(b.apply(ChunkSums, &[g])?)])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        check::parts(output.shape.size() as u64, inputs[0].shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), CHUNK);
        let sums = io.f32(0).iter().skip(share.start() / CHUNK);
        for (out, &sum) in io.out(share, 1).chunks_mut(CHUNK).zip(sums) {
            out.fill(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    const SIZES: [usize; 6] = [0, 1, 4095, 4096, 4097, 12_300];

    #[test]
    fn each_chunk_is_summed() {
        for n in SIZES {
            let x = Numbers::new(1).tensor(&[n]);
            let sums = |x: &[Vec<f64>]| x[0].chunks(CHUNK).map(|c| c.iter().sum()).collect();
            case(ChunkSums, &[x], sums).within(1e-6, 1e-3).check();
        }
    }

    #[test]
    fn each_number_is_repeated() {
        for n in SIZES {
            let dy = Numbers::new(1).tensor(&[n.div_ceil(CHUNK)]);
            let op = ChunkSumsGrad { shape: shape(&[n]) };
            let repeat = move |x: &[Vec<f64>]| (0..n).map(|i| x[0][i / CHUNK]).collect();
            case(op, &[dy], repeat).gradient_within(1e-4).check();
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        let op = ChunkSumsGrad {
            shape: shape(&[5000]),
        };
        refuses(op, &[Type::f32(shape(&[3]))], &["[3]", "[5000]"]);
        refuses(ChunkSums, &[Type::i32(shape(&[3]))], &["i32[3]", "castF32"]);
    }
}
