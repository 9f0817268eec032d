//! What shape rules have in common: number and dtype of the inputs, and when work is worth
//! dividing.

use gradloom_graph::{Dtype, GraphError, Result, Shape, Type};

/// Exactly `N` inputs.
pub fn arity<'a, const N: usize>(op: &str, inputs: &'a [Type]) -> Result<&'a [Type; N]> {
    let message = || format!("takes {N} inputs, not {}", inputs.len());
    inputs
        .try_into()
        .map_err(|_| GraphError::shape(op, message()))
}

pub fn is_f32(op: &str, ty: &Type) -> Result<()> {
    if ty.dtype == Dtype::F32 {
        return Ok(());
    }
    Err(GraphError::shape(
        op,
        format!("takes f32, not {ty}; use castF32"),
    ))
}

pub fn is_i32(op: &str, ty: &Type) -> Result<()> {
    if ty.dtype == Dtype::I32 {
        return Ok(());
    }
    Err(GraphError::shape(
        op,
        format!("takes i32, not {ty}; use castI32"),
    ))
}

/// The shape of one f32 input.
pub fn one_f32<'a>(op: &str, inputs: &'a [Type]) -> Result<&'a Shape> {
    let [x] = arity(op, inputs)?;
    is_f32(op, x)?;
    Ok(&x.shape)
}

/// One f32 input that has rows, whose type is also that of the output.
pub fn rows(op: &str, inputs: &[Type]) -> Result<Type> {
    if one_f32(op, inputs)?.rank() > 0 {
        return Ok(inputs[0].clone());
    }
    Err(GraphError::shape(
        op,
        "takes at least one axis, not the scalar []",
    ))
}

/// The number of indices in a list of them.
pub fn indices(op: &str, ty: &Type) -> Result<usize> {
    is_i32(op, ty)?;
    match ty.shape.dims() {
        &[count] => Ok(count),
        _ => Err(GraphError::shape(
            op,
            format!("takes a list of indices [n], not {}", ty.shape),
        )),
    }
}

/// Output elements that stay together in one part: a cache line.
pub const LINE: usize = 16;

/// Work (in cheap operations) that outweighs starting one more thread on it.
const GRAIN: u64 = 8192;

/// Work of one of the functions that take a polynomial.
pub const FUNCTION: u64 = 16;

/// Into how many parts `work` cheap operations are worth dividing, at most `units`.
pub fn parts(work: u64, units: usize) -> usize {
    usize::try_from(work / GRAIN)
        .unwrap_or(usize::MAX)
        .min(units)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_divided_by_the_grain_and_by_the_units() {
        assert_eq!(parts(0, 10), 1);
        assert_eq!(parts(GRAIN - 1, 10), 1);
        assert_eq!(parts(3 * GRAIN, 10), 3);
        assert_eq!(parts(1 << 40, 10), 10);
        assert_eq!(parts(1 << 40, 0), 1);
    }
}
