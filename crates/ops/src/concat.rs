//! concat(x…, axis): the inputs one after the other along `axis`.

use gradloom_graph::{Attrs, Builder, Dtype, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, window};

use crate::slice::Slice;
use crate::{Stored, check};

/// The most inputs that the executor passes.
const MOST: usize = 32;

#[derive(Clone, Copy, Debug)]
pub struct Concat {
    pub axis: i64,
}

impl Stored for Concat {
    const NAME: &'static str = "concat";

    fn decode(a: &mut Attrs<'_>) -> Result<Concat> {
        Ok(Concat { axis: a.i64()? })
    }
}

/// `shape` with size 0 along `axis`: what all inputs have in common.
fn others(ty: &Type, axis: usize) -> Vec<usize> {
    let mut dims = ty.shape.dims().to_vec();
    dims[axis] = 0;
    dims
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        Concat::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.axis as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let fail = |message| Err(GraphError::shape(Concat::NAME, message));
        let count = inputs.len();
        if !(1..=MOST).contains(&count) {
            return fail(format!("takes 1 to {MOST} inputs, not {count}"));
        }
        let first = &inputs[0];
        let axis = first.shape.axis(Concat::NAME, self.axis)?;
        let fits = |ty: &&Type| {
            let like = ty.dtype == first.dtype && ty.shape.rank() == first.shape.rank();
            like && others(ty, axis) == others(first, axis)
        };
        if let Some(odd) = inputs.iter().find(|ty| !fits(ty)) {
            return fail(format!(
                "takes tensors that differ along axis {axis} only, not {first} and {odd}"
            ));
        }
        let mut dims = others(first, axis);
        dims[axis] = inputs.iter().map(|ty| ty.shape.dims()[axis]).sum();
        Ok(Type {
            shape: Shape::checked(Concat::NAME, dims)?,
            dtype: first.dtype,
        })
    }

    // dx_k = the part of dy that x_k is
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(y) != Dtype::F32 {
            return Ok(vec![None; x.len()]);
        }
        let axis = b.shape(y).axis(Concat::NAME, self.axis)?;
        let rank = b.shape(y).rank();
        let mut at = 0;
        let mut part = |&x: &NodeId| {
            let sizes = b.shape(x).dims().to_vec();
            let mut starts = vec![0; rank];
            starts[axis] = at;
            at += sizes[axis];
            let slice = Slice {
                starts,
                sizes,
                steps: vec![1; rank],
            };
            Ok(Some(b.apply(slice, &[dy])?))
        };
        x.iter().map(&mut part).collect()
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        let size = output.shape.size();
        check::parts(size as u64, size.div_ceil(check::LINE))
    }

    fn identity(&self, fills: &[Option<f32>]) -> Option<usize> {
        (fills.len() == 1).then_some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let axis = output.shape.axis(Concat::NAME, self.axis);
        let axis = axis.expect("the shape rule checks the axis");
        let width = |ty: &Type| ty.shape.dims()[axis..].iter().product::<usize>();
        let share = io.part().share(output.shape.size(), check::LINE);
        let out = io.out(share, 1);
        window::concat(
            |k| io.f32(k),
            |k| width(&inputs[k]),
            width(output),
            share.start(),
            out,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, Tensor, case, refuses, shape};

    fn check(dims: &[&[usize]], axis: i64) {
        let mut random = Numbers::new(1);
        let rank = dims[0].len() as i64;
        let at = axis.rem_euclid(rank) as usize;
        let widths: Vec<usize> = dims.iter().map(|d| d[at..].iter().product()).collect();
        let rows: usize = dims[0][..at].iter().product();
        let reference = move |x: &[Vec<f64>]| {
            let row = |r: usize| (0..x.len()).map(move |k| (k, r));
            let part = |(k, r): (usize, usize)| x[k][r * widths[k]..][..widths[k]].to_vec();
            (0..rows).flat_map(row).flat_map(part).collect()
        };
        let floats: Vec<Tensor> = dims.iter().map(|d| random.tensor(d)).collect();
        case(Concat { axis }, &floats, reference.clone()).check();
        let ints: Vec<Tensor> = dims.iter().map(|d| random.indices(d, 99)).collect();
        case(Concat { axis }, &ints, reference).check();
    }

    #[test]
    fn any_axis_and_number_of_inputs() {
        (1..=17).for_each(|n| check(&[&[3, n], &[3, 2]], -1));
        check(&[&[2], &[0], &[3], &[1]], 0);
        check(&[&[2, 1, 3], &[2, 4, 3], &[2, 2, 3]], 1);
        check(&[[2, 3].as_slice(); 32], 0);
    }

    #[test]
    fn other_shapes_are_refused() {
        let f = |d: &[usize]| Type::f32(shape(d));
        let op = |axis| Concat { axis };
        refuses(
            op(0),
            &[f(&[2, 3]), f(&[2, 4])],
            &["[2, 3]", "[2, 4]", "axis 0"],
        );
        refuses(op(0), &[f(&[2, 3]), f(&[2])], &["[2, 3]", "[2]"]);
        refuses(op(0), &[f(&[2]), Type::i32(shape(&[2]))], &["i32[2]"]);
        refuses(op(3), &[f(&[2, 3])], &["axis 3", "[2, 3]"]);
        refuses(op(0), &vec![f(&[2]); 33], &["33"]);
        refuses(op(0), &[f(&[1 << 29]), f(&[1 << 29])], &["elements"]);
    }
}
