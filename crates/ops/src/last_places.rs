//! lastPlaces(idx, rows): for each of `rows` rows, the last place in idx that names it, else −1. It
//! has no gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, index};

use crate::{Stored, check};

/// (idx: i32 [n]) → i32 [rows]
#[derive(Clone, Copy, Debug)]
pub struct LastPlaces {
    pub rows: usize,
}

impl Stored for LastPlaces {
    const NAME: &'static str = "lastPlaces";

    fn decode(a: &mut Attrs<'_>) -> Result<LastPlaces> {
        Ok(LastPlaces { rows: a.usize()? })
    }
}

impl Op for LastPlaces {
    fn name(&self) -> &'static str {
        LastPlaces::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.rows as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [idx] = check::arity(LastPlaces::NAME, inputs)?;
        check::indices(LastPlaces::NAME, idx)?;
        Ok(Type::i32(Shape::checked(
            LastPlaces::NAME,
            vec![self.rows],
        )?))
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn run(&self, _: &[Type], _: &Type, io: &mut Io<'_>) {
        let share = io.part().share(self.rows, check::LINE);
        index::last_places(io.i32(0), share.start(), io.out_i32(share, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, ints, refuses, shape};

    #[test]
    fn the_last_of_equal_indices_wins() {
        for n in (0..=17).chain(31..=33) {
            let idx = Numbers::new(n as u64).indices(&[n], 20);
            let want = |x: &[Vec<f64>]| {
                let last = |row: i32| x[0].iter().rposition(|&i| i == f64::from(row));
                (0..15)
                    .map(|row| last(row).map_or(-1.0, |at| at as f64))
                    .collect()
            };
            case(LastPlaces { rows: 15 }, &[idx], want).check();
        }
        let outside = ints(&[4], &[-1, 2, i32::MAX, i32::MIN]);
        case(LastPlaces { rows: 3 }, &[outside], |_| {
            vec![-1.0, -1.0, 1.0]
        })
        .values();
    }

    #[test]
    fn wrong_types_are_refused() {
        let op = LastPlaces { rows: 1 << 31 };
        refuses(op, &[Type::f32(shape(&[2]))], &["f32[2]", "i32"]);
        refuses(op, &[Type::i32(shape(&[2]))], &["elements"]);
    }
}
