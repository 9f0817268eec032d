//! stopGradient(x) = x, without a gradient.

use gradloom_graph::{Attrs, Builder, NodeId, Op, Result, Type, Vjp};

use crate::{Stored, check};

#[derive(Clone, Copy, Debug)]
pub struct StopGradient;

impl Stored for StopGradient {
    const NAME: &'static str = "stopGradient";

    fn decode(_: &mut Attrs<'_>) -> Result<StopGradient> {
        Ok(StopGradient)
    }
}

impl Op for StopGradient {
    fn name(&self) -> &'static str {
        StopGradient::NAME
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(StopGradient::NAME, inputs)?;
        Ok(x.clone())
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        Ok(vec![None])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn alias(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    #[test]
    fn the_value_passes_and_the_gradient_does_not() {
        let mut random = Numbers::new(1);
        case(StopGradient, &[random.tensor(&[5])], |x| x[0].clone())
            .no_gradient()
            .check();
        case(StopGradient, &[random.indices(&[5], 9)], |x| x[0].clone()).check();
    }

    #[test]
    fn two_inputs_are_refused() {
        let ty = Type::f32(shape(&[2]));
        refuses(StopGradient, &[ty.clone(), ty], &["1 inputs"]);
    }
}
