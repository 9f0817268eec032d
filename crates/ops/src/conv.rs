//! conv(x, w): the convolution (as a correlation) of channels-last tensors over one to three axes,
//! and its two gradients, which are ops of their own. The three are bilinear: the gradient of each
//! is made of the other two. convTranspose is the gradient with respect to x, and a layer too.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::conv::{AXES, Winograd};
use gradloom_kernels::gemm::{self, Gemm};
use gradloom_kernels::{Conv as Kernel, Io, Part};

use crate::division::{Division, pointwise, products};
use crate::per_axis::PerAxis;
use crate::term::Tape;
use crate::windows::{Sizes, Windows, image, image_shape};
use crate::{Stored, check};

/// Multiplications and additions that the kernels do in the time of a cheap operation.
const FLOPS_AT_ONCE: u64 = 4;

/// (x: [B, ...spatial, C], w: [...taps, C / groups, N]) → [B, ...spatial', N]
#[derive(Clone, Copy, Debug)]
pub struct Conv {
    pub windows: Windows,
}

/// (dy: [B, ...spatial', N], w: [...taps, C / groups, N]) → [B, ...spatial, C]
#[derive(Clone, Copy, Debug)]
pub struct ConvTranspose {
    pub windows: Windows,
    /// Sizes of the output: those of the x whose convolution has the sizes of dy.
    pub spatial: PerAxis,
}

/// (x: [B, ...spatial, C], dy: [B, ...spatial', N]) → [...taps, C / groups, N]
#[derive(Clone, Copy, Debug)]
pub struct ConvKernelGrad {
    pub windows: Windows,
    pub taps: PerAxis,
}

/// A kernel [...taps, inputs, outputs] taken apart.
fn kernel_sizes<'a>(op: &str, w: &'a Shape, rank: usize) -> Result<(&'a [usize], usize, usize)> {
    match w.dims() {
        [taps @ .., inputs, outputs] if taps.len() == rank => Ok((taps, *inputs, *outputs)),
        _ => {
            let message = format!(
                "takes a kernel [...taps, inputs, outputs] with {rank} axes of taps, not {w}"
            );
            Err(GraphError::shape(op, message))
        }
    }
}

/// The sizes of y along the last `rank` axes.
fn output_sizes(k: &Kernel, rank: usize) -> Vec<usize> {
    k.axes[AXES - rank..].iter().map(|a| a.output).collect()
}

fn mismatch(op: &str, a: &Shape, b: &Shape, why: &str) -> GraphError {
    GraphError::shape(op, format!("shapes {a} and {b}: {why}"))
}

impl Conv {
    fn kernel(&self, inputs: &[Type]) -> Result<(Kernel, Shape)> {
        let [x, w] = check::arity(Self::NAME, inputs)?;
        let (batch, spatial, channels) = image(Self::NAME, &x.shape)?;
        let (taps, per_group, outputs) = kernel_sizes(Self::NAME, &w.shape, spatial.len())?;
        let channels = (channels, outputs);
        let sizes = Sizes {
            batch,
            spatial,
            taps,
            channels,
        };
        let kernel = self.windows.kernel(Self::NAME, &sizes)?;
        if kernel.inputs != per_group {
            let (groups, each) = (kernel.groups, kernel.inputs);
            let why = format!(
                "{} channels in {groups} groups are {each} a group",
                channels.0
            );
            return Err(mismatch(Self::NAME, &x.shape, &w.shape, &why));
        }
        let sizes = output_sizes(&kernel, spatial.len());
        let shape = image_shape(Self::NAME, batch, &sizes, outputs)?;
        Ok((kernel, shape))
    }
}

impl ConvTranspose {
    fn kernel(&self, inputs: &[Type]) -> Result<(Kernel, Shape)> {
        let [dy, w] = check::arity(Self::NAME, inputs)?;
        let (batch, given, outputs) = image(Self::NAME, &dy.shape)?;
        let (taps, per_group, filters) = kernel_sizes(Self::NAME, &w.shape, given.len())?;
        let spatial = &self.spatial[..];
        if spatial.len() != given.len() || filters != outputs {
            let why = format!("the kernel is not one from {spatial:?} to {outputs} channels");
            return Err(mismatch(Self::NAME, &dy.shape, &w.shape, &why));
        }
        let too_many = || mismatch(Self::NAME, &dy.shape, &w.shape, "too many channels");
        let channels = per_group
            .checked_mul(self.windows.groups)
            .ok_or_else(too_many)?;
        let channels = (channels, outputs);
        let sizes = Sizes {
            batch,
            spatial,
            taps,
            channels,
        };
        let kernel = self.windows.kernel(Self::NAME, &sizes)?;
        let made = output_sizes(&kernel, given.len());
        if made != given {
            let why = format!("a convolution of {spatial:?} would have {made:?}");
            return Err(mismatch(Self::NAME, &dy.shape, &w.shape, &why));
        }
        let shape = image_shape(Self::NAME, batch, spatial, channels.0)?;
        Ok((kernel, shape))
    }
}

impl ConvKernelGrad {
    fn kernel(&self, inputs: &[Type]) -> Result<(Kernel, Shape)> {
        let [x, dy] = check::arity(Self::NAME, inputs)?;
        let (batch, spatial, channels) = image(Self::NAME, &x.shape)?;
        let (images, given, outputs) = image(Self::NAME, &dy.shape)?;
        let taps = &self.taps[..];
        if taps.len() != spatial.len() || images != batch {
            let why = format!("not a convolution with taps {taps:?}");
            return Err(mismatch(Self::NAME, &x.shape, &dy.shape, &why));
        }
        let channels = (channels, outputs);
        let sizes = Sizes {
            batch,
            spatial,
            taps,
            channels,
        };
        let kernel = self.windows.kernel(Self::NAME, &sizes)?;
        let made = output_sizes(&kernel, spatial.len());
        if made != given {
            let why = format!("a convolution with taps {taps:?} would have {made:?}");
            return Err(mismatch(Self::NAME, &x.shape, &dy.shape, &why));
        }
        let dims = [taps, &[kernel.inputs, outputs]].concat();
        Ok((kernel, Shape::checked(Self::NAME, dims)?))
    }
}

/// Channel by channel: products would have a depth of some taps only.
fn is_depthwise(k: &Kernel) -> bool {
    k.groups > 1 && k.inputs == 1
}

fn flops(k: &Kernel) -> u64 {
    let factors = [2, k.out_points(), k.taps(), k.groups, k.inputs, k.outputs];
    factors.map(|x| x as u64).iter().product()
}

/// Into how many parts one of the three is worth dividing, as products of this size.
fn parts(k: &Kernel, size: &Gemm, points: usize) -> usize {
    let tiles = k.groups * size.m.div_ceil(gemm::MR) * size.n.div_ceil(gemm::NR);
    let units = if is_depthwise(k) { points } else { tiles };
    check::parts(flops(k) / FLOPS_AT_ONCE, units)
}

/// A convolution in tiles, by rows of outputs.
fn in_tiles(k: &Winograd, pair: (&[f32], &[f32]), io: &mut Io<'_>) {
    let (rows, width) = (io.part().share(k.rows(), k.grain()), k.row_size());
    let out = io.out(rows, width);
    let (scratch, mut finished) = io.scratch_and_finished();
    k.run(pair, rows.range(), out, scratch, &mut |done| {
        if let Some(finished) = &mut finished {
            finished((rows.start() + done.start) * width, done.len() * width);
        }
    });
}

/// The gradient of its kernel, by channels of the output.
fn kernel_grad_in_tiles(k: &Kernel, tiles: &Winograd, pair: (&[f32], &[f32]), io: &mut Io<'_>) {
    let (m, n) = (k.taps() * k.inputs, k.outputs);
    let cols = io.part().share(n, gemm::NR);
    if cols.is_empty() {
        return;
    }
    let mut dw = io.tile(0, n, Part::WHOLE.share(m, 1), cols);
    tiles.kernel_grad(pair, &mut dw, io.scratch());
    if cols.len() == n {
        return io.finish(0, m * n);
    }
    (0..m).for_each(|row| io.finish(row * n + cols.start(), cols.len()));
}

const CHECKED: &str = "the shape rule checks the shapes";

impl Conv {
    fn size(k: &Kernel) -> Gemm {
        k.forward_size()
    }

    fn points(k: &Kernel) -> usize {
        k.out_points()
    }

    fn scratch(k: &Kernel) -> usize {
        match k.winograd() {
            Some(tiles) => tiles.scratch(),
            None => k.forward_size().scratch(),
        }
    }

    // dx = convTranspose(dy, w), dw = convKernelGrad(x, dy)
    fn grads(&self, tape: &Tape, x: &[NodeId], dy: NodeId) -> Vjp {
        let ([x0, w], dy) = (tape.terms(x), tape.term(dy));
        let dx = dy.zip(transpose(&self.windows, &x0.shape()), w);
        let dw = x0.zip(kernel_grad(&self.windows, &w.shape()), dy);
        tape.grads(x, [dx, dw])
    }

    fn compute(k: &Kernel, io: &mut Io<'_>) {
        let pair = (io.f32(0), io.f32(1));
        if is_depthwise(k) {
            let width = k.groups * k.outputs;
            return pointwise(io, k.out_points(), width, &|at, out| {
                k.depthwise(pair, at, out)
            });
        }
        if let Some(tiles) = k.winograd() {
            return in_tiles(&tiles, pair, io);
        }
        let size = k.forward_size();
        let division = Division::new(k.groups, &size, io.part());
        products(
            io,
            division,
            &size,
            k.groups,
            gemm::MR,
            &|group, c, scratch, finished| {
                k.forward(group, pair, c, scratch, finished);
            },
        );
    }
}

impl ConvTranspose {
    fn size(k: &Kernel) -> Gemm {
        k.input_grad_size()
    }

    fn points(k: &Kernel) -> usize {
        k.in_points()
    }

    fn scratch(k: &Kernel) -> usize {
        match k.winograd_input_grad() {
            Some(tiles) => tiles.scratch(),
            None => k.input_grad_scratch(),
        }
    }

    // ddy = conv(g, w), dw = convKernelGrad(g, dy)
    fn grads(&self, tape: &Tape, x: &[NodeId], g: NodeId) -> Vjp {
        let ([dy, w], g) = (tape.terms(x), tape.term(g));
        let ddy = g.zip(conv(&self.windows), w);
        let dw = g.zip(kernel_grad(&self.windows, &w.shape()), dy);
        tape.grads(x, [ddy, dw])
    }

    fn compute(k: &Kernel, io: &mut Io<'_>) {
        let pair = (io.f32(0), io.f32(1));
        if is_depthwise(k) {
            return pointwise(io, k.in_points(), k.groups, &|at, out| {
                k.depthwise_input_grad(pair, at, out);
            });
        }
        if let Some(tiles) = k.winograd_input_grad() {
            return in_tiles(&tiles, pair, io);
        }
        let size = k.input_grad_size();
        let (division, grain) = if k.strided() {
            let image = size.m / k.batch.max(1);
            (
                Division::of_images(k.groups, k.batch, io.part()),
                image.max(1),
            )
        } else {
            (Division::new(k.groups, &size, io.part()), gemm::MR)
        };
        products(
            io,
            division,
            &size,
            k.groups,
            grain,
            &|group, c, scratch, finished| {
                k.input_grad(group, pair, c, scratch, finished);
            },
        );
    }
}

impl ConvKernelGrad {
    fn size(k: &Kernel) -> Gemm {
        k.kernel_grad_size()
    }

    fn points(k: &Kernel) -> usize {
        k.taps()
    }

    fn scratch(k: &Kernel) -> usize {
        match k.winograd() {
            Some(tiles) => tiles.kernel_grad_scratch(k.outputs),
            None => k.kernel_grad_size().scratch(),
        }
    }

    // dx = convTranspose(dy, g), ddy = conv(x, g)
    fn grads(&self, tape: &Tape, x: &[NodeId], g: NodeId) -> Vjp {
        let ([x0, dy], g) = (tape.terms(x), tape.term(g));
        let dx = dy.zip(transpose(&self.windows, &x0.shape()), g);
        let ddy = x0.zip(conv(&self.windows), g);
        tape.grads(x, [dx, ddy])
    }

    fn compute(k: &Kernel, io: &mut Io<'_>) {
        let pair = (io.f32(0), io.f32(1));
        if is_depthwise(k) {
            let width = k.groups * k.outputs;
            let share = io.part().share(k.taps(), 1);
            k.depthwise_kernel_grad(pair, share.range(), io.out(share, width));
            return io.finish(share.start() * width, share.len() * width);
        }
        if let Some(tiles) = k.winograd() {
            return kernel_grad_in_tiles(k, &tiles, pair, io);
        }
        let size = k.kernel_grad_size();
        let division = Division::new(k.groups, &size, io.part());
        products(
            io,
            division,
            &size,
            k.groups,
            gemm::MR,
            &|group, c, scratch, finished| {
                k.kernel_grad(group, pair, c, scratch, finished);
            },
        );
    }
}

fn conv(windows: &Windows) -> Conv {
    Conv { windows: *windows }
}

/// To an x of this shape.
fn transpose(windows: &Windows, x: &Shape) -> ConvTranspose {
    let spatial = x.dims()[1..x.rank() - 1].into();
    ConvTranspose {
        windows: *windows,
        spatial,
    }
}

/// To a kernel of this shape.
fn kernel_grad(windows: &Windows, w: &Shape) -> ConvKernelGrad {
    let taps = w.dims()[..w.rank() - 2].into();
    ConvKernelGrad {
        windows: *windows,
        taps,
    }
}

/// What the three share: attributes are those of the windows, and a list of sizes.
macro_rules! conv_op {
    ($op:ident, $name:literal $(, $sizes:ident)?) => {
        impl Stored for $op {
            const NAME: &'static str = $name;

            fn decode(a: &mut Attrs<'_>) -> Result<$op> {
                let windows = Windows::decode($name, a)?;
                Ok($op { windows, $($sizes: PerAxis::decode($name, a)?)? })
            }
        }

        impl Op for $op {
            fn name(&self) -> &'static str {
                $op::NAME
            }

            fn attrs(&self) -> Vec<f64> {
                let mut attrs = Vec::new();
                self.windows.attrs(&mut attrs);
                $(self.$sizes.attrs(&mut attrs);)?
                attrs
            }

            fn ty(&self, inputs: &[Type]) -> Result<Type> {
                let pair: &[Type; 2] = check::arity($op::NAME, inputs)?;
                for x in pair {
                    check::is_f32($op::NAME, x)?;
                }
                Ok(Type::f32(self.kernel(inputs)?.1))
            }

            fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
                self.grads(&Tape::new(b), x, dy)
            }

            fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
                flops(&self.kernel(inputs).expect(CHECKED).0)
            }

            fn parts(&self, inputs: &[Type], _: &Type) -> usize {
                let k = self.kernel(inputs).expect(CHECKED).0;
                parts(&k, &$op::size(&k), $op::points(&k))
            }

            fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
                $op::scratch(&self.kernel(inputs).expect(CHECKED).0)
            }

            fn announces(&self) -> bool {
                true
            }

            fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
                $op::compute(&self.kernel(inputs).expect(CHECKED).0, io);
            }
        }
    };
}

conv_op!(Conv, "conv");
conv_op!(ConvTranspose, "convTranspose", spatial);
conv_op!(ConvKernelGrad, "convKernelGrad", taps);

#[cfg(test)]
#[path = "conv_test.rs"]
mod tests;
