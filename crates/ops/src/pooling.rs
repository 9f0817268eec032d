//! Which windows a pooling has: the attributes that poolings and their gradients share, and what
//! they make of shapes. No arithmetic on elements.

use gradloom_graph::{Attrs, GraphError, MAX_ELEMENTS, Result, Shape, Type};
use gradloom_kernels::pool::{Pool, PoolAxis, Windows};

use crate::check;
use crate::per_axis::PerAxis;
use crate::windows::{image, image_shape};

/// The most spatial axes.
const AXES: usize = 3;

/// One number for each spatial axis.
#[derive(Clone, Copy, Debug)]
pub struct Pooling {
    /// Elements of a window; where the stride is 0, the number of windows, spread evenly.
    pub sizes: PerAxis,
    pub strides: PerAxis,
    /// How far windows reach out before the first and after the last element.
    pub low: PerAxis,
    pub high: PerAxis,
}

impl Pooling {
    pub fn decode(op: &str, a: &mut Attrs<'_>) -> Result<Pooling> {
        Ok(Pooling {
            sizes: PerAxis::decode(op, a)?,
            strides: PerAxis::decode(op, a)?,
            low: PerAxis::decode(op, a)?,
            high: PerAxis::decode(op, a)?,
        })
    }

    pub fn attrs(&self) -> Vec<f64> {
        let mut attrs = Vec::new();
        for list in [&self.sizes, &self.strides, &self.low, &self.high] {
            list.attrs(&mut attrs);
        }
        attrs
    }

    /// What the kernel computes from x, and the shape that comes of it.
    pub fn kernel(&self, op: &str, x: &Shape) -> Result<(Pool, Shape)> {
        let (batch, spatial, channels) = image(op, x)?;
        let rank = spatial.len();
        let lists = [&self.sizes, &self.strides, &self.low, &self.high];
        if !(1..=AXES).contains(&rank) || lists.iter().any(|list| list.len() != rank) {
            let message =
                format!("takes one to three spatial axes and as many sizes and so on, not {rank}");
            return Err(GraphError::shape(op, message));
        }
        if channels == 0 {
            return Err(GraphError::shape(op, "takes at least one channel"));
        }
        let mut axes = [PoolAxis::NONE; AXES];
        for (axis, &input) in spatial.iter().enumerate() {
            axes[AXES - rank + axis] = self.axis(op, axis, input)?;
        }
        let outputs = axes.map(|a| a.output);
        let shape = image_shape(op, batch, &outputs[AXES - rank..], channels)?;
        Ok((
            Pool {
                batch,
                axes,
                channels,
            },
            shape,
        ))
    }

    fn axis(&self, op: &str, axis: usize, input: usize) -> Result<PoolAxis> {
        let (size, stride) = (self.sizes[axis], self.strides[axis]);
        let (low, high) = (self.low[axis], self.high[axis]);
        let refuse = |why: &str| {
            let message = format!(
                "axis {axis} of {input}: size {size}, stride {stride}, pads {low} and {high}: {why}"
            );
            Err(GraphError::shape(op, message))
        };
        if size == 0 || input == 0 {
            return refuse("sizes must be at least 1");
        }
        if stride == 0 {
            return match (low, high) {
                (0, 0) => Ok(PoolAxis {
                    input,
                    output: size,
                    windows: Windows::Adaptive,
                }),
                _ => refuse("windows spread evenly take no padding"),
            };
        }
        if low >= size || high >= size {
            return refuse("a window would have no element; pad by less than its size");
        }
        let padded = input as u128 + low as u128 + high as u128;
        if padded > MAX_ELEMENTS as u128 {
            return refuse("too large");
        }
        if size as u128 > padded {
            return refuse(&format!("a window of {size} does not fit into {padded}"));
        }
        Ok(PoolAxis {
            input,
            output: ((padded - size as u128) / stride as u128) as usize + 1,
            windows: Windows::Strided { size, stride, low },
        })
    }
}

/// Elements of x that are read, at most, for a pooling.
pub fn work(pool: &Pool) -> u64 {
    let reads = |a: &PoolAxis| match a.windows {
        Windows::Strided { size, .. } => a.output as u64 * size.min(a.input) as u64,
        Windows::Adaptive => (a.input + a.output) as u64,
    };
    let points: u64 = pool.axes.iter().map(reads).product();
    (pool.batch * pool.channels) as u64 * points
}

/// Into how many parts it is worth dividing.
pub fn parts(pool: &Pool, points: usize) -> usize {
    check::parts(work(pool), points)
}

/// Two f32 inputs, of which the second has shape `wanted`.
pub fn pair(op: &str, x: &Type, other: &Type, wanted: &Shape) -> Result<()> {
    check::is_f32(op, x)?;
    check::is_f32(op, other)?;
    same(op, &other.shape, wanted, &x.shape)
}

/// The shape given is the one that belongs to `x`.
pub fn same(op: &str, given: &Shape, wanted: &Shape, x: &Shape) -> Result<()> {
    if given == wanted {
        return Ok(());
    }
    let message = format!("shape {given} does not belong to {x}, but {wanted} does");
    Err(GraphError::shape(op, message))
}

#[cfg(test)]
#[path = "pooling_test.rs"]
mod tests;
