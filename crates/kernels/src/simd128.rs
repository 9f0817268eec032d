//! The 128-bit lanes of WebAssembly. Every method is one instruction or a few; none rounds
//! differently from the portable lanes.

use core::arch::wasm32::*;

use crate::lanes::{F32Lanes, Lanes, TINY};
use crate::math;

/// Four f32 in a `v128`.
#[derive(Clone, Copy, Debug)]
pub struct W4(v128);

#[inline(always)]
fn one_where(mask: v128) -> W4 {
    W4(v128_and(mask, f32x4_splat(1.0)))
}

#[rustfmt::skip]
impl Lanes for W4 {
    const N: usize = 4;

    #[inline(always)] fn splat(x: f64) -> W4 { W4(f32x4_splat(x as f32)) }

    #[inline(always)] fn add(self, o: W4) -> W4 { W4(f32x4_add(self.0, o.0)) }
    #[inline(always)] fn sub(self, o: W4) -> W4 { W4(f32x4_sub(self.0, o.0)) }
    #[inline(always)] fn mul(self, o: W4) -> W4 { W4(f32x4_mul(self.0, o.0)) }
    #[inline(always)] fn div(self, o: W4) -> W4 { W4(f32x4_div(self.0, o.0)) }
    #[inline(always)] fn neg(self) -> W4 { W4(f32x4_neg(self.0)) }
    #[inline(always)] fn abs(self) -> W4 { W4(f32x4_abs(self.0)) }
    #[inline(always)] fn sqrt(self) -> W4 { W4(f32x4_sqrt(self.0)) }
    #[inline(always)] fn floor(self) -> W4 { W4(f32x4_floor(self.0)) }
    #[inline(always)] fn min(self, o: W4) -> W4 { W4(f32x4_min(self.0, o.0)) }
    #[inline(always)] fn max(self, o: W4) -> W4 { W4(f32x4_max(self.0, o.0)) }

    #[inline(always)] fn lt(self, o: W4) -> W4 { one_where(f32x4_lt(self.0, o.0)) }
    #[inline(always)] fn le(self, o: W4) -> W4 { one_where(f32x4_le(self.0, o.0)) }
    #[inline(always)] fn eq(self, o: W4) -> W4 { one_where(f32x4_eq(self.0, o.0)) }
    #[inline(always)] fn select(self, a: W4, b: W4) -> W4 {
        W4(v128_bitselect(a.0, b.0, f32x4_ne(self.0, f32x4_splat(0.0))))
    }
    #[inline(always)] fn flush(self) -> W4 {
        W4(v128_andnot(self.0, f32x4_lt(f32x4_abs(self.0), f32x4_splat(TINY))))
    }

    #[inline(always)] fn exp(self) -> W4 { math::exp(self) }
    #[inline(always)] fn log(self) -> W4 { math::log(self) }
    #[inline(always)] fn log1p(self) -> W4 { math::log1p(self) }
    #[inline(always)] fn tanh(self) -> W4 { math::tanh(self) }
    #[inline(always)] fn erf(self) -> W4 { math::erf(self) }
    #[inline(always)] fn sin(self) -> W4 { math::sin(self) }
    #[inline(always)] fn cos(self) -> W4 { math::cos(self) }
}

#[rustfmt::skip]
impl F32Lanes for W4 {
    #[inline(always)] unsafe fn load(p: *const f32) -> W4 {
        // SAFETY: four readable elements, by the contract of the trait.
        W4(unsafe { v128_load(p.cast()) })
    }
    #[inline(always)] unsafe fn load_splat(p: *const f32) -> W4 {
        // SAFETY: one readable element, by the contract of the trait.
        W4(unsafe { v128_load32_splat(p.cast()) })
    }
    #[inline(always)] unsafe fn store(self, p: *mut f32) {
        // SAFETY: four writable elements, by the contract of the trait.
        unsafe { v128_store(p.cast(), self.0) }
    }
    #[inline(always)] fn from_words(x: [u32; 4]) -> W4 { W4(u32x4(x[0], x[1], x[2], x[3])) }
    #[inline(always)] fn to_words(self) -> [u32; 4] {
        [
            u32x4_extract_lane::<0>(self.0),
            u32x4_extract_lane::<1>(self.0),
            u32x4_extract_lane::<2>(self.0),
            u32x4_extract_lane::<3>(self.0),
        ]
    }
    #[inline(always)] fn from_array(x: [f32; 4]) -> W4 { W4(f32x4(x[0], x[1], x[2], x[3])) }
    #[inline(always)] fn to_array(self) -> [f32; 4] {
        [
            f32x4_extract_lane::<0>(self.0),
            f32x4_extract_lane::<1>(self.0),
            f32x4_extract_lane::<2>(self.0),
            f32x4_extract_lane::<3>(self.0),
        ]
    }

    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)] fn mul_add(self, a: W4, b: W4) -> W4 { self.mul(a).add(b) }
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)] fn mul_add(self, a: W4, b: W4) -> W4 {
        W4(crate::relaxed::mul_add(self.0, a.0, b.0))
    }

    #[inline(always)] fn pmin(self, o: W4) -> W4 { W4(f32x4_pmin(self.0, o.0)) }
    #[inline(always)] fn pmax(self, o: W4) -> W4 { W4(f32x4_pmax(self.0, o.0)) }

    #[inline(always)] fn bits(x: u32) -> W4 { W4(u32x4_splat(x)) }
    #[inline(always)] fn and(self, o: W4) -> W4 { W4(v128_and(self.0, o.0)) }
    #[inline(always)] fn and_not(self, o: W4) -> W4 { W4(v128_andnot(self.0, o.0)) }
    #[inline(always)] fn or(self, o: W4) -> W4 { W4(v128_or(self.0, o.0)) }
    #[inline(always)] fn xor(self, o: W4) -> W4 { W4(v128_xor(self.0, o.0)) }
    #[inline(always)] fn add_int(self, o: W4) -> W4 { W4(i32x4_add(self.0, o.0)) }
    #[inline(always)] fn sub_int(self, o: W4) -> W4 { W4(i32x4_sub(self.0, o.0)) }
    #[inline(always)] fn mul_wide(self, o: W4) -> (W4, W4) {
        let (a, b) = (u64x2_extmul_low_u32x4(self.0, o.0), u64x2_extmul_high_u32x4(self.0, o.0));
        (W4(i32x4_shuffle::<0, 2, 4, 6>(a, b)), W4(i32x4_shuffle::<1, 3, 5, 7>(a, b)))
    }
    #[inline(always)] fn shl<const BY: u32>(self) -> W4 { W4(i32x4_shl(self.0, BY)) }
    #[inline(always)] fn shr<const BY: u32>(self) -> W4 { W4(i32x4_shr(self.0, BY)) }
    #[inline(always)] fn int_to_float(self) -> W4 { W4(f32x4_convert_i32x4(self.0)) }

    #[inline(always)] fn mask_lt(self, o: W4) -> W4 { W4(f32x4_lt(self.0, o.0)) }
    #[inline(always)] fn mask_eq(self, o: W4) -> W4 { W4(f32x4_eq(self.0, o.0)) }
    #[inline(always)] fn blend(self, a: W4, b: W4) -> W4 {
        W4(v128_bitselect(a.0, b.0, self.0))
    }
    #[inline(always)] fn any(self) -> bool { v128_any_true(self.0) }
    #[inline(always)] fn zip(self, o: W4) -> (W4, W4) {
        (
            W4(i32x4_shuffle::<0, 4, 1, 5>(self.0, o.0)),
            W4(i32x4_shuffle::<2, 6, 3, 7>(self.0, o.0)),
        )
    }
}
