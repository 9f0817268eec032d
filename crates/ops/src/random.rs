//! randomUniform in [0, 1), randomNormal and randomTruncatedNormal (cut at ±2) of a given shape.
//! Each element depends on the seed, the step, the stream and its place alone: on its place in the
//! whole batch, when a shard of it starts at a row offset. They have no gradient.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::Io;
use gradloom_kernels::random::Draw;

use crate::{Stored, check, layout};

/// The words of `rng: i32 [4]`: two of seed, the step, the first row of the batch that is made
/// here.
fn draw(rng: &[i32], stream: u32) -> (Draw, u64) {
    let [low, high, step, row] = std::array::from_fn(|i| rng[i] as u32);
    (
        Draw {
            key: [low, high],
            step,
            stream,
        },
        row.into(),
    )
}

fn takes_rng(op: &str, inputs: &[Type]) -> Result<()> {
    let [rng] = check::arity(op, inputs)?;
    if *rng == Type::i32(Shape::new([4])) {
        return Ok(());
    }
    Err(GraphError::shape(
        op,
        format!("takes i32[4] (seed, seed, step, row), not {rng}"),
    ))
}

macro_rules! random {
    ($op:ident, $name:literal, $fill:expr) => {
        /// (rng: i32 [4]) → `shape`
        #[derive(Clone, Debug)]
        pub struct $op {
            pub stream: u32,
            pub shape: Shape,
        }

        impl Stored for $op {
            const NAME: &'static str = $name;

            fn decode(a: &mut Attrs<'_>) -> Result<$op> {
                Ok($op {
                    stream: a.u32()?,
                    shape: Shape::checked($name, a.sizes()?)?,
                })
            }
        }

        impl Op for $op {
            fn name(&self) -> &'static str {
                $name
            }

            fn attrs(&self) -> Vec<f64> {
                [vec![self.stream.into()], layout::list(self.shape.dims())].concat()
            }

            fn ty(&self, inputs: &[Type]) -> Result<Type> {
                takes_rng($name, inputs)?;
                Ok(Type::f32(self.shape.clone()))
            }

            fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
                Ok(vec![None])
            }

            fn parts(&self, _: &[Type], output: &Type) -> usize {
                let size = output.shape.size();
                check::parts(check::FUNCTION * size as u64, size.div_ceil(check::LINE))
            }

            fn run(&self, _: &[Type], output: &Type, io: &mut Io<'_>) {
                let (draw, row) = draw(io.i32(0), self.stream);
                let share = io.part().share(output.shape.size(), check::LINE);
                let start = row * layout::row_sizes(&self.shape).1 as u64 + share.start() as u64;
                $fill(draw, io.out(share, 1), start);
            }
        }
    };
}

random!(RandomUniform, "randomUniform", Draw::uniform);
random!(RandomNormal, "randomNormal", Draw::normal);
random!(
    RandomTruncatedNormal,
    "randomTruncatedNormal",
    Draw::truncated_normal
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{case, ints, refuses, shape};

    type Fill = fn(Draw, &mut [f32], u64);

    /// One op of each kind with the draw that it should make.
    fn check_all(stream: u32, dims: &[usize], rng: [i32; 4]) {
        let shape = shape(dims);
        let uniform = RandomUniform {
            stream,
            shape: shape.clone(),
        };
        let normal = RandomNormal {
            stream,
            shape: shape.clone(),
        };
        check(uniform, stream, rng, Draw::uniform);
        check(normal, stream, rng, Draw::normal);
        check(
            RandomTruncatedNormal { stream, shape },
            stream,
            rng,
            Draw::truncated_normal,
        );
    }

    fn check(op: impl Op + 'static, stream: u32, rng: [i32; 4], fill: Fill) {
        let rng_type = Type::i32(shape(&[4]));
        let shape = op.ty(&[rng_type]).expect("a valid call").shape;
        let row: usize = shape.dims().iter().skip(1).product();
        let reference = move |_: &[Vec<f64>]| {
            let [low, high, step, offset] = rng.map(|x| x as u32);
            let mut out = vec![0.0; shape.size()];
            let start = u64::from(offset) * row as u64;
            fill(
                Draw {
                    key: [low, high],
                    step,
                    stream,
                },
                &mut out,
                start,
            );
            out.into_iter().map(f64::from).collect()
        };
        case(op, &[ints(&[4], &rng)], reference).check();
    }

    #[test]
    fn the_words_of_the_state_make_the_draw() {
        (0..=17)
            .chain(31..=33)
            .for_each(|n| check_all(3, &[n], [1, -2, 3, 0]));
        check_all(u32::MAX, &[3, 50], [7, 8, -1, 0]);
        check_all(0, &[], [7, 8, 9, 0]);
    }

    #[test]
    fn a_shard_has_the_rows_of_the_whole() {
        let make = |rows: usize, offset: i32| {
            let op = RandomNormal {
                stream: 5,
                shape: shape(&[rows, 3]),
            };
            let rng = [ints(&[4], &[1, 2, 3, offset])];
            crate::harness::Call::new(&op, &rng).run().output.bits
        };
        let whole = make(10, 0);
        for cut in 0..=10 {
            let shards = [make(cut, 0), make(10 - cut, cut as i32)].concat();
            assert_eq!(shards, whole, "cut at row {cut}");
        }
        assert_ne!(make(1, -1), make(1, 0));
    }

    #[test]
    fn another_state_is_refused() {
        let op = RandomUniform {
            stream: 0,
            shape: shape(&[2]),
        };
        refuses(op.clone(), &[Type::f32(shape(&[4]))], &["i32[4]", "f32[4]"]);
        refuses(op, &[Type::i32(shape(&[3]))], &["i32[4]", "i32[3]"]);
    }
}
