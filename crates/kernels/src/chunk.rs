//! An elementwise formula, compiled into a loop over a chunk of memory. The fused passes of the
//! executor are lists of these loops; no loop knows which op it belongs to.

use core::mem::MaybeUninit;

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};
use crate::portable::D1;

/// Elements that one turn of the loop computes: two vectors.
const STEP: usize = 8;

/// A formula of up to three inputs and two parameters, written once for every kind of lanes.
pub trait Formula {
    /// Number of inputs that `eval` reads.
    const ARITY: usize;

    fn eval<L: Lanes>(p: [L; 2], x: [L; 3]) -> L;
}

/// A formula of two i32, whose result is an i32 or the bits of an f32.
pub trait Whole {
    fn eval(a: i32, b: i32) -> i32;
}

/// # Safety
/// `steps` × `STEP` elements are readable from the first `ARITY` sources and writable at the
/// target.
type Loop = unsafe fn(p: &[f32; 2], src: &[*const f32; 3], dst: *mut f32, steps: usize);

/// The compiled loop of one formula.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    arity: usize,
    run: Loop,
}

/// # Safety
/// As `Loop`.
unsafe fn steps<F: Formula, L: F32Lanes>(
    p: &[f32; 2],
    src: &[*const f32; 3],
    dst: *mut f32,
    steps: usize,
) {
    let p = [L::splat(p[0].into()), L::splat(p[1].into())];
    for step in 0..steps {
        let at = step * STEP;
        // SAFETY: step < steps, and the caller vouches for steps × STEP elements; all of this step
        // is read before it is written, so dst may be a source.
        unsafe {
            let (low, high) = (inputs::<F, L>(src, at), inputs::<F, L>(src, at + 4));
            F::eval(p, low).store(dst.add(at));
            F::eval(p, high).store(dst.add(at + 4));
        }
    }
}

/// # Safety
/// As `Loop`, with two sources.
unsafe fn whole_steps<F: Whole>(_: &[f32; 2], src: &[*const f32; 3], dst: *mut f32, steps: usize) {
    let (a, b, dst) = (
        src[0].cast::<i32>(),
        src[1].cast::<i32>(),
        dst.cast::<i32>(),
    );
    for i in 0..steps * STEP {
        // SAFETY: by contract; an element is read before it is written, so dst may be a source.
        unsafe { dst.add(i).write(F::eval(a.add(i).read(), b.add(i).read())) };
    }
}

/// Four elements of each source of the formula. Written out, not a loop: the ops, where this is
/// instantiated, are compiled for size, and a loop would go through memory.
///
/// # Safety
/// The elements `at..at + 4` of the first `ARITY` sources are readable.
#[inline(always)]
unsafe fn inputs<F: Formula, L: F32Lanes>(src: &[*const f32; 3], at: usize) -> [L; 3] {
    let zero = L::splat(0.0);
    // SAFETY: by contract.
    unsafe {
        [
            if F::ARITY > 0 {
                L::load(src[0].add(at))
            } else {
                zero
            },
            if F::ARITY > 1 {
                L::load(src[1].add(at))
            } else {
                zero
            },
            if F::ARITY > 2 {
                L::load(src[2].add(at))
            } else {
                zero
            },
        ]
    }
}

impl Chunk {
    pub const fn of<F: Formula>() -> Chunk {
        assert!(F::ARITY <= 3);
        Chunk {
            arity: F::ARITY,
            run: steps::<F, Native>,
        }
    }

    pub const fn whole<F: Whole>() -> Chunk {
        Chunk {
            arity: 2,
            run: whole_steps::<F>,
        }
    }

    pub fn arity(self) -> usize {
        self.arity
    }

    /// `dst[i] = formula(p, src[0][i], src[1][i], src[2][i])` for `i < n`. The last elements go
    /// through the same vectors padded with zeros, so no result depends on its position.
    ///
    /// # Safety
    /// The first `arity` sources have `n` readable elements and `dst` has `n` writable ones; `dst`
    /// may be equal to a source but may not overlap one otherwise.
    pub unsafe fn run(self, p: [f32; 2], src: [*const f32; 3], dst: *mut f32, n: usize) {
        let whole = n / STEP;
        if whole > 0 {
            // SAFETY: whole × STEP ≤ n.
            unsafe { (self.run)(&p, &src, dst, whole) };
        }
        if n > whole * STEP {
            // SAFETY: the elements from whole × STEP to n.
            unsafe { self.rest(&p, &src, dst, whole * STEP, n - whole * STEP) };
        }
    }

    /// # Safety
    /// As `run`, for the elements `start..start + n`, `n < STEP`.
    #[inline(never)]
    unsafe fn rest(
        self,
        p: &[f32; 2],
        src: &[*const f32; 3],
        dst: *mut f32,
        start: usize,
        n: usize,
    ) {
        let mut x = [const { MaybeUninit::<[Native; 2]>::uninit() }; 3];
        let mut y = MaybeUninit::<[Native; 2]>::uninit();
        for (x, src) in x.iter_mut().zip(src).take(self.arity) {
            // SAFETY: n elements from `start` on.
            let src = unsafe { core::slice::from_raw_parts(src.add(start), n) };
            let (a, b) = src.split_at(n.min(4));
            x.write([Native::from_rest(a, 0.0), Native::from_rest(b, 0.0)]);
        }
        let src = [
            x[0].as_ptr().cast(),
            x[1].as_ptr().cast(),
            x[2].as_ptr().cast(),
        ];
        // SAFETY: one step; the first `arity` sources were written, and the loop writes y.
        let [a, b] = unsafe {
            (self.run)(p, &src, y.as_mut_ptr().cast(), 1);
            y.assume_init()
        };
        // SAFETY: n elements from `start` on; the slices of the sources are no longer used.
        let dst = unsafe { core::slice::from_raw_parts_mut(dst.add(start), n) };
        let (first, second) = dst.split_at_mut(n.min(4));
        a.write_rest(first);
        b.write_rest(second);
    }

    /// `run` over slices, all of the length of `out`.
    pub fn apply(self, p: [f32; 2], inputs: &[&[f32]], out: &mut [f32]) {
        assert_eq!(inputs.len(), self.arity, "inputs of the formula");
        let mut src = [core::ptr::null(); 3];
        for (src, input) in src.iter_mut().zip(inputs) {
            assert_eq!(input.len(), out.len(), "lengths of input and output");
            *src = input.as_ptr();
        }
        // SAFETY: `arity` sources and the target hold out.len() elements; &mut out overlaps none.
        unsafe { self.run(p, src, out.as_mut_ptr(), out.len()) };
    }

    /// `run` with `out` as the first input too.
    pub fn apply_in_place(self, p: [f32; 2], out: &mut [f32], others: &[&[f32]]) {
        assert_eq!(others.len() + 1, self.arity, "inputs of the formula");
        let dst = out.as_mut_ptr();
        let mut src = [dst.cast_const(), core::ptr::null(), core::ptr::null()];
        for (src, input) in src[1..].iter_mut().zip(others) {
            assert_eq!(input.len(), out.len(), "lengths of input and output");
            *src = input.as_ptr();
        }
        // SAFETY: as `apply`; the target is equal to the first source.
        unsafe { self.run(p, src, dst, out.len()) };
    }
}

/// The formula for one element in f64: the reference and the gradient checks.
pub fn eval_f64<F: Formula>(p: [f64; 2], x: [f64; 3]) -> f64 {
    F::eval(p.map(D1), x.map(D1)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Affine;
    impl Formula for Affine {
        const ARITY: usize = 3;
        fn eval<L: Lanes>(p: [L; 2], x: [L; 3]) -> L {
            x[0].mul(x[1]).add(x[2]).mul(p[0]).sub(p[1])
        }
    }

    struct Exp;
    impl Formula for Exp {
        const ARITY: usize = 1;
        fn eval<L: Lanes>(_: [L; 2], x: [L; 3]) -> L {
            x[0].exp()
        }
    }

    fn series(n: usize, seed: f32) -> Vec<f32> {
        (0..n)
            .map(|i| ((i as f32 + seed) * 0.7).sin() * 3.0)
            .collect()
    }

    #[test]
    fn every_length_and_offset_agrees_with_f64() {
        for n in 0..40 {
            for offset in 0..3 {
                let x = [series(n + 3, 1.0), series(n + 3, 2.0), series(n + 3, 3.0)];
                let x: Vec<&[f32]> = x.iter().map(|x| &x[offset..offset + n]).collect();
                let mut out = vec![f32::NAN; n + 2];
                Chunk::of::<Affine>().apply([1.5, 0.25], &x, &mut out[1..n + 1]);
                for i in 0..n {
                    let want = eval_f64::<Affine>([1.5, 0.25], [0, 1, 2].map(|j| x[j][i].into()));
                    assert!(
                        (f64::from(out[i + 1]) - want).abs() < 1e-5,
                        "element {i} of {n}"
                    );
                }
                assert!(
                    out[0].is_nan() && out[n + 1].is_nan(),
                    "wrote outside for n = {n}"
                );
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_position_or_split() {
        let x = series(53, 0.5);
        let mut whole = vec![0.0; 53];
        Chunk::of::<Exp>().apply([0.0; 2], &[&x], &mut whole);
        for cut in 0..53 {
            let mut parts = vec![0.0; 53];
            let (a, b) = parts.split_at_mut(cut);
            Chunk::of::<Exp>().apply([0.0; 2], &[&x[..cut]], a);
            Chunk::of::<Exp>().apply([0.0; 2], &[&x[cut..]], b);
            assert_eq!(whole, parts, "cut at {cut}");
        }
    }

    #[test]
    fn the_target_may_be_a_source() {
        let x = [series(21, 1.0), series(21, 2.0), series(21, 3.0)];
        let mut want = vec![0.0; 21];
        let chunk = Chunk::of::<Affine>();
        chunk.apply([2.0, 1.0], &[&x[0], &x[1], &x[2]], &mut want);
        let mut out = x[0].clone();
        chunk.apply_in_place([2.0, 1.0], &mut out, &[&x[1], &x[2]]);
        assert_eq!(out, want);
        assert_eq!(chunk.arity(), 3);
    }

    #[test]
    fn nan_and_infinity_pass_through() {
        let x = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0];
        let mut out = [1.0; 5];
        Chunk::of::<Exp>().apply([0.0; 2], &[&x], &mut out);
        assert!(out[0].is_nan());
        assert_eq!(out[1..], [f32::INFINITY, 0.0, 1.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "lengths")]
    fn a_short_input_is_refused() {
        Chunk::of::<Exp>().apply([0.0; 2], &[&[1.0; 3]], &mut [0.0; 4]);
    }
}
