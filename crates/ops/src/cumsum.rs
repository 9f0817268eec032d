//! cumsum(x, axis, reverse): sums of all elements up to each one along `axis` (from each one on
//! when `reverse`), added one after the other. Sums of i32 wrap around.

use gradloom_graph::{Attrs, Builder, Dtype, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::{Io, window};

use crate::{Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct CumSum {
    pub axis: i64,
    pub reverse: bool,
}

impl Stored for CumSum {
    const NAME: &'static str = "cumsum";

    fn decode(a: &mut Attrs<'_>) -> Result<CumSum> {
        Ok(CumSum {
            reverse: a.bool()?,
            axis: a.i64()?,
        })
    }
}

impl CumSum {
    /// Lines, elements of each, and how far these are apart.
    fn sizes(&self, x: &Shape) -> Result<(usize, usize, usize)> {
        let (lead, line) = x.dims().split_at(x.axis(CumSum::NAME, self.axis)?);
        let inner = line[1..].iter().product();
        Ok((lead.iter().product(), line[0], inner))
    }
}

impl Op for CumSum {
    fn name(&self) -> &'static str {
        CumSum::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.reverse.into(), self.axis as f64]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(CumSum::NAME, inputs)?;
        self.sizes(&x.shape)?;
        Ok(x.clone())
    }

    // dx = cumsum(dy) from the other end
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        if b.dtype(x[0]) != Dtype::F32 {
            return Ok(vec![None]);
        }
        let back = CumSum {
            reverse: !self.reverse,
            ..*self
        };
        Ok(vec![Some(b.apply(back, &[dy])?)])
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let lines = self.sizes(&inputs[0].shape).map_or(1, |(lines, ..)| lines);
        check::parts(output.shape.size() as u64, lines)
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let sizes = self.sizes(&inputs[0].shape);
        let (lines, mid, inner) = sizes.expect("the shape rule checks the axis");
        let (share, unit) = (io.part().share(lines, 1), mid * inner);
        let range = share.start() * unit..share.range().end * unit;
        let line = (mid, inner);
        match inputs[0].dtype {
            Dtype::F32 => {
                let x = &io.f32(0)[range];
                window::running(x, line, self.reverse, |a, b| a + b, io.out(share, unit));
            }
            Dtype::I32 => {
                let (x, out) = (&io.i32(0)[range], io.out_i32(share, unit));
                window::running(x, line, self.reverse, i32::wrapping_add, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    fn check(dims: &[usize], axis: i64) {
        let at = axis.rem_euclid(dims.len() as i64) as usize;
        let (mid, inner): (usize, usize) = (dims[at], dims[at + 1..].iter().product());
        for reverse in [true, false] {
            let mut random = Numbers::new(1);
            let reference = move |x: &[Vec<f64>]| {
                let sum = |i: usize| {
                    let (start, place) =
                        (i / inner / mid * mid * inner + i % inner, i / inner % mid);
                    let over = if reverse { place..mid } else { 0..place + 1 };
                    over.map(|m| x[0][start + m * inner]).sum()
                };
                (0..x[0].len()).map(sum).collect()
            };
            let op = CumSum { axis, reverse };
            case(op, &[random.tensor(dims)], reference)
                .within(1e-6, 1e-6)
                .twice()
                .check();
            case(op, &[random.indices(dims, 99)], reference).check();
        }
    }

    #[test]
    fn any_axis() {
        (0..=17).for_each(|n| check(&[3, n], -1));
        (1..=17).for_each(|n| check(&[3, n], 0));
        check(&[2, 3, 4], 1);
    }

    #[test]
    fn a_wrong_axis_is_refused() {
        let op = CumSum {
            axis: 2,
            reverse: false,
        };
        refuses(op, &[Type::f32(shape(&[2, 3]))], &["axis 2", "[2, 3]"]);
    }
}
