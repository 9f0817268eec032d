//! firstPlaces(idx): for each index, the place in idx where it stands first. It has no gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check};

/// (idx: i32 [n]) → i32 [n]
#[derive(Clone, Copy, Debug)]
pub struct FirstPlaces;

impl Stored for FirstPlaces {
    const NAME: &'static str = "firstPlaces";

    fn decode(_: &mut Attrs<'_>) -> Result<FirstPlaces> {
        Ok(FirstPlaces)
    }
}

impl Op for FirstPlaces {
    fn name(&self) -> &'static str {
        FirstPlaces::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [idx] = check::arity(FirstPlaces::NAME, inputs)?;
        check::indices(FirstPlaces::NAME, idx)?;
        Ok(idx.clone())
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
        index::first_places_scratch(inputs[0].shape.size())
    }

    fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
        let share = io
            .part()
            .share(output.shape.size(), output.shape.size().max(1));
        let (idx, out) = (io.i32(0), io.out_i32(share, 1));
        if !out.is_empty() {
            index::first_places(idx, io.scratch(), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    fn reference(x: &[Vec<f64>]) -> Vec<f64> {
        let first = |i: &f64| x[0].iter().position(|j| j == i);
        x[0].iter()
            .map(|i| first(i).map_or(-1.0, |at| at as f64))
            .collect()
    }

    #[test]
    fn equal_indices_meet_at_the_first() {
        for n in (0..=17).chain([31, 64, 200]) {
            for rows in [1, 7, 1000] {
                let idx = Numbers::new(n as u64).indices(&[n], rows);
                case(FirstPlaces, &[idx], reference).check();
            }
        }
        let odd = ints(&[6], &[i32::MIN, -1, i32::MAX, -1, 0, i32::MIN]);
        case(FirstPlaces, &[odd], reference).values();
    }

    #[test]
    fn wrong_types_are_refused() {
        refuses(FirstPlaces, &[Type::f32(shape(&[2]))], &["f32[2]", "i32"]);
        refuses(FirstPlaces, &[Type::i32(shape(&[2, 2]))], &["[2, 2]"]);
    }
}
