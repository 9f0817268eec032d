//! maxPool(x): the largest of each window of a channels-last tensor, channel by channel. Its
//! gradient goes to the first of the largest; that gradient is linear in dy, and its own gradient
//! picks from where it went.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::Io;
use gradloom_kernels::pool::Pool;

use crate::division::pointwise;
use crate::pooling::{self, Pooling};
use crate::{Stored, check};

/// (x: [B, ...spatial, C]) → [B, ...spatial', C]
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    pub pooling: Pooling,
}

/// (x: [B, ...spatial, C], dy: [B, ...spatial', C]) → [B, ...spatial, C]
#[derive(Clone, Copy, Debug)]
pub struct MaxPoolGrad {
    pub pooling: Pooling,
}

/// (x, g: [B, ...spatial, C]) → [B, ...spatial', C]: g at the first of the largest of each window.
#[derive(Clone, Copy, Debug)]
pub struct MaxPoolPickGrad {
    pub pooling: Pooling,
}

fn kernel(pooling: &Pooling, inputs: &[Type]) -> Pool {
    let kernel = pooling.kernel(MaxPool::NAME, &inputs[0].shape);
    kernel.expect("the shape rule checks the shapes").0
}

impl Stored for MaxPool {
    const NAME: &'static str = "maxPool";

    fn decode(a: &mut Attrs<'_>) -> Result<MaxPool> {
        let pooling = Pooling::decode(MaxPool::NAME, a)?;
        Ok(MaxPool { pooling })
    }
}

impl Op for MaxPool {
    fn name(&self) -> &'static str {
        MaxPool::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        self.pooling.attrs()
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let x = check::one_f32(MaxPool::NAME, inputs)?;
        Ok(Type::f32(self.pooling.kernel(MaxPool::NAME, x)?.1))
    }

    // dx = dy at the first of the largest of each window
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let pooling = self.pooling;
        Ok(vec![Some(b.apply(MaxPoolGrad { pooling }, &[x[0], dy])?)])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        pooling::work(&kernel(&self.pooling, inputs))
    }

    fn parts(&self, inputs: &[Type], _: &Type) -> usize {
        let pool = kernel(&self.pooling, inputs);
        pooling::parts(&pool, pool.out_points())
    }

    fn announces(&self) -> bool {
        true
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (pool, x) = (kernel(&self.pooling, inputs), io.f32(0));
        let max = |at, out: &mut [f32]| pool.max(x, at, out);
        pointwise(io, pool.out_points(), pool.channels, &max);
    }
}

impl Stored for MaxPoolGrad {
    const NAME: &'static str = "maxPoolGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<MaxPoolGrad> {
        let pooling = Pooling::decode(MaxPoolGrad::NAME, a)?;
        Ok(MaxPoolGrad { pooling })
    }
}

impl Op for MaxPoolGrad {
    fn name(&self) -> &'static str {
        MaxPoolGrad::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        self.pooling.attrs()
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x, dy] = check::arity(MaxPoolGrad::NAME, inputs)?;
        let (_, shape) = self.pooling.kernel(MaxPoolGrad::NAME, &x.shape)?;
        pooling::pair(MaxPoolGrad::NAME, x, dy, &shape)?;
        Ok(x.clone())
    }

    // ddy = g where dy went
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        let pooling = self.pooling;
        Ok(vec![
            None,
            Some(b.apply(MaxPoolPickGrad { pooling }, &[x[0], g])?),
        ])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        2 * pooling::work(&kernel(&self.pooling, inputs))
    }

    fn parts(&self, inputs: &[Type], _: &Type) -> usize {
        let pool = kernel(&self.pooling, inputs);
        pooling::parts(&pool, pool.in_points())
    }

    fn announces(&self) -> bool {
        true
    }

    /// Image by image, as far as they are this part's.
    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let pool = kernel(&self.pooling, inputs);
        let (x, dy, channels) = (io.f32(0), io.f32(1), pool.channels);
        let share = io.part().share(pool.in_points(), 1);
        let (image, mut left) = (
            pool.in_points() / pool.batch.max(1),
            io.out(share, channels),
        );
        let mut at = share.start();
        while !left.is_empty() {
            let points = (image - at % image).min(left.len() / channels);
            let (out, rest) = left.split_at_mut(points * channels);
            pool.max_grad(x, dy, at, out);
            io.finish(at * channels, out.len());
            (at, left) = (at + points, rest);
        }
    }
}

impl Stored for MaxPoolPickGrad {
    const NAME: &'static str = "maxPoolPickGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<MaxPoolPickGrad> {
        let pooling = Pooling::decode(MaxPoolPickGrad::NAME, a)?;
        Ok(MaxPoolPickGrad { pooling })
    }
}

impl Op for MaxPoolPickGrad {
    fn name(&self) -> &'static str {
        MaxPoolPickGrad::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        self.pooling.attrs()
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x, g] = check::arity(MaxPoolPickGrad::NAME, inputs)?;
        let (_, shape) = self.pooling.kernel(MaxPoolPickGrad::NAME, &x.shape)?;
        pooling::pair(MaxPoolPickGrad::NAME, x, g, &x.shape)?;
        Ok(Type::f32(shape))
    }

    // dg = dy at the first of the largest of each window
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let pooling = self.pooling;
        Ok(vec![
            None,
            Some(b.apply(MaxPoolGrad { pooling }, &[x[0], dy])?),
        ])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        2 * pooling::work(&kernel(&self.pooling, inputs))
    }

    fn parts(&self, inputs: &[Type], _: &Type) -> usize {
        let pool = kernel(&self.pooling, inputs);
        pooling::parts(&pool, pool.out_points())
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (pool, x, g) = (kernel(&self.pooling, inputs), io.f32(0), io.f32(1));
        let share = io.part().share(pool.out_points(), 1);
        pool.pick(x, g, share.start(), io.out(share, pool.channels));
    }
}
