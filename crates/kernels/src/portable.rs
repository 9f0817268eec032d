//! Lanes in plain Rust: the reference that every other kind must equal bit for bit, and the f64
//! lane of the gradient checks.

use crate::lanes::{F32Lanes, Lanes, TINY};
use crate::math;

/// Four f32.
#[derive(Clone, Copy, Debug)]
pub struct P4(pub [f32; 4]);

/// One f64; its functions are those of the standard library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct D1(pub f64);

fn truth(b: bool) -> f32 {
    f32::from(u8::from(b))
}

/// wasm `f32.min`: NaN wins, and -0 is less than 0.
fn min(a: f32, b: f32) -> f32 {
    match a.partial_cmp(&b) {
        None => a + b,
        Some(core::cmp::Ordering::Less) => a,
        Some(core::cmp::Ordering::Greater) => b,
        Some(core::cmp::Ordering::Equal) => f32::from_bits(a.to_bits() | b.to_bits()),
    }
}

/// wasm `f32.max`: NaN wins, and 0 is greater than -0.
fn max(a: f32, b: f32) -> f32 {
    match a.partial_cmp(&b) {
        None => a + b,
        Some(core::cmp::Ordering::Less) => b,
        Some(core::cmp::Ordering::Greater) => a,
        Some(core::cmp::Ordering::Equal) => f32::from_bits(a.to_bits() & b.to_bits()),
    }
}

impl P4 {
    #[inline(always)]
    fn map(self, f: impl Fn(f32) -> f32) -> P4 {
        P4(self.0.map(f))
    }

    #[inline(always)]
    fn zip_with(self, o: P4, f: impl Fn(f32, f32) -> f32) -> P4 {
        P4(core::array::from_fn(|i| f(self.0[i], o.0[i])))
    }

    #[inline(always)]
    fn zip_bits(self, o: P4, f: impl Fn(u32, u32) -> u32) -> P4 {
        self.zip_with(o, |a, b| f32::from_bits(f(a.to_bits(), b.to_bits())))
    }

    #[inline(always)]
    fn mask(self, o: P4, f: impl Fn(f32, f32) -> bool) -> P4 {
        self.zip_with(o, |a, b| f32::from_bits(if f(a, b) { !0 } else { 0 }))
    }
}

#[rustfmt::skip]
impl Lanes for P4 {
    const N: usize = 4;

    #[inline(always)] fn splat(x: f64) -> P4 { P4([x as f32; 4]) }

    #[inline(always)] fn add(self, o: P4) -> P4 { self.zip_with(o, |a, b| a + b) }
    #[inline(always)] fn sub(self, o: P4) -> P4 { self.zip_with(o, |a, b| a - b) }
    #[inline(always)] fn mul(self, o: P4) -> P4 { self.zip_with(o, |a, b| a * b) }
    #[inline(always)] fn div(self, o: P4) -> P4 { self.zip_with(o, |a, b| a / b) }
    #[inline(always)] fn neg(self) -> P4 { self.map(|a| -a) }
    #[inline(always)] fn abs(self) -> P4 { self.map(f32::abs) }
    #[inline(always)] fn sqrt(self) -> P4 { self.map(f32::sqrt) }
    #[inline(always)] fn floor(self) -> P4 { self.map(f32::floor) }
    #[inline(always)] fn min(self, o: P4) -> P4 { self.zip_with(o, min) }
    #[inline(always)] fn max(self, o: P4) -> P4 { self.zip_with(o, max) }

    #[inline(always)] fn lt(self, o: P4) -> P4 { self.zip_with(o, |a, b| truth(a < b)) }
    #[inline(always)] fn le(self, o: P4) -> P4 { self.zip_with(o, |a, b| truth(a <= b)) }
    #[inline(always)] fn eq(self, o: P4) -> P4 { self.zip_with(o, |a, b| truth(a == b)) }
    #[inline(always)] fn select(self, a: P4, b: P4) -> P4 {
        P4(core::array::from_fn(|i| if self.0[i] != 0.0 { a.0[i] } else { b.0[i] }))
    }
    #[inline(always)] fn flush(self) -> P4 {
        P4(self.0.map(|x| if x.abs() < TINY { 0.0 } else { x }))
    }

    #[inline(always)] fn exp(self) -> P4 { math::exp(self) }
    #[inline(always)] fn log(self) -> P4 { math::log(self) }
    #[inline(always)] fn log1p(self) -> P4 { math::log1p(self) }
    #[inline(always)] fn tanh(self) -> P4 { math::tanh(self) }
    #[inline(always)] fn erf(self) -> P4 { math::erf(self) }
    #[inline(always)] fn sin(self) -> P4 { math::sin(self) }
    #[inline(always)] fn cos(self) -> P4 { math::cos(self) }
}

#[rustfmt::skip]
impl F32Lanes for P4 {
    #[inline(always)] unsafe fn load(p: *const f32) -> P4 {
        // SAFETY: four readable elements, by the contract of the trait.
        P4(unsafe { p.cast::<[f32; 4]>().read_unaligned() })
    }
    #[inline(always)] unsafe fn load_splat(p: *const f32) -> P4 {
        // SAFETY: one readable element, by the contract of the trait.
        P4([unsafe { p.read_unaligned() }; 4])
    }
    #[inline(always)] unsafe fn store(self, p: *mut f32) {
        // SAFETY: four writable elements, by the contract of the trait.
        unsafe { p.cast::<[f32; 4]>().write_unaligned(self.0) }
    }
    #[inline(always)] fn from_words(x: [u32; 4]) -> P4 { P4(x.map(f32::from_bits)) }
    #[inline(always)] fn to_words(self) -> [u32; 4] { self.0.map(f32::to_bits) }
    #[inline(always)] fn from_array(x: [f32; 4]) -> P4 { P4(x) }
    #[inline(always)] fn to_array(self) -> [f32; 4] { self.0 }

    #[inline(always)] fn mul_add(self, a: P4, b: P4) -> P4 { self.mul(a).add(b) }

    #[inline(always)] fn pmin(self, o: P4) -> P4 {
        self.zip_with(o, |a, b| if b < a { b } else { a })
    }
    #[inline(always)] fn pmax(self, o: P4) -> P4 {
        self.zip_with(o, |a, b| if a < b { b } else { a })
    }

    #[inline(always)] fn bits(x: u32) -> P4 { P4([f32::from_bits(x); 4]) }
    #[inline(always)] fn and(self, o: P4) -> P4 { self.zip_bits(o, |a, b| a & b) }
    #[inline(always)] fn and_not(self, o: P4) -> P4 { self.zip_bits(o, |a, b| a & !b) }
    #[inline(always)] fn or(self, o: P4) -> P4 { self.zip_bits(o, |a, b| a | b) }
    #[inline(always)] fn xor(self, o: P4) -> P4 { self.zip_bits(o, |a, b| a ^ b) }
    #[inline(always)] fn add_int(self, o: P4) -> P4 { self.zip_bits(o, u32::wrapping_add) }
    #[inline(always)] fn sub_int(self, o: P4) -> P4 { self.zip_bits(o, u32::wrapping_sub) }
    #[inline(always)] fn mul_wide(self, o: P4) -> (P4, P4) {
        let wide = |a: u32, b: u32| u64::from(a) * u64::from(b);
        let low = self.zip_bits(o, |a, b| wide(a, b) as u32);
        (low, self.zip_bits(o, |a, b| (wide(a, b) >> 32) as u32))
    }
    #[inline(always)] fn shl<const BY: u32>(self) -> P4 {
        self.map(|a| f32::from_bits(a.to_bits() << BY))
    }
    #[inline(always)] fn shr<const BY: u32>(self) -> P4 {
        self.map(|a| f32::from_bits((a.to_bits() as i32 >> BY) as u32))
    }
    #[inline(always)] fn int_to_float(self) -> P4 { self.map(|a| a.to_bits() as i32 as f32) }

    #[inline(always)] fn mask_lt(self, o: P4) -> P4 { self.mask(o, |a, b| a < b) }
    #[inline(always)] fn mask_eq(self, o: P4) -> P4 { self.mask(o, |a, b| a == b) }
    #[inline(always)] fn blend(self, a: P4, b: P4) -> P4 {
        P4(core::array::from_fn(|i| if self.0[i].to_bits() != 0 { a.0[i] } else { b.0[i] }))
    }
    #[inline(always)] fn any(self) -> bool { self.0.iter().any(|a| a.to_bits() != 0) }
    #[inline(always)] fn zip(self, o: P4) -> (P4, P4) {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, o.0);
        (P4([a, e, b, f]), P4([c, g, d, h]))
    }
}

#[rustfmt::skip]
impl Lanes for D1 {
    const N: usize = 1;

    fn splat(x: f64) -> D1 { D1(x) }

    fn add(self, o: D1) -> D1 { D1(self.0 + o.0) }
    fn sub(self, o: D1) -> D1 { D1(self.0 - o.0) }
    fn mul(self, o: D1) -> D1 { D1(self.0 * o.0) }
    fn div(self, o: D1) -> D1 { D1(self.0 / o.0) }
    fn neg(self) -> D1 { D1(-self.0) }
    fn abs(self) -> D1 { D1(self.0.abs()) }
    fn sqrt(self) -> D1 { D1(self.0.sqrt()) }
    fn floor(self) -> D1 { D1(self.0.floor()) }
    fn min(self, o: D1) -> D1 {
        if self.0.is_nan() || o.0.is_nan() { D1(f64::NAN) } else { D1(self.0.min(o.0)) }
    }
    fn max(self, o: D1) -> D1 {
        if self.0.is_nan() || o.0.is_nan() { D1(f64::NAN) } else { D1(self.0.max(o.0)) }
    }

    fn lt(self, o: D1) -> D1 { D1(f64::from(u8::from(self.0 < o.0))) }
    fn le(self, o: D1) -> D1 { D1(f64::from(u8::from(self.0 <= o.0))) }
    fn eq(self, o: D1) -> D1 { D1(f64::from(u8::from(self.0 == o.0))) }
    fn select(self, a: D1, b: D1) -> D1 { if self.0 != 0.0 { a } else { b } }
    fn flush(self) -> D1 { D1(if self.0.abs() < TINY.into() { 0.0 } else { self.0 }) }

    fn exp(self) -> D1 { D1(self.0.exp()) }
    fn log(self) -> D1 { D1(self.0.ln()) }
    fn log1p(self) -> D1 { D1(self.0.ln_1p()) }
    fn tanh(self) -> D1 { D1(self.0.tanh()) }
    fn erf(self) -> D1 { D1(math::erf_f64(self.0)) }
    fn sin(self) -> D1 { D1(self.0.sin()) }
    fn cos(self) -> D1 { D1(self.0.cos()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn min_and_max_follow_wasm() {
        let x = P4([0.0, -0.0, f32::NAN, 1.0]);
        let y = P4([-0.0, 0.0, 1.0, f32::NAN]);
        let (lo, hi) = (Lanes::min(x, y).0, Lanes::max(x, y).0);
        assert!(lo[..2].iter().all(|v| v.to_bits() == (-0.0f32).to_bits()));
        assert!(hi[..2].iter().all(|v| v.to_bits() == 0));
        assert!(lo[2..].iter().chain(&hi[2..]).all(|v| v.is_nan()));
        assert_eq!(Lanes::min(P4([2.0; 4]), P4([-3.0; 4])).0, [-3.0; 4]);
        assert_eq!(Lanes::max(P4([2.0; 4]), P4([-3.0; 4])).0, [2.0; 4]);
    }

    #[test]
    fn a_comparison_selects_and_nan_counts_as_set() {
        let x = P4([-1.0, 1.0, 2.0, f32::NAN]);
        let one = P4::splat(1.0);
        assert_eq!(x.lt(one).0, [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(x.le(one).0, [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(Lanes::eq(x, one).0, [0.0, 1.0, 0.0, 0.0]);
        let (a, b) = (P4::splat(7.0), P4::splat(9.0));
        assert_eq!(
            P4([0.0, -0.0, 0.5, f32::NAN]).select(a, b).0,
            [9.0, 9.0, 7.0, 7.0]
        );
        assert_eq!(x.mask_lt(one).blend(a, b).0, [7.0, 9.0, 9.0, 9.0]);
    }

    #[test]
    fn transpose_turns_rows_to_columns() {
        let r: [P4; 4] = core::array::from_fn(|i| P4([0, 1, 2, 3].map(|j| (i * 4 + j) as f32)));
        let t = P4::transpose(r);
        for (i, t) in t.iter().enumerate() {
            assert_eq!(t.0, [0, 1, 2, 3].map(|j| (j * 4 + i) as f32));
        }
    }

    #[test]
    fn the_lanes_are_summed_in_the_stated_order() {
        let x = [1e8, 1.0, -1e8, 1.0];
        assert_eq!(P4(x).across(P4::add).0, [2.0; 4]);
    }
}
