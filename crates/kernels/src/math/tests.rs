//! Each function against f64: the largest error over a sweep, and what happens at the limits.

use super::*;
use crate::lanes::Lanes;
use crate::portable::P4;

/// Largest error of `f` against `reference` in ulp of the true value, and where it is.
fn worst(
    inputs: impl Iterator<Item = f32>,
    f: fn(P4) -> P4,
    reference: fn(f64) -> f64,
) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    let inputs: Vec<f32> = inputs.collect();
    for x in inputs.as_chunks::<4>().0 {
        let got = f(P4(*x)).0;
        for (&x, &got) in x.iter().zip(&got) {
            let error = ulps(got, reference(x.into()));
            if error.is_nan() || error > worst.0 {
                worst = (error, x);
            }
        }
    }
    worst
}

/// Infinite where only one of the two is, or where only one is NaN.
fn ulps(got: f32, want: f64) -> f64 {
    let rounded = want as f32;
    if got == rounded && got.is_infinite() || got.is_nan() && want.is_nan() {
        return 0.0;
    }
    (f64::from(got) - want).abs() / unit(want)
}

fn unit(want: f64) -> f64 {
    let exponent = want.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor();
    (exponent - 23.0).exp2()
}

/// Every float of a range of bit patterns, `step` apart.
fn sweep(from: f32, to: f32, step: usize) -> impl Iterator<Item = f32> {
    (from.to_bits()..=to.to_bits())
        .step_by(step)
        .map(f32::from_bits)
}

fn both_signs(x: impl Iterator<Item = f32>) -> impl Iterator<Item = f32> {
    x.flat_map(|x| [x, -x])
}

type Case = (&'static str, f64, fn(P4) -> P4, fn(f64) -> f64);

const CASES: [Case; 7] = [
    ("exp", 1.0, exp, f64::exp),
    ("tanh", 1.4, tanh, f64::tanh),
    ("erf", 1.3, erf, erf_f64),
    ("sin", 1.6, sin, f64::sin),
    ("cos", 1.6, cos, f64::cos),
    ("log", 0.9, log, f64::ln),
    ("log1p", 0.9, log1p, f64::ln_1p),
];

fn within_bounds(inputs: impl Fn() -> Vec<f32>) {
    for (name, bound, f, reference) in CASES {
        let (error, x) = worst(inputs().into_iter(), f, reference);
        println!("{name}: {error} ulp at {x}");
        assert!(error <= bound, "{name}: {error} ulp at {x}");
    }
}

#[test]
fn errors_stay_within_the_stated_bounds() {
    within_bounds(|| both_signs(sweep(0.0, f32::MAX, 49_999)).collect());
}

#[test]
fn dense_sweeps_where_the_functions_live() {
    within_bounds(|| both_signs(sweep(1e-3, 20.0, 2_999)).collect());
    within_bounds(|| both_signs(sweep(0.4, 2.0, 499)).collect());
}

#[test]
fn sine_and_cosine_near_their_zeros() {
    let multiples = (1..6000).map(|n| (f64::from(n) * core::f64::consts::FRAC_PI_2) as f32);
    within_bounds(|| multiples.clone().collect());
}

/// Every 11th float: run with `cargo test --release -- --ignored` after a change of a formula.
#[test]
#[ignore = "a minute in release mode, ten in debug mode"]
fn nearly_every_float() {
    within_bounds(|| both_signs(sweep(0.0, f32::MAX, 11)).collect());
}

fn at(f: fn(P4) -> P4, x: f32) -> f32 {
    f(P4([x; 4])).0[0]
}

#[test]
fn limits() {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let same = |a: f32, b: f32| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
    type Case<'a> = (fn(P4) -> P4, &'a [(f32, f32)]);
    let cases: &[Case] = &[
        (
            exp,
            &[
                (0.0, 1.0),
                (-0.0, 1.0),
                (inf, inf),
                (-inf, 0.0),
                (88.8, inf),
                (-104.0, 0.0),
            ],
        ),
        (
            log,
            &[
                (0.0, -inf),
                (-0.0, -inf),
                (inf, inf),
                (-inf, nan),
                (-1.0, nan),
                (1.0, 0.0),
            ],
        ),
        (
            log1p,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (-1.0, -inf),
                (-1.5, nan),
                (inf, inf),
            ],
        ),
        (log1p, &[(-inf, nan), (1e-45, 1e-45), (-1e-40, -1e-40)]),
        (
            tanh,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (inf, 1.0),
                (-inf, -1.0),
                (100.0, 1.0),
            ],
        ),
        (
            erf,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (inf, 1.0),
                (-inf, -1.0),
                (-9.0, -1.0),
            ],
        ),
        (
            sin,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (inf, nan),
                (-inf, nan),
                (1e-45, 1e-45),
            ],
        ),
        (cos, &[(0.0, 1.0), (-0.0, 1.0), (inf, nan), (-inf, nan)]),
    ];
    for (case, (f, pairs)) in cases.iter().enumerate() {
        assert!(at(*f, nan).is_nan());
        for &(x, want) in *pairs {
            let got = at(*f, x);
            assert!(same(got, want), "case {case}: f({x}) = {got}, not {want}");
        }
    }
}

#[test]
fn lanes_do_not_mix() {
    let x = [1.0, f32::INFINITY, 1e30, -2.0];
    for f in [exp, log, log1p, tanh, erf, sin, cos] as [fn(P4) -> P4; 7] {
        let got = f(P4(x)).0;
        for i in 0..4 {
            let alone = at(f, x[i]);
            assert!(got[i].to_bits() == alone.to_bits() || got[i].is_nan() && alone.is_nan());
        }
    }
}

#[test]
fn erf_in_f64_matches_published_values() {
    // Abramowitz & Stegun, table 7.1, and erfc(3) from the DLMF.
    for (x, want) in [
        (0.5, 0.520_499_877_813_046_5),
        (1.0, 0.842_700_792_949_714_9),
        (2.0, 0.995_322_265_018_952_7),
        (2.6, 0.999_763_965_583_470_7),
        (3.0, 0.999_977_909_503_001_4),
    ] {
        assert!(
            (erf_f64(x) - want).abs() < 1e-14,
            "erf({x}) = {}",
            erf_f64(x)
        );
        assert_eq!(erf_f64(-x), -erf_f64(x));
    }
    assert!((P4::splat(0.5).erf().0[0] - 0.520_499_9).abs() < 1e-6);
}
