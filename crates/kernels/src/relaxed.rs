//! The one instruction in which the relaxed build differs: multiply and add with one rounding or
//! two, as the processor likes. Never part of the build whose bits are promised.

use core::arch::wasm32::{f32x4_relaxed_madd, v128};

#[inline(always)]
pub fn mul_add(a: v128, b: v128, c: v128) -> v128 {
    f32x4_relaxed_madd(a, b, c)
}
