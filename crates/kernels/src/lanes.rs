//! The lane trait: formulas are written once against it and run on portable f32 lanes (the
//! reference), f64 lanes (gradient checks) and the 128-bit lanes of WebAssembly. No formula lives
//! here.

/// Below this, `flush` gives 0: 2⁻¹⁰⁰.
pub const TINY: f32 = f32::from_bits(27 << 23);

/// A few numbers that are computed together. Every operation acts lane by lane and is exactly
/// IEEE-754, so all f32 implementations give the same bits.
pub trait Lanes: Copy {
    /// Number of lanes.
    const N: usize;

    /// All lanes set to `x` (rounded to the element type).
    fn splat(x: f64) -> Self;

    fn add(self, o: Self) -> Self;
    fn sub(self, o: Self) -> Self;
    fn mul(self, o: Self) -> Self;
    fn div(self, o: Self) -> Self;
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn sqrt(self) -> Self;
    fn floor(self) -> Self;
    /// Smaller of the two; NaN if either is NaN (wasm `f32x4.min`).
    fn min(self, o: Self) -> Self;
    /// Larger of the two; NaN if either is NaN (wasm `f32x4.max`).
    fn max(self, o: Self) -> Self;

    /// 1.0 where `self < o`, else 0.0; likewise `le`, `eq`.
    fn lt(self, o: Self) -> Self;
    fn le(self, o: Self) -> Self;
    fn eq(self, o: Self) -> Self;
    /// `a` where `self != 0` (NaN counts as not zero), else `b`.
    fn select(self, a: Self, b: Self) -> Self;
    /// 0 where |self| < 2⁻¹⁰⁰, else self. A mean that decays would end in subnormal numbers, on
    /// which processors are a hundred times slower, and WebAssembly cannot tell them to flush.
    fn flush(self) -> Self;

    fn exp(self) -> Self;
    fn log(self) -> Self;
    fn log1p(self) -> Self;
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
}

/// Four f32 lanes with memory access and access to the bits, for loops and for the math functions.
/// A mask is all ones or all zeros in each lane; integers are `i32` in two's complement, wrapping.
pub trait F32Lanes: Lanes {
    /// # Safety
    /// Four elements from `p` on are readable; any alignment.
    unsafe fn load(p: *const f32) -> Self;
    /// # Safety
    /// One element at `p` is readable. All lanes are set to it.
    unsafe fn load_splat(p: *const f32) -> Self;
    /// # Safety
    /// Four elements from `p` on are writable; any alignment.
    unsafe fn store(self, p: *mut f32);

    /// The first four elements.
    #[inline(always)]
    fn from_slice(x: &[f32]) -> Self {
        assert!(x.len() >= 4);
        // SAFETY: four elements by the assertion.
        unsafe { Self::load(x.as_ptr()) }
    }

    /// To the first four elements.
    #[inline(always)]
    fn write(self, out: &mut [f32]) {
        assert!(out.len() >= 4);
        // SAFETY: four elements by the assertion.
        unsafe { self.store(out.as_mut_ptr()) }
    }

    /// Up to four elements, `pad` for what lacks. Case by case: a loop would become a call of the
    /// engine's bulk copy, which costs more than the work.
    #[inline(always)]
    fn from_rest(x: &[f32], pad: f32) -> Self {
        match *x {
            [] => Self::splat(pad.into()),
            [a] => Self::from_array([a, pad, pad, pad]),
            [a, b] => Self::from_array([a, b, pad, pad]),
            [a, b, c] => Self::from_array([a, b, c, pad]),
            _ => Self::from_slice(x),
        }
    }

    /// To up to four elements.
    #[inline(always)]
    fn write_rest(self, out: &mut [f32]) {
        let [a, b, c, _] = self.to_array();
        match out {
            [x] => *x = a,
            [x, y] => [*x, *y] = [a, b],
            [x, y, z] => [*x, *y, *z] = [a, b, c],
            [] => (),
            _ => self.write(out),
        }
    }

    fn from_words(x: [u32; 4]) -> Self;
    fn to_words(self) -> [u32; 4];
    fn from_array(x: [f32; 4]) -> Self;
    fn to_array(self) -> [f32; 4];

    /// `self * a + b`, rounded twice, but for the relaxed build, where the processor may round
    /// once.
    fn mul_add(self, a: Self, b: Self) -> Self;

    /// `o` where `o < self`, else `self` (wasm `f32x4.pmin`: one instruction, where `min` is
    /// eight).
    fn pmin(self, o: Self) -> Self;
    /// `o` where `self < o`, else `self`.
    fn pmax(self, o: Self) -> Self;

    /// All lanes set to the bits of `x`.
    fn bits(x: u32) -> Self;
    fn and(self, o: Self) -> Self;
    /// The bits that are not set in `o`.
    fn and_not(self, o: Self) -> Self;
    fn or(self, o: Self) -> Self;
    fn xor(self, o: Self) -> Self;
    fn add_int(self, o: Self) -> Self;
    fn sub_int(self, o: Self) -> Self;
    /// The products of unsigned integers: the lower and the upper 32 bits.
    fn mul_wide(self, o: Self) -> (Self, Self);
    fn shl<const BY: u32>(self) -> Self;
    /// Arithmetic shift: the sign moves in.
    fn shr<const BY: u32>(self) -> Self;
    /// The integer of each lane as the nearest float.
    fn int_to_float(self) -> Self;

    fn mask_lt(self, o: Self) -> Self;
    fn mask_eq(self, o: Self) -> Self;
    /// `self` is a mask: `a` where set, else `b`.
    fn blend(self, a: Self, b: Self) -> Self;
    /// `self` is a mask: is any lane set?
    fn any(self) -> bool;

    /// Lanes 0, 4, 1, 5 and 2, 6, 3, 7 of the pair.
    fn zip(self, o: Self) -> (Self, Self);

    /// `f(f(x0, x2), f(x1, x3))` in every lane: the order of every sum over the four lanes.
    #[inline(always)]
    fn across(self, f: impl Fn(Self, Self) -> Self) -> Self {
        let (a, b) = self.zip(self);
        let pairs = f(a, b);
        let (a, b) = pairs.zip(pairs);
        f(a, b)
    }

    /// Rows to columns.
    #[inline(always)]
    fn transpose(r: [Self; 4]) -> [Self; 4] {
        let (a, b) = r[0].zip(r[2]);
        let (c, d) = r[1].zip(r[3]);
        let (x, y) = a.zip(c);
        let (z, w) = b.zip(d);
        [x, y, z, w]
    }
}
