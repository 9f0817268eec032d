//! How the windows of a convolution lie: the attributes that it shares with its gradients, and what
//! they make of shapes. No arithmetic on elements.

use gradloom_graph::{Attrs, GraphError, MAX_ELEMENTS, Result, Shape};
use gradloom_kernels::Conv as Kernel;
use gradloom_kernels::conv::{AXES, Axis};

use crate::per_axis::PerAxis;

/// One number for each spatial axis, but for the groups of channels.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub strides: PerAxis,
    pub dilations: PerAxis,
    /// Zeros before the first and after the last element.
    pub low: PerAxis,
    pub high: PerAxis,
    pub groups: usize,
}

/// Sizes of the tensors of a convolution, as far as they are known before its output is.
pub struct Sizes<'a> {
    pub batch: usize,
    /// Of x.
    pub spatial: &'a [usize],
    pub taps: &'a [usize],
    /// Channels of x, and of y.
    pub channels: (usize, usize),
}

impl Windows {
    pub fn decode(op: &str, a: &mut Attrs<'_>) -> Result<Windows> {
        Ok(Windows {
            strides: PerAxis::decode(op, a)?,
            dilations: PerAxis::decode(op, a)?,
            low: PerAxis::decode(op, a)?,
            high: PerAxis::decode(op, a)?,
            groups: a.usize()?,
        })
    }

    pub fn attrs(&self, to: &mut Vec<f64>) {
        for list in [&self.strides, &self.dilations, &self.low, &self.high] {
            list.attrs(to);
        }
        to.push(self.groups as f64);
    }

    /// What the kernel computes.
    pub fn kernel(&self, op: &str, sizes: &Sizes) -> Result<Kernel> {
        let rank = sizes.spatial.len();
        let lists = [&self.strides, &self.dilations, &self.low, &self.high];
        if !(1..=AXES).contains(&rank) || lists.iter().any(|list| list.len() != rank) {
            let message =
                format!("takes one to three spatial axes and as many strides, not {rank}");
            return Err(GraphError::shape(op, message));
        }
        let (inputs, outputs) = (sizes.channels.0, sizes.channels.1);
        let divides = |n: usize| self.groups > 0 && n > 0 && n.is_multiple_of(self.groups);
        if !divides(inputs) || !divides(outputs) {
            let groups = self.groups;
            let message =
                format!("{inputs} and {outputs} channels do not divide into {groups} groups");
            return Err(GraphError::shape(op, message));
        }
        let mut axes = [Axis::NONE; AXES];
        for axis in 0..rank {
            axes[AXES - rank + axis] = self.axis(op, axis, sizes)?;
        }
        Ok(Kernel {
            batch: sizes.batch,
            axes,
            groups: self.groups,
            inputs: inputs / self.groups,
            outputs: outputs / self.groups,
        })
    }

    fn axis(&self, op: &str, axis: usize, sizes: &Sizes) -> Result<Axis> {
        let (input, taps) = (sizes.spatial[axis], sizes.taps[axis]);
        let (stride, dilation) = (self.strides[axis], self.dilations[axis]);
        let (low, high) = (self.low[axis], self.high[axis]);
        let refuse = |why: &str| {
            let windows = format!("{taps} taps, stride {stride}, dilation {dilation}");
            let message =
                format!("axis {axis} of {input}: {windows}, padding ({low}, {high}): {why}");
            Err(GraphError::shape(op, message))
        };
        if [input, taps, stride, dilation].contains(&0) {
            return refuse("none of the four may be 0");
        }
        let wide = |x: usize| x as u128;
        let padded = wide(input) + wide(low) + wide(high);
        let extent = (wide(taps) - 1) * wide(dilation) + 1;
        let channels = sizes.channels.0.max(sizes.channels.1);
        if wide(MAX_ELEMENTS) < padded * wide(channels) || wide(MAX_ELEMENTS) < wide(stride) {
            return refuse("too large");
        }
        if extent > padded {
            return refuse(&format!("a window of {extent} does not fit into {padded}"));
        }
        Ok(Axis {
            input,
            output: ((padded - extent) / wide(stride)) as usize + 1,
            taps,
            stride,
            dilation,
            low,
        })
    }
}

/// A tensor [batch, ...spatial, channels] taken apart.
pub fn image<'a>(op: &str, shape: &'a Shape) -> Result<(usize, &'a [usize], usize)> {
    match shape.dims() {
        [batch, spatial @ .., channels] if !spatial.is_empty() => Ok((*batch, spatial, *channels)),
        _ => {
            let message = format!(
                "takes a tensor [batch, ..., channels] with spatial axes between, not {shape}"
            );
            Err(GraphError::shape(op, message))
        }
    }
}

/// [batch, ...spatial, channels] of the last axes of `spatial`.
pub fn image_shape(op: &str, batch: usize, spatial: &[usize], channels: usize) -> Result<Shape> {
    Shape::checked(op, [&[batch], spatial, &[channels]].concat())
}
