//! sumPool(x): the sum of each window of a channels-last tensor, channel by channel, from which
//! averages are composed; and its gradient, which gives each element the sum over its windows. Each
//! is the gradient of the other.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;
use gradloom_kernels::pool::Pool;

use crate::division::pointwise;
use crate::per_axis::PerAxis;
use crate::pooling::{self, Pooling};
use crate::windows::image;
use crate::{Stored, check};

/// (x: [B, ...spatial, C]) → [B, ...spatial', C]
#[derive(Clone, Copy, Debug)]
pub struct SumPool {
    pub pooling: Pooling,
}

/// (dy: [B, ...spatial', C]) → [B, ...spatial, C]
#[derive(Clone, Copy, Debug)]
pub struct SumPoolGrad {
    pub pooling: Pooling,
    pub spatial: PerAxis,
}

impl Stored for SumPool {
    const NAME: &'static str = "sumPool";

    fn decode(a: &mut Attrs<'_>) -> Result<SumPool> {
        let pooling = Pooling::decode(SumPool::NAME, a)?;
        Ok(SumPool { pooling })
    }
}

impl SumPool {
    fn kernel(&self, inputs: &[Type]) -> Result<(Pool, Shape)> {
        let x = check::one_f32(SumPool::NAME, inputs)?;
        self.pooling.kernel(SumPool::NAME, x)
    }
}

const CHECKED: &str = "the shape rule checks the shapes";

impl Op for SumPool {
    fn name(&self) -> &'static str {
        SumPool::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        self.pooling.attrs()
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        Ok(Type::f32(self.kernel(inputs)?.1))
    }

    // dx = for each element the sum of dy over its windows
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let x = b.shape(x[0]).dims();
        let spatial = x[1..x.len() - 1].into();
        let pooling = self.pooling;
        Ok(vec![Some(
            b.apply(SumPoolGrad { pooling, spatial }, &[dy])?,
        )])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        pooling::work(&self.kernel(inputs).expect(CHECKED).0)
    }

    fn parts(&self, inputs: &[Type], _: &Type) -> usize {
        let pool = self.kernel(inputs).expect(CHECKED).0;
        pooling::parts(&pool, pool.out_points())
    }

    fn announces(&self) -> bool {
        true
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (pool, x) = (self.kernel(inputs).expect(CHECKED).0, io.f32(0));
        let sum = |at, out: &mut [f32]| pool.sum(x, at, out);
        pointwise(io, pool.out_points(), pool.channels, &sum);
    }
}

impl Stored for SumPoolGrad {
    const NAME: &'static str = "sumPoolGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<SumPoolGrad> {
        let pooling = Pooling::decode(SumPoolGrad::NAME, a)?;
        let spatial = PerAxis::decode(SumPoolGrad::NAME, a)?;
        Ok(SumPoolGrad { pooling, spatial })
    }
}

impl SumPoolGrad {
    fn kernel(&self, inputs: &[Type]) -> Result<(Pool, Shape)> {
        let dy = check::one_f32(SumPoolGrad::NAME, inputs)?;
        let (batch, _, channels) = image(SumPoolGrad::NAME, dy)?;
        let dims = [&[batch], &self.spatial[..], &[channels]].concat();
        let x = Shape::checked(SumPoolGrad::NAME, dims)?;
        let (pool, made) = self.pooling.kernel(SumPoolGrad::NAME, &x)?;
        pooling::same(SumPoolGrad::NAME, dy, &made, &x)?;
        Ok((pool, x))
    }
}

impl Op for SumPoolGrad {
    fn name(&self) -> &'static str {
        SumPoolGrad::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        let mut attrs = self.pooling.attrs();
        self.spatial.attrs(&mut attrs);
        attrs
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        Ok(Type::f32(self.kernel(inputs)?.1))
    }

    // ddy = the sums of the windows of g
    fn vjp(&self, b: &mut Builder, _: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        let pooling = self.pooling;
        Ok(vec![Some(b.apply(SumPool { pooling }, &[g])?)])
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        pooling::work(&self.kernel(inputs).expect(CHECKED).0)
    }

    fn parts(&self, inputs: &[Type], _: &Type) -> usize {
        let pool = self.kernel(inputs).expect(CHECKED).0;
        pooling::parts(&pool, pool.in_points())
    }

    fn announces(&self) -> bool {
        true
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let (pool, dy) = (self.kernel(inputs).expect(CHECKED).0, io.f32(0));
        let sum = |at, out: &mut [f32]| pool.sum_grad(dy, at, out);
        pointwise(io, pool.in_points(), pool.channels, &sum);
    }
}
