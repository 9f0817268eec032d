//! One file per op: formula, shape rule, gradient, split, kernel call, test. `ops!` is the
//! registry; the names are those of `ts/ops.ts`.
#![cfg_attr(not(test), forbid(unsafe_code))]

use std::sync::Arc;

use gradloom_graph::{Attrs, Op, Registry, Result};

mod adam_step;
mod check;
mod division;
#[macro_use]
mod elementwise;
mod layout;
mod matrices;
mod per_axis;
mod pooling;
mod product_sums;
mod reduction;
#[macro_use]
mod says;
mod term;
mod windows;

#[cfg(test)]
mod composition_test;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod recurrent_test;
#[cfg(test)]
mod registry_test;

/// An op that the registry can make from the attributes it was stored with.
pub trait Stored: Op + Sized + 'static {
    const NAME: &'static str;

    fn decode(a: &mut Attrs<'_>) -> Result<Self>;
}

/// The registry's entry for `T`.
fn decode<T: Stored>(a: &mut Attrs<'_>) -> Result<Arc<dyn Op>> {
    Ok(Arc::new(T::decode(a)?))
}

/// Lists the ops, `file: Type`; a backward with a kernel of its own stands behind its op.
macro_rules! ops {
    ($($file:ident: $($op:ident),+;)*) => {
        $(mod $file; pub use $file::{$($op),+};)*

        /// Every op of the core by name.
        pub static REGISTRY: Registry = Registry::new(&[
            $($((<$op as Stored>::NAME, decode::<$op>),)+)*
        ]);
    };
}

ops! {
    // One input, elementwise.
    abs: Abs;
    cos: Cos;
    elu: Elu;
    erf: Erf;
    exp: Exp;
    expm1: Expm1;
    floor: Floor;
    flush: Flush;
    gelu: Gelu;
    is_nan: IsNan;
    leaky_relu: LeakyRelu;
    log: Log;
    log1p: Log1p;
    neg: Neg;
    reciprocal: Reciprocal;
    relu: Relu, ReluGrad;
    sigmoid: Sigmoid;
    sign: Sign;
    silu: Silu;
    sin: Sin;
    softplus: Softplus;
    sqrt: Sqrt;
    square: Square;
    tanh: Tanh;
    // Two inputs, elementwise.
    add: Add;
    atan2: Atan2;
    div: Div;
    equal: Equal;
    integer: Integer;
    less: Less;
    less_equal: LessEqual;
    maximum: Maximum;
    minimum: Minimum;
    mul: Mul;
    pow: Pow;
    sub: Sub;
    // Three inputs, elementwise.
    clip: Clip;
    div_sqrt: DivSqrt;
    lerp: Lerp;
    lerp_square: LerpSquare;
    mul_add: MulAdd;
    r#where: Where;
    // The same numbers elsewhere, or in another dtype.
    broadcast_to: BroadcastTo;
    cast_f32: CastF32;
    cast_i32: CastI32;
    concat: Concat;
    place: Place;
    reshape: Reshape;
    slice: Slice;
    stop_gradient: StopGradient;
    transpose: Transpose;
    // Reductions, products, rows.
    argmax: ArgMax;
    attention: Attention, AttentionGrad;
    chunk_sums: ChunkSums, ChunkSumsGrad;
    cumsum: CumSum;
    conv: Conv, ConvTranspose, ConvKernelGrad;
    log_softmax: LogSoftmax;
    matmul: MatMul;
    max: Max;
    normalize_rows: NormalizeRows, NormalizeRowsGrad;
    max_pool: MaxPool, MaxPoolGrad, MaxPoolPickGrad;
    recurrent: RecurrentTape, Recurrent, RecurrentGrad;
    softmax: Softmax;
    softmax_cross_entropy: SoftmaxCrossEntropy, SoftmaxCrossEntropyGrad;
    sum: Sum;
    sum_pool: SumPool, SumPoolGrad;
    sum_to: SumTo;
    // Linear algebra.
    cholesky: Cholesky;
    qr: Qr;
    triangular_solve: TriangularSolve;
    // Indices and random numbers.
    first_places: FirstPlaces;
    argsort: ArgSort;
    gather_rows: GatherRows;
    last_places: LastPlaces;
    one_hot: OneHot;
    random: RandomUniform, RandomNormal, RandomTruncatedNormal;
    scatter_add_rows: ScatterAddRows;
    write_rows: WriteRows;
}
