//! Random numbers from a counter: element i of a draw depends on key, step, stream and i alone, so
//! any part of a tensor can be made by any thread. Uniform, normal, truncated normal, and
//! permutations.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};
use crate::math::{round, sine_of_parts};

/// Two words of seed.
pub type Key = [u32; 2];

/// One draw: which step of the run, and which of the draws in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    pub key: Key,
    pub step: u32,
    pub stream: u32,
}

const M0: u32 = 0xd251_1f53;
const M1: u32 = 0xcd9e_8d57;
const W0: u32 = 0x9e37_79b9;
const W1: u32 = 0xbb67_ae85;

/// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
pub fn philox(mut c: [u32; 4], mut key: Key) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(W0), key[1].wrapping_add(W1)];
        }
        let (p0, p1) = (
            u64::from(M0) * u64::from(c[0]),
            u64::from(M1) * u64::from(c[2]),
        );
        let (hi0, hi1) = ((p0 >> 32) as u32, (p1 >> 32) as u32);
        c = [
            hi1 ^ c[1] ^ key[0],
            p1 as u32,
            hi0 ^ c[3] ^ key[1],
            p0 as u32,
        ];
    }
    c
}

/// `philox` of four counters at once: word i of counter j is lane j of element i.
fn philox_by_four(c: [Native; 4], key: Key) -> [Native; 4] {
    // Hidden constants and no loop, or LLVM takes the slow product of 64-bit lanes.
    let [m0, m1] = core::hint::black_box([[M0; 4], [M1; 4]]).map(Native::from_words);
    let round = |c: [Native; 4], n: u32| {
        let ((lo0, hi0), (lo1, hi1)) = (c[0].mul_wide(m0), c[2].mul_wide(m1));
        let k0 = Native::bits(key[0].wrapping_add(W0.wrapping_mul(n)));
        let k1 = Native::bits(key[1].wrapping_add(W1.wrapping_mul(n)));
        [hi1.xor(c[1]).xor(k0), lo1, hi0.xor(c[3]).xor(k1), lo0]
    };
    let five = |c, n| round(round(round(round(round(c, n), n + 1), n + 2), n + 3), n + 4);
    five(five(c, 0), 5)
}

impl Draw {
    /// Words of block `block`: elements `4·block ..` of the draw.
    fn block(self, block: u64) -> [u32; 4] {
        philox(
            [block as u32, (block >> 32) as u32, self.step, self.stream],
            self.key,
        )
    }

    /// Four blocks from `first` on, a vector for each.
    #[inline(never)]
    fn four_blocks(self, first: u64) -> [Native; 4] {
        let blocks = [0, 1, 2, 3].map(|i| first + i);
        let counters = [
            Native::from_words(blocks.map(|block| block as u32)),
            Native::from_words(blocks.map(|block| (block >> 32) as u32)),
            Native::bits(self.step),
            Native::bits(self.stream),
        ];
        Native::transpose(philox_by_four(counters, self.key))
    }

    /// Fills `out` with elements `start..` of the tensor whose block of four numbers is `make`.
    #[inline(always)]
    fn fill(self, out: &mut [f32], start: u64, make: impl Fn(Native) -> Native) {
        let one = |block: u64| make(Native::from_words(self.block(block)));
        let skip = (start % 4) as usize;
        let (head, out) = out.split_at_mut(if skip == 0 {
            0
        } else {
            out.len().min(4 - skip)
        });
        if !head.is_empty() {
            let four = one(start / 4).to_array();
            head.iter_mut()
                .zip(&four[skip..])
                .for_each(|(out, x)| *out = *x);
        }
        let first = start.div_ceil(4);
        let (fours, rest) = out.as_chunks_mut::<16>();
        let after = first + 4 * fours.len() as u64;
        for (block, out) in (first..).step_by(4).zip(fours) {
            for (words, out) in self
                .four_blocks(block)
                .into_iter()
                .zip(out.as_chunks_mut::<4>().0)
            {
                make(words).write(out);
            }
        }
        for (block, out) in (after..).zip(rest.chunks_mut(4)) {
            one(block).write_rest(out);
        }
    }

    /// Uniform in [0, 1), multiples of 2⁻²⁴: elements `start..start + out.len()`.
    pub fn uniform(self, out: &mut [f32], start: u64) {
        self.fill(out, start, unit);
    }

    /// Standard normal (Box & Muller 1958; the pairs are words 0, 1 and 2, 3 of a block).
    pub fn normal(self, out: &mut [f32], start: u64) {
        self.fill(out, start, normals);
    }

    /// Normal cut at ±2 standard deviations of the uncut one, by the inverse of its distribution.
    pub fn truncated_normal(self, out: &mut [f32], start: u64) {
        self.fill(out, start, |words| {
            Native::from_array(unit(words).to_array().map(truncated))
        });
    }
}

/// The upper 24 bits of each word as a number in [0, 1).
#[inline(always)]
fn unit(words: Native) -> Native {
    let upper = words.shr::<8>().and(Native::bits(0x00ff_ffff));
    upper.int_to_float().mul(Native::splat(1.0 / 16_777_216.0))
}

/// r = √(−2 ln u), (r cos 2πv, r sin 2πv), with u in (0, 1]. The angle is 4v quarter turns, so its
/// reduction is exact, and the cosine is the sine one quarter further.
fn normals(words: Native) -> Native {
    let [a, b, c, d] = unit(words).to_array();
    let u = Native::splat(1.0).sub(Native::from_array([a, a, c, c]));
    let turns = Native::from_array([b, b, d, d]).mul(Native::splat(4.0));
    let (whole, quarter) = round(turns);
    let angle = turns
        .sub(whole)
        .mul(Native::splat(core::f64::consts::FRAC_PI_2));
    let quarter = quarter.add_int(Native::from_words([1, 0, 1, 0]));
    let r = u.log().mul(Native::splat(-2.0)).sqrt();
    r.mul(sine_of_parts(angle, quarter))
}

/// Φ(2) − Φ(−2) and Φ(−2) of the standard normal distribution.
const MASS: f64 = 0.954_499_736_103_641_6;
const BELOW: f64 = 0.022_750_131_948_179_2;

/// The quantile `u` of the truncated distribution: Φ⁻¹(Φ(−2) + u·(Φ(2) − Φ(−2))).
fn truncated(u: f32) -> f32 {
    let p = BELOW + MASS * (f64::from(u) + 0.5 / 16_777_216.0);
    quantile(p).clamp(-2.0, 2.0) as f32
}

/// Φ⁻¹ for 0.02425 ≤ p ≤ 0.97575 by a ratio of polynomials, for the tails by another; relative
/// error under 1.2e-9 (P. J. Acklam, "An algorithm for computing the inverse normal cumulative
/// distribution function", 2003). Only +, −, ×, ÷ and √ act on f64; the logarithm of the tails is
/// `ln_f64`.
fn quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e+01,
        2.209460984245205e+02,
        -2.759285104469687e+02,
        1.38357751867269e+02,
        -3.066479806614716e+01,
        2.506628277459239e+00,
    ];
    const B: [f64; 6] = [
        -5.447609879822406e+01,
        1.615858368580409e+02,
        -1.556989798598866e+02,
        6.680131188771972e+01,
        -1.328068155288572e+01,
        1.0,
    ];
    let poly = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, k| sum * x + k);
    if (0.02425..=0.97575).contains(&p) {
        let q = p - 0.5;
        let r = q * q;
        return poly(&A, r) * q / poly(&B, r);
    }
    tail(p.min(1.0 - p)).copysign(p - 0.5)
}

/// |Φ⁻¹(p)| for p < 0.02425, as `quantile`.
fn tail(p: f64) -> f64 {
    const C: [f64; 6] = [
        -7.784894002430293e-03,
        -3.223964580411365e-01,
        -2.400758277161838e+00,
        -2.549732539343734e+00,
        4.374664141464968e+00,
        2.938163982698783e+00,
    ];
    const D: [f64; 5] = [
        7.784695709041462e-03,
        3.224671290700398e-01,
        2.445134137142996e+00,
        3.754408661907416e+00,
        1.0,
    ];
    let poly = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, k| sum * x + k);
    let q = (-2.0 * ln_near_tail(p)).sqrt();
    -poly(&C, q) / poly(&D, q)
}

/// ln p for 0.02275 ≤ p ≤ 0.02425, from the series of atanh around 0.0235: the same bits
/// everywhere.
fn ln_near_tail(p: f64) -> f64 {
    const CENTRE: f64 = 0.0235;
    const LN_CENTRE: f64 = -3.750_754_857_626_123_7;
    let z = (p - CENTRE) / (p + CENTRE);
    let z2 = z * z;
    LN_CENTRE + 2.0 * z * (1.0 + z2 * (1.0 / 3.0 + z2 * (1.0 / 5.0 + z2 / 7.0)))
}

/// A permutation of `0..n`, every one as likely (Fisher & Yates 1938; Durstenfeld 1964), with
/// Lemire's unbiased bounded numbers ("Fast random integer generation in an interval", 2019).
pub fn permutation(n: u32, key: Key, epoch: u32) -> Vec<u32> {
    let mut words = Words {
        draw: Draw {
            key,
            step: epoch,
            stream: u32::MAX,
        },
        next: 0,
        four: [0; 4],
    };
    let mut order: Vec<u32> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i as usize, words.below(i + 1) as usize);
    }
    order
}

/// The words of a draw, one after the other.
struct Words {
    draw: Draw,
    next: u64,
    four: [u32; 4],
}

impl Words {
    fn word(&mut self) -> u32 {
        let lane = (self.next % 4) as usize;
        if lane == 0 {
            self.four = self.draw.block(self.next / 4);
        }
        self.next += 1;
        self.four[lane]
    }

    fn below(&mut self, n: u32) -> u32 {
        loop {
            let product = u64::from(self.word()) * u64::from(n);
            if product as u32 >= n.wrapping_neg() % n {
                return (product >> 32) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAW: Draw = Draw {
        key: [42, 7],
        step: 3,
        stream: 9,
    };

    /// The known answers published with Random123 (kat_vectors).
    #[test]
    fn philox_gives_the_published_answers() {
        let zeros = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
        assert_eq!(philox([0; 4], [0; 2]), zeros);
        let ones = [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd];
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), ones);
        let pi = philox(
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
            [0xa4093822, 0x299f31d0],
        );
        assert_eq!(pi, [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
    }

    #[test]
    fn four_blocks_are_the_blocks_one_by_one() {
        for first in [0, 5, u64::from(u32::MAX) - 1, u64::MAX - 3] {
            let four = DRAW.four_blocks(first);
            for (i, words) in four.into_iter().enumerate() {
                assert_eq!(words.to_words(), DRAW.block(first + i as u64));
            }
        }
    }

    /// Uniforms and normals of the first block by the definition, in f64.
    #[test]
    fn normals_are_those_of_box_and_muller() {
        let mut x = [0.0; 4];
        DRAW.normal(&mut x, 0);
        let u = DRAW.block(0).map(|w| f64::from(w >> 8) / 16_777_216.0);
        for pair in [0, 2] {
            let r = (-2.0 * (1.0 - u[pair]).ln()).sqrt();
            let angle = u[pair + 1] * core::f64::consts::TAU;
            for (got, want) in x[pair..].iter().zip([r * angle.cos(), r * angle.sin()]) {
                assert!((f64::from(*got) - want).abs() < 1e-6 * (1.0 + want.abs()));
            }
        }
        DRAW.uniform(&mut x, 0);
        assert_eq!(x.map(f64::from), u);
    }

    #[test]
    fn any_part_of_a_draw_can_be_made_alone() {
        let makers: [fn(Draw, &mut [f32], u64); 3] =
            [Draw::uniform, Draw::normal, Draw::truncated_normal];
        for make in makers {
            let mut whole = [0.0; 41];
            make(DRAW, &mut whole, 0);
            for start in 0..41 {
                let mut part = vec![0.0; (41 - start).min(7)];
                make(DRAW, &mut part, start as u64);
                assert_eq!(part, whole[start..start + part.len()]);
            }
        }
    }

    fn moments(x: &[f32]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let var = x
            .iter()
            .map(|&v| (f64::from(v) - mean).powi(2))
            .sum::<f64>()
            / n;
        (mean, var.sqrt())
    }

    #[test]
    fn draws_have_the_moments_and_limits_of_their_distribution() {
        let mut x = vec![0.0; 200_000];
        let close = |(m, s): (f64, f64), mean: f64, std: f64| {
            assert!(
                (m - mean).abs() < 0.006 && (s - std).abs() < 0.006,
                "{m} {s}"
            );
        };
        DRAW.uniform(&mut x, 0);
        close(moments(&x), 0.5, (1.0f64 / 12.0).sqrt());
        assert!(x.iter().all(|v| (0.0..1.0).contains(v)));
        DRAW.normal(&mut x, 0);
        close(moments(&x), 0.0, 1.0);
        assert!(x.iter().all(|v| v.is_finite()) && x.iter().any(|v| *v > 3.5));
        DRAW.truncated_normal(&mut x, 0);
        close(moments(&x), 0.0, 0.879_596_566_170_685);
        assert!(x.iter().all(|v| v.abs() <= 2.0) && x.iter().any(|v| *v > 1.99));
    }

    #[test]
    fn the_quantile_inverts_the_distribution() {
        // Φ(1) and Φ(−1.99) from tables.
        assert!((quantile(0.841_344_746_068_543) - 1.0).abs() < 1e-8);
        assert!((quantile(0.023_295_467_750_211_8) + 1.99).abs() < 1e-8);
        assert!((quantile(0.976_704_532_249_788_2) - 1.99).abs() < 1e-8);
    }

    #[test]
    fn steps_streams_and_seeds_differ() {
        let draws = [
            DRAW,
            Draw { step: 4, ..DRAW },
            Draw { stream: 1, ..DRAW },
            Draw {
                key: [42, 8],
                ..DRAW
            },
        ];
        let firsts = draws.map(|d| {
            let mut x = [0.0; 4];
            d.uniform(&mut x, 0);
            x
        });
        for (i, a) in firsts.iter().enumerate() {
            assert!(firsts[i + 1..].iter().all(|b| a != b));
        }
    }

    /// Without rejection every third number below 3·2^30 would come twice as often.
    #[test]
    fn bounded_numbers_are_unbiased() {
        let mut words = Words {
            draw: DRAW,
            next: 0,
            four: [0; 4],
        };
        let mut counts = [0; 3];
        (0..3000).for_each(|_| counts[(words.below(3 << 30) % 3) as usize] += 1);
        assert!(counts.iter().all(|c| (880..1120).contains(c)), "{counts:?}");
    }

    #[test]
    fn permutations_are_fair_and_depend_on_the_epoch() {
        let mut seen = permutation(1000, [1, 2], 0);
        assert_ne!(seen, permutation(1000, [1, 2], 1));
        assert_eq!(seen, permutation(1000, [1, 2], 0));
        seen.sort_unstable();
        assert_eq!(seen, (0..1000).collect::<Vec<_>>());
        let mut counts = [0; 6];
        for epoch in 0..6000 {
            let p = permutation(3, [5, 6], epoch);
            counts[(p[0] * 2 + u32::from(p[1] > p[2])) as usize] += 1;
        }
        assert!(counts.iter().all(|c| (850..1150).contains(c)), "{counts:?}");
    }
}
