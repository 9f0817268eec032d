//! transpose(x, perm): axis i of the result is axis perm[i] of x.

use gradloom_graph::{Attrs, Builder, GraphError, MAX_RANK, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check, layout};

#[derive(Clone, Debug)]
pub struct Transpose {
    pub perm: Vec<usize>,
}

impl Stored for Transpose {
    const NAME: &'static str = "transpose";

    fn decode(a: &mut Attrs<'_>) -> Result<Transpose> {
        Ok(Transpose { perm: a.sizes()? })
    }
}

impl Transpose {
    /// Rows to columns in the last two of `rank` axes.
    pub fn last_two(rank: usize) -> Transpose {
        let mut perm: Vec<usize> = (0..rank).collect();
        perm.swap(rank - 2, rank - 1);
        Transpose { perm }
    }

    fn inverse(&self) -> Transpose {
        let mut perm = vec![0; self.perm.len()];
        self.perm
            .iter()
            .enumerate()
            .for_each(|(to, &from)| perm[from] = to);
        Transpose { perm }
    }

    fn is_permutation(&self) -> bool {
        let mut sorted = self.perm.clone();
        sorted.sort_unstable();
        sorted.into_iter().eq(0..self.perm.len())
    }
}

impl Op for Transpose {
    fn name(&self) -> &'static str {
        Transpose::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        layout::list(&self.perm)
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(Transpose::NAME, inputs)?;
        if self.perm.len() != x.shape.rank() || !self.is_permutation() {
            let (perm, shape) = (&self.perm, &x.shape);
            let message = format!("{perm:?} is not an order of the axes of shape {shape}");
            return Err(GraphError::shape(Transpose::NAME, message));
        }
        let dims: Vec<usize> = self.perm.iter().map(|&p| x.shape.dims()[p]).collect();
        Ok(Type {
            shape: Shape::new(dims),
            dtype: x.dtype,
        })
    }

    // dx = dy with the axes put back
    fn vjp(&self, b: &mut Builder, _: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        Ok(vec![Some(b.apply(self.inverse(), &[dy])?)])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn parts(&self, _: &[Type], output: &Type) -> usize {
        check::parts(4 * output.shape.size() as u64, output.shape.size())
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        self.perm.is_sorted().then_some(0)
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let dims = inputs[0].shape.dims();
        let own = |axis: usize| dims[axis + 1..].iter().product::<usize>();
        let strides: [usize; MAX_RANK] =
            std::array::from_fn(|i| self.perm.get(i).map_or(0, |&axis| own(axis)));
        let strides = &strides[..dims.len()];
        let share = io.part().share(output.shape.size(), check::LINE);
        let (x, out) = (io.f32(0), io.out(share, 1));
        index::copy_strided(x, output.shape.dims(), strides, share.start(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    fn check(dims: &[usize], perm: &[usize]) {
        let mut random = Numbers::new(1);
        let op = Transpose {
            perm: perm.to_vec(),
        };
        let (x, y) = (random.tensor(dims), random.indices(dims, 1000));
        let (dims, perm) = (dims.to_vec(), perm.to_vec());
        // Walks x in order and puts each element where its permuted index says.
        let reference = move |x: &[Vec<f64>]| {
            let mut out = vec![0.0; x[0].len()];
            for (i, &value) in x[0].iter().enumerate() {
                let index =
                    |axis: usize| i / dims[axis + 1..].iter().product::<usize>() % dims[axis];
                let at = perm.iter().fold(0, |at, &p| at * dims[p] + index(p));
                out[at] = value;
            }
            out
        };
        case(op.clone(), &[x], reference.clone()).check();
        case(op, &[y], reference).constant(0).values();
    }

    #[test]
    fn every_order_of_axes() {
        check(&[3, 5], &[1, 0]);
        check(&[3, 5], &[0, 1]);
        for perm in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            check(&[2, 3, 4], &perm);
        }
        check(&[2, 3, 2, 5], &[0, 2, 1, 3]);
        check(&[], &[]);
        check(&[4, 0], &[1, 0]);
    }

    #[test]
    fn every_size_around_the_lanes() {
        for n in (1..=17).chain(31..=33) {
            check(&[n, 9], &[1, 0]);
        }
    }

    #[test]
    fn what_is_not_a_permutation_is_refused() {
        let op = |perm: &[usize]| Transpose {
            perm: perm.to_vec(),
        };
        let ty = Type::f32(shape(&[2, 3]));
        refuses(
            op(&[0, 0]),
            std::slice::from_ref(&ty),
            &["[0, 0]", "[2, 3]"],
        );
        refuses(
            op(&[0, 2]),
            std::slice::from_ref(&ty),
            &["[0, 2]", "[2, 3]"],
        );
        refuses(op(&[0]), &[ty], &["[0]", "[2, 3]"]);
    }
}
