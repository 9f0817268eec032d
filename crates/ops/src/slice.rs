//! slice(x, starts, sizes, steps): the box of x whose element i along an axis is x's element
//! start + i·step. A negative step reads backwards.

use gradloom_graph::{Attrs, Builder, Dtype, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;
use gradloom_kernels::window::{Axis, Window};

use crate::{Place, Stored, check, layout};

#[derive(Clone, Debug)]
pub struct Slice {
    pub starts: Vec<usize>,
    pub sizes: Vec<usize>,
    pub steps: Vec<i64>,
}

/// The box as a window of a tensor of shape `whole`, which it lies in.
pub fn window(whole: &[usize], sizes: &[usize], starts: &[usize], steps: &[i64]) -> Window {
    Window::new((0..whole.len()).map(|i| Axis {
        whole: whole[i],
        size: sizes[i],
        start: starts[i],
        step: steps[i] as isize,
    }))
}

/// The box has an element number `start + i·step` of `whole` for every i below `size`.
fn fits(whole: usize, size: usize, start: usize, step: i64) -> bool {
    let last = start as i128 + (size as i128 - 1) * i128::from(step);
    step != 0 && (size == 0 || start < whole && (0..whole as i128).contains(&last))
}

/// The box lies in a tensor of shape `whole`.
pub fn inside(
    op: &str,
    whole: &Shape,
    sizes: &[usize],
    starts: &[usize],
    steps: &[i64],
) -> Result<()> {
    let rank = whole.rank();
    if [sizes.len(), starts.len(), steps.len()] != [rank; 3] {
        let message = format!("takes a start, a size and a step for each axis of shape {whole}");
        return Err(GraphError::shape(op, message));
    }
    let bad = |&i: &usize| !fits(whole.dims()[i], sizes[i], starts[i], steps[i]);
    match (0..rank).find(bad) {
        None => Ok(()),
        Some(i) => {
            let (size, start, step) = (sizes[i], starts[i], steps[i]);
            let message =
                format!("{size} elements from {start} by {step} leave axis {i} of shape {whole}");
            Err(GraphError::shape(op, message))
        }
    }
}

/// Parts of whole lines that a copy to this shape may be divided into.
pub fn lines(shape: &Shape) -> usize {
    let size = shape.size();
    check::parts(size as u64, size.div_ceil(check::LINE))
}

/// Lists as attributes.
pub fn attrs(lists: [&[usize]; 2], steps: &[i64]) -> Vec<f64> {
    let steps = std::iter::once(steps.len() as f64).chain(steps.iter().map(|&s| s as f64));
    let [a, b] = lists.map(layout::list);
    [a, b, steps.collect()].concat()
}

impl Stored for Slice {
    const NAME: &'static str = "slice";

    fn decode(a: &mut Attrs<'_>) -> Result<Slice> {
        Ok(Slice {
            starts: a.sizes()?,
            sizes: a.sizes()?,
            steps: a.list()?,
        })
    }
}

impl Op for Slice {
    says! {
        attrs: |op| attrs([&op.starts, &op.sizes], &op.steps);
        flops: |_, _, _| 0;
        parts: |_, _, y| lines(&y.shape);
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(Slice::NAME, inputs)?;
        inside(
            Slice::NAME,
            &x.shape,
            &self.sizes,
            &self.starts,
            &self.steps,
        )?;
        Ok(Type {
            shape: Shape::checked(Slice::NAME, self.sizes.clone())?,
            dtype: x.dtype,
        })
    }

    // dx = dy at its place in zeros
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(x[0]) != Dtype::F32 {
            return Ok(vec![None]);
        }
        let place = Place {
            value: 0.0,
            whole: b.shape(x[0]).clone(),
            starts: self.starts.clone(),
            steps: self.steps.clone(),
        };
        Ok(vec![Some(b.apply(place, &[dy])?)])
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        self.steps.iter().all(|&step| step == 1).then_some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io.part().share(output.shape.size(), check::LINE);
        let whole = inputs[0].shape.dims();
        window(whole, &self.sizes, &self.starts, &self.steps).take(
            io.f32(0),
            share.start(),
            io.out(share, 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, boxed, case, refuses, shape};

    fn check(dims: &[usize], starts: &[usize], sizes: &[usize], steps: &[i64]) {
        let mut random = Numbers::new(1);
        let op = Slice {
            starts: starts.to_vec(),
            sizes: sizes.to_vec(),
            steps: steps.to_vec(),
        };
        let places = boxed(dims, sizes, starts, steps);
        let reference = move |x: &[Vec<f64>]| places.iter().map(|&at| x[0][at]).collect();
        case(op.clone(), &[random.tensor(dims)], reference.clone())
            .twice()
            .check();
        case(op, &[random.indices(dims, 99)], reference).check();
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
    fn the_whole_is_not_copied() {
        let mut b = Builder::new(&crate::REGISTRY);
        let x = b.input("x", Type::f32(shape(&[2, 3]))).expect("a new name");
        let all = |step| Slice {
            starts: vec![0, if step < 0 { 2 } else { 0 }],
            sizes: vec![2, 3],
            steps: vec![1, step],
        };
        assert_eq!(b.apply(all(1), &[x]), Ok(x));
        assert_ne!(b.apply(all(-1), &[x]), Ok(x));
    }

    #[test]
    fn what_leaves_the_tensor_is_refused() {
        let ty = [Type::f32(shape(&[2, 3]))];
        let op = |start, size, step| Slice {
            starts: vec![0, start],
            sizes: vec![2, size],
            steps: vec![1, step],
        };
        refuses(op(1, 3, 1), &ty, &["axis 1", "[2, 3]"]);
        refuses(op(3, 1, 1), &ty, &["axis 1"]);
        refuses(op(1, 3, -1), &ty, &["axis 1"]);
        refuses(op(0, 1, 0), &ty, &["axis 1"]);
        refuses(op(0, 2, i64::MAX), &ty, &["axis 1"]);
        let short = Slice {
            starts: vec![0],
            sizes: vec![2],
            steps: vec![1],
        };
        refuses(short, &ty, &["each axis", "[2, 3]"]);
    }
}
