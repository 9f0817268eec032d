//! reshape(x, shape): the same elements in row-major order under another shape. Nothing is copied.

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};

use crate::{Stored, check, layout};

#[derive(Clone, Debug)]
pub struct Reshape {
    pub shape: Shape,
}

impl Stored for Reshape {
    const NAME: &'static str = "reshape";

    fn decode(a: &mut Attrs<'_>) -> Result<Reshape> {
        Ok(Reshape {
            shape: Shape::checked(Reshape::NAME, a.sizes()?)?,
        })
    }
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        Reshape::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        layout::list(self.shape.dims())
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let [x] = check::arity(Reshape::NAME, inputs)?;
        if x.shape.size() != self.shape.size() {
            let (from, n, to, m) = (&x.shape, x.shape.size(), &self.shape, self.shape.size());
            let message = format!("shape {from} has {n} elements, shape {to} has {m}");
            return Err(GraphError::shape(Reshape::NAME, message));
        }
        Ok(Type {
            shape: self.shape.clone(),
            dtype: x.dtype,
        })
    }

    // dx = dy under the shape of x
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let shape = b.shape(x[0]).clone();
        Ok(vec![Some(b.apply(Reshape { shape }, &[dy])?)])
    }

    fn flops(&self, _: &[Type], _: &Type) -> u64 {
        0
    }

    fn alias(&self) -> bool {
        true
    }

    fn identity(&self, _: &[Option<f32>]) -> Option<usize> {
        Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{Numbers, case, refuses, shape};

    #[test]
    fn the_elements_stay_in_order() {
        let x = Numbers::new(1).tensor(&[2, 6]);
        let op = Reshape {
            shape: shape(&[3, 4]),
        };
        case(op, &[x], |x| x[0].clone()).check();
    }

    #[test]
    fn another_number_of_elements_is_refused() {
        let op = Reshape {
            shape: shape(&[3, 4]),
        };
        refuses(
            op.clone(),
            &[Type::f32(shape(&[5]))],
            &["[5]", "[3, 4]", "5 elements"],
        );
        refuses(op, &[], &["1 inputs"]);
    }
}
