//! place(x, whole, starts, steps, value): a tensor of shape `whole` filled with `value`, but x in
//! the box that `slice` with these starts and steps would take out.

use gradloom_graph::{Attrs, Builder, Dtype, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;

use crate::slice::{self, Slice};
use crate::{Stored, check};

#[derive(Clone, Debug)]
pub struct Place {
    pub value: f64,
    pub whole: Shape,
    pub starts: Vec<usize>,
    pub steps: Vec<i64>,
}

impl Stored for Place {
    const NAME: &'static str = "place";

    fn decode(a: &mut Attrs<'_>) -> Result<Place> {
        Ok(Place {
            value: a.f64()?,
            whole: Shape::checked(Place::NAME, a.sizes()?)?,
            starts: a.sizes()?,
            steps: a.list()?,
        })
    }
}

impl Place {
    fn stored(&self) -> Vec<f64> {
        let rest = slice::attrs([self.whole.dims(), &self.starts], &self.steps);
        [vec![self.value], rest].concat()
    }
}

impl Op for Place {
    says! {
        attrs: |op| op.stored();
        flops: |_, _, _| 0;
        parts: |_, _, y| slice::lines(&y.shape);
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(Place::NAME, inputs)?;
        let sizes = x.shape.dims();
        slice::inside(Place::NAME, &self.whole, sizes, &self.starts, &self.steps)?;
        Ok(Type {
            shape: self.whole.clone(),
            dtype: x.dtype,
        })
    }

    // dx = the box of dy
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(x[0]) != Dtype::F32 {
            return Ok(vec![None]);
        }
        let slice = Slice {
            starts: self.starts.clone(),
            sizes: b.shape(x[0]).dims().to_vec(),
            steps: self.steps.clone(),
        };
        Ok(vec![Some(b.apply(slice, &[dy])?)])
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        self.steps.iter().all(|&step| step == 1).then_some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), check::LINE);
        let value = match output.dtype {
            Dtype::F32 => self.value as f32,
            Dtype::I32 => f32::from_bits(self.value as i32 as u32),
        };
        let (whole, sizes) = (self.whole.dims(), inputs[0].shape.dims());
        slice::window(whole, sizes, &self.starts, &self.steps).place(
            io.f32(0),
            value,
            share.start(),
            io.out(share, 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, boxed, case, refuses, shape};

    fn check(whole: &[usize], starts: &[usize], sizes: &[usize], steps: &[i64]) {
        let mut random = Numbers::new(1);
        let op = Place {
            value: -3.0,
            whole: shape(whole),
            starts: starts.to_vec(),
            steps: steps.to_vec(),
        };
        let places = boxed(whole, sizes, starts, steps);
        let size = shape(whole).size();
        let reference = move |x: &[Vec<f64>]| {
            let mut out = vec![-3.0; size];
            places.iter().zip(&x[0]).for_each(|(&at, x)| out[at] = *x);
            out
        };
        case(op.clone(), &[random.tensor(sizes)], reference.clone())
            .twice()
            .check();
        case(op, &[random.indices(sizes, 99)], reference).check();
    }

    #[test]
    fn boxes_of_any_step() {
        check(&[], &[], &[], &[]);
        (1..=17).for_each(|n| check(&[3, n + 2], &[1, 2], &[2, n], &[1, 1]));
        (1..=9).for_each(|n| check(&[2 * n + 1], &[1], &[n], &[2]));
        check(&[9], &[8], &[9], &[-1]);
        check(&[4, 5], &[3, 4], &[2, 5], &[-2, -1]);
        check(&[2, 3, 4, 5], &[0, 2, 0, 0], &[2, 1, 4, 5], &[1, 1, 1, 1]);
        check(&[3, 2], &[0, 0], &[0, 2], &[1, 1]);
    }

    #[test]
    fn what_leaves_the_tensor_is_refused() {
        let op = |start, step| Place {
            value: 0.0,
            whole: shape(&[2, 3]),
            starts: vec![0, start],
            steps: vec![1, step],
        };
        refuses(
            op(2, 1),
            &[Type::f32(shape(&[2, 2]))],
            &["axis 1", "[2, 3]"],
        );
        refuses(op(0, 1), &[Type::f32(shape(&[2]))], &["each axis"]);
    }
}
