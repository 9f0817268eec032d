//! exp, log, log1p, tanh, erf, sin and cos for f32 lanes, from additions, multiplications,
//! divisions and bit operations only, so every machine computes the same bits. Not a libm: the
//! bounds are the ones tested below, in units in the last place (ulp) of the true value:
//!
//! exp 1.0 · log 0.9 · log1p 0.9 · tanh 1.4 · erf 1.3 · sin 1.6 · cos 1.6

use crate::lanes::F32Lanes;

/// `c[0] x^n + … + c[n]` by Horner's rule.
#[inline(always)]
fn polynomial<L: F32Lanes, const N: usize>(x: L, c: [f64; N]) -> L {
    let mut y = L::splat(c[0]);
    for &c in &c[1..] {
        y = y.mul_add(x, L::splat(c));
    }
    y
}

/// The nearest integer of `|x| < 2^22`, ties to even, as (float, integer). Adding 1.5·2^23 leaves
/// the integer in the low bits; it is cheaper than a conversion, which wasm must saturate.
#[inline(always)]
pub(crate) fn round<L: F32Lanes>(x: L) -> (L, L) {
    let magic = L::splat(12_582_912.0);
    let shifted = x.add(magic);
    (shifted.sub(magic), shifted.sub_int(magic))
}

/// 2^n for `-126 <= n <= 127`.
#[inline(always)]
fn power_of_two<L: F32Lanes>(n: L) -> L {
    n.add_int(L::bits(127)).shl::<23>()
}

#[inline(always)]
fn copy_sign<L: F32Lanes>(magnitude: L, sign: L) -> L {
    magnitude.or(sign.and(L::bits(0x8000_0000)))
}

/// e^x. Cephes `expf` (S. L. Moshier): x = n ln 2 + r, a polynomial in r, and 2^n in two factors,
/// so that results below the normal range are rounded once and those above become infinite. What
/// would round to 0 is not multiplied out: processors take a hundred cycles for it.
#[inline(always)]
pub fn exp<L: F32Lanes>(x: L) -> L {
    let zero = x.mask_lt(L::splat(-104.0));
    let x = x.and_not(zero).pmin(L::splat(89.0));
    let (n, int) = round(x.mul(L::splat(core::f64::consts::LOG2_E)));
    let r = x
        .sub(n.mul(L::splat(0.693_359_375)))
        .add(n.mul(L::splat(2.121_944_4e-4)));
    let p = polynomial(
        r,
        [
            1.987_569_15e-4,
            1.398_199_950_7e-3,
            8.333_451_907_3e-3,
            4.166_579_589_4e-2,
            1.666_666_545_9e-1,
            5.000_000_120_1e-1,
        ],
    );
    let y = p.mul_add(r.mul(r), r).add(L::splat(1.0));
    let half = int.shr::<1>();
    let y = y
        .mul(power_of_two(half))
        .mul(power_of_two(int.sub_int(half)));
    y.and_not(zero)
}

/// ln((1 + f) 2^k) + c for `1 + f` between sqrt(1/2) and sqrt(2). fdlibm's `logf` (Sun
/// Microsystems; float version by Ian Lance Taylor): s = f / (2 + f), a polynomial in s².
#[inline(always)]
fn log_of_parts<L: F32Lanes>(f: L, k: L, c: L) -> L {
    let s = f.div(f.add(L::splat(2.0)));
    let z = s.mul(s);
    let r = z.mul(polynomial(
        z,
        [
            0.242_790_788_41,
            0.284_987_866_88,
            0.400_009_721_52,
            0.666_666_626_93,
        ],
    ));
    let half_square = f.mul(f).mul(L::splat(0.5));
    let low = k.mul(L::splat(9.058_000_614_5e-6)).add(c);
    s.mul(half_square.add(r))
        .add(low)
        .sub(half_square)
        .add(f)
        .add(k.mul(L::splat(6.931_381_225_6e-1)))
}

/// A positive normal x as (f, k): x = (1 + f) 2^k.
#[inline(always)]
fn mantissa_and_exponent<L: F32Lanes>(x: L) -> (L, L) {
    let shifted = x.add_int(L::bits(0x3f80_0000 - 0x3f35_04f3));
    let k = shifted.shr::<23>().sub_int(L::bits(127)).int_to_float();
    let m = shifted
        .and(L::bits(0x007f_ffff))
        .add_int(L::bits(0x3f35_04f3));
    (m.sub(L::splat(1.0)), k)
}

/// `y`, but the limits where x is 0, infinite, negative or NaN.
#[inline(always)]
fn with_limits_of_log<L: F32Lanes>(y: L, x: L) -> L {
    let zero = L::splat(0.0);
    let infinity = L::splat(f64::INFINITY);
    let y = x.mask_lt(infinity).blend(y, x.add(infinity));
    let y = x.mask_lt(zero).blend(L::splat(f64::NAN), y);
    x.mask_eq(zero).blend(infinity.neg(), y)
}

/// Natural logarithm; x below the normal range is scaled by 2^25 first.
#[inline(always)]
pub fn log<L: F32Lanes>(x: L) -> L {
    let small = x.mask_lt(L::bits(0x0080_0000));
    let normal = small.blend(x.mul(L::splat(33_554_432.0)), x);
    let (f, k) = mantissa_and_exponent(normal);
    let k = k.sub(small.and(L::splat(25.0)));
    with_limits_of_log(log_of_parts(f, k, L::splat(0.0)), x)
}

/// ln(1 + x). fdlibm's `log1pf`: u = 1 + x is rounded, and `c` is what the rounding lost.
#[inline(always)]
pub fn log1p<L: F32Lanes>(x: L) -> L {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    let u = x.add(one);
    let (f, k) = mantissa_and_exponent(u);
    let lost = one.mask_lt(x).blend(one.sub(u.sub(x)), x.sub(u.sub(one)));
    let near = k.mask_eq(zero);
    let c = near.blend(zero, lost.div(u));
    let y = log_of_parts(near.blend(x, f), k, c);
    x.mask_eq(zero).blend(x, with_limits_of_log(y, u))
}

/// Hyperbolic tangent. Cephes `tanhf`: an odd polynomial below 0.625, 1 - 2 / (e^2x + 1) above.
#[inline(always)]
pub fn tanh<L: F32Lanes>(x: L) -> L {
    let a = x.abs();
    let z = a.mul(a);
    let p = polynomial(
        z,
        [
            -5.704_988_727_45e-3,
            2.063_908_879_54e-2,
            -5.373_971_555_31e-2,
            1.333_144_220_36e-1,
            -3.333_328_194_22e-1,
        ],
    );
    let near = p.mul(z).mul_add(a, a);
    let one = L::splat(1.0);
    let far = one.sub(L::splat(2.0).div(exp(a.add(a)).add(one)));
    copy_sign(a.mask_lt(L::splat(0.625)).blend(near, far), x)
}

/// Error function. N. Juffa's two minimax forms: an odd polynomial below 0.9277, 1 - e^p(|x|)
/// above.
#[inline(always)]
pub fn erf<L: F32Lanes>(x: L) -> L {
    let a = x.abs();
    let z = a.mul(a);
    let p = polynomial(
        z,
        [
            -5.967_617_03e-4,
            4.991_194_23e-3,
            -2.676_813_49e-2,
            1.128_199_25e-1,
            -3.761_253_36e-1,
            1.283_791_66e-1,
        ],
    );
    let near = p.mul_add(a, a);
    let t = a.pmin(L::splat(4.0));
    let q = polynomial(
        t,
        [
            -1.728_534_70e-5,
            3.831_971_26e-4,
            -3.883_964_38e-3,
            2.425_462_19e-2,
            -1.067_778_77e-1,
            -6.348_466_87e-1,
            -1.287_175_12e-1,
        ],
    );
    let far = L::splat(1.0).sub(exp(q.mul(t).sub(t)));
    copy_sign(a.mask_lt(L::splat(0.927_734_375)).blend(near, far), x)
}

/// Up to here π/2 in three parts (Cody & Waite) leaves one rounding in x - n π/2.
const EXACT: f64 = 256.0;

/// x = n π/2 + r with |r| <= π/4: (r, n).
#[inline(always)]
fn reduce<L: F32Lanes>(x: L) -> (L, L) {
    let (n, int) = round(x.mul(L::splat(core::f64::consts::FRAC_2_PI)));
    let high = x.sub(n.mul(L::splat(1.570_770_263_671_875)));
    let part = n.mul(L::splat(2.606_306_225_061_416_6e-05));
    let middle = high.sub(part);
    let lost = high.sub(middle).sub(part);
    let r = middle.sub(n.mul(L::splat(6.077_100_506_506_192e-11)).sub(lost));
    if L::splat(EXACT).mask_lt(x.abs()).any() {
        reduce_large(x, r, int)
    } else {
        (r, int)
    }
}

/// `reduce` lane by lane where |x| is large.
#[cold]
#[inline(never)]
fn reduce_large<L: F32Lanes>(x: L, r: L, n: L) -> (L, L) {
    let (x, mut r, mut n) = (x.to_array(), r.to_array(), n.to_array());
    for i in 0..4 {
        if x[i].is_nan() || x[i].is_infinite() {
            r[i] = f32::NAN;
        } else if f64::from(x[i].abs()) > EXACT {
            let (rest, quadrant) = payne_hanek(x[i]);
            (r[i], n[i]) = (rest, f32::from_bits(quadrant));
        }
    }
    (L::from_array(r), L::from_array(n))
}

/// Payne & Hanek's reduction: the mantissa times 96 bits of 2/π, of which the top two are the
/// quadrant.
fn payne_hanek(x: f32) -> (f32, u32) {
    const TWO_OVER_PI: [u32; 8] = [
        0,
        0x28be_60db,
        0x9391_054a,
        0x7f09_d5f4,
        0x7d4d_3770,
        0x36d8_a566,
        0x4f10_e410,
        0x7f94_58ea,
    ];
    let bits = x.to_bits();
    let mantissa = u64::from(((bits & 0x007f_ffff) | 0x0080_0000) << 8);
    let exponent = ((bits >> 23) & 0xff) - 126;
    let at = (exponent >> 5) as usize;
    let word = |i: usize| {
        let pair = (u64::from(TWO_OVER_PI[at + i]) << 32) | u64::from(TWO_OVER_PI[at + i + 1]);
        (pair << (exponent & 31)) >> 32
    };
    let product = ((mantissa * word(2)) >> 32) + mantissa * word(1);
    let product = product.wrapping_add(mantissa.wrapping_mul(word(0)) << 32);
    let quadrant = (product.wrapping_add(1 << 61) >> 62) as u32;
    let rest = product.wrapping_sub(u64::from(quadrant) << 62) as i64;
    let r = (rest as f64 * (core::f64::consts::FRAC_PI_2 / (1u64 << 62) as f64)) as f32;
    if x < 0.0 {
        (-r, quadrant.wrapping_neg())
    } else {
        (r, quadrant)
    }
}

/// Sine of (n + r): Cephes `sinf` and `cosf` on |r| <= π/4, chosen and signed by the quadrant.
#[inline(always)]
pub(crate) fn sine_of_parts<L: F32Lanes>(r: L, n: L) -> L {
    let z = r.mul(r);
    let s = polynomial(
        z,
        [-1.951_529_589_1e-4, 8.332_160_873_6e-3, -1.666_665_461_1e-1],
    );
    let s = s.mul(z).mul_add(r, r);
    let c = polynomial(
        z,
        [
            2.443_315_711_809_948e-5,
            -1.388_731_625_493_765e-3,
            4.166_664_568_298_827e-2,
        ],
    );
    let c = c
        .mul(z)
        .mul_add(z, L::splat(-0.5).mul_add(z, L::splat(1.0)));
    let odd = n.shl::<31>().shr::<31>();
    let sign = n.shl::<30>().and(L::bits(0x8000_0000));
    odd.blend(c, s).xor(sign)
}

#[inline(always)]
pub fn sin<L: F32Lanes>(x: L) -> L {
    let (r, n) = reduce(x);
    let y = sine_of_parts(r, n);
    x.mask_eq(L::splat(0.0)).blend(x, y)
}

#[inline(always)]
pub fn cos<L: F32Lanes>(x: L) -> L {
    let (r, n) = reduce(x);
    sine_of_parts(r, n.add_int(L::bits(1)))
}

/// erf in f64: Taylor's series below 2.5, Laplace's continued fraction of erfc above
/// (Abramowitz & Stegun 7.1.6 and 7.1.14). Relative error below 1e-13.
pub fn erf_f64(x: f64) -> f64 {
    let a = x.abs();
    if a.is_nan() || a == 0.0 {
        return x;
    }
    let factor = (-a * a).exp() / core::f64::consts::PI.sqrt();
    let y = if a < 2.5 {
        let (mut term, mut sum) = (a, a);
        for n in 1..80 {
            term *= 2.0 * a * a / f64::from(2 * n + 1);
            sum += term;
        }
        2.0 * factor * sum
    } else if a < 7.0 {
        1.0 - factor
            / (1..=80)
                .rev()
                .fold(a, |tail, n| a + f64::from(n) / 2.0 / tail)
    } else {
        1.0
    };
    y.copysign(x)
}

#[cfg(test)]
mod tests;
