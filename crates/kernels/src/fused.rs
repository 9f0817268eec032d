//! Several elementwise formulas, compiled into one loop: what one of them computes need not travel
//! through memory to the next, and their cheap operations run while the divider is busy. The
//! executor finds where a chain holds the sequence; no loop knows whose it is.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// The most operands and results of each kind.
pub const FUSED: usize = 4;

/// Vectors that one turn of the loop computes: they share the arithmetic of addresses, which is a
/// third of the instructions of a turn of one.
const VECTORS: usize = 2;

/// Elements that one turn of the loop computes.
const STEP: usize = 4 * VECTORS;

/// One formula of the sequence: the op's name, and for each of its inputs the place of the operand.
/// Places `0..4` are the whole operands, `4..8` the scalars, `8..` the results so far.
#[derive(Debug)]
pub struct Step {
    pub op: &'static str,
    pub src: &'static [usize],
}

/// A sequence of formulas over up to four whole operands and four scalars; each is one result.
pub trait FusedFormula {
    const STEPS: &'static [Step];

    /// Results that reach memory; the others are for later steps alone.
    const STORED: [bool; FUSED] = [true; FUSED];

    fn eval<L: Lanes>(whole: [L; FUSED], scalars: [L; FUSED]) -> [L; FUSED];
}

type Loop = unsafe fn(
    whole: &[*const f32; FUSED],
    scalars: [f32; FUSED],
    dst: &[*mut f32; FUSED],
    steps: usize,
);

/// The compiled loop of a sequence.
#[derive(Debug)]
pub struct Fused {
    steps: &'static [Step],
    stored: [bool; FUSED],
    run: Loop,
}

/// # Safety
/// `steps` × `STEP` elements are readable from each source and writable at each target.
unsafe fn steps<F: FusedFormula, L: F32Lanes>(
    whole: &[*const f32; FUSED],
    scalars: [f32; FUSED],
    dst: &[*mut f32; FUSED],
    steps: usize,
) {
    let scalars = scalars.map(|s| L::splat(s.into()));
    let ([mut a, mut b, mut c, mut d], [mut p, mut q, mut r, mut s]) = (*whole, *dst);
    for _ in 0..steps {
        // SAFETY: STEP elements are left everywhere, by the contract.
        unsafe {
            vector::<F, L>([a, b, c, d], scalars, [p, q, r, s], 0);
            vector::<F, L>([a, b, c, d], scalars, [p, q, r, s], 4);
        }
        // One by one: this is compiled for size, where a map over an array stays a loop.
        (a, b) = (a.wrapping_add(STEP), b.wrapping_add(STEP));
        (c, d) = (c.wrapping_add(STEP), d.wrapping_add(STEP));
        (p, q) = (p.wrapping_add(STEP), q.wrapping_add(STEP));
        (r, s) = (r.wrapping_add(STEP), s.wrapping_add(STEP));
    }
}

/// One vector of all results. It is read whole before it is written, so a target may be a source.
///
/// # Safety
/// Four elements from `at` on are readable from each source and writable at each stored target.
#[inline(always)]
unsafe fn vector<F: FusedFormula, L: F32Lanes>(
    [a, b, c, d]: [*const f32; FUSED],
    scalars: [L; FUSED],
    [p, q, r, s]: [*mut f32; FUSED],
    at: usize,
) {
    // SAFETY: by contract.
    unsafe {
        let x = [
            L::load(a.add(at)),
            L::load(b.add(at)),
            L::load(c.add(at)),
            L::load(d.add(at)),
        ];
        let [w, x, y, z] = F::eval(x, scalars);
        let [first, second, third, fourth] = F::STORED;
        if first {
            w.store(p.add(at));
        }
        if second {
            x.store(q.add(at));
        }
        if third {
            y.store(r.add(at));
        }
        if fourth {
            z.store(s.add(at));
        }
    }
}

impl Fused {
    pub const fn of<F: FusedFormula>() -> Fused {
        assert!(F::STEPS.len() == FUSED);
        Fused {
            steps: F::STEPS,
            stored: F::STORED,
            run: steps::<F, Native>,
        }
    }

    pub fn steps(&self) -> &'static [Step] {
        self.steps
    }

    /// The results that `run` writes; the formulas' own loops write all.
    pub fn stored(&self) -> [bool; FUSED] {
        self.stored
    }

    /// Computes whole turns of elements `0..n` of the stored results; returns how many elements
    /// that is. The rest is left to the formulas' own loops.
    ///
    /// # Safety
    /// Each source has `n` readable elements and each stored target `n` writable ones; a target may
    /// be equal to a source but may not overlap one otherwise.
    pub unsafe fn run(
        &self,
        whole: &[*const f32; FUSED],
        scalars: [f32; FUSED],
        dst: &[*mut f32; FUSED],
        n: usize,
    ) -> usize {
        // SAFETY: by contract.
        unsafe { (self.run)(whole, scalars, dst, n / STEP) };
        self.whole_turns(n)
    }

    /// The elements of `0..n` that `run` computes.
    pub fn whole_turns(&self, n: usize) -> usize {
        n / STEP * STEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a + p, b · q, and both together; the third result is not stored.
    struct Sums;

    impl FusedFormula for Sums {
        const STEPS: &'static [Step] = &[
            Step {
                op: "add",
                src: &[0, 4],
            },
            Step {
                op: "mul",
                src: &[1, 5],
            },
            Step {
                op: "add",
                src: &[8, 9],
            },
            Step {
                op: "add",
                src: &[10, 2],
            },
        ];
        const STORED: [bool; FUSED] = [true, true, false, true];

        fn eval<L: Lanes>([a, b, c, _]: [L; FUSED], [p, q, ..]: [L; FUSED]) -> [L; FUSED] {
            let (x, y) = (a.add(p), b.mul(q));
            let both = x.add(y);
            [x, y, both, both.add(c)]
        }
    }

    #[test]
    fn whole_turns_are_computed_and_only_stored_results_written() {
        let x: Vec<f32> = (0..40).map(|i| i as f32).collect();
        for n in [0, 1, 7, 8, 9, 16, 23, 40] {
            let mut out = [[-1.0_f32; 40]; FUSED];
            let dst = out.each_mut().map(|row| row.as_mut_ptr());
            let fused = Fused::of::<Sums>();
            // SAFETY: all rows have 40 elements, and none is another's.
            let done = unsafe { fused.run(&[x.as_ptr(); FUSED], [2.0, 3.0, 0.0, 0.0], &dst, n) };
            assert_eq!(done, n / 8 * 8);
            for (i, &x) in x.iter().enumerate() {
                let want = [x + 2.0, 3.0 * x, -1.0, (x + 2.0 + 3.0 * x) + x];
                let want = if i < done { want } else { [-1.0; FUSED] };
                assert_eq!(out.map(|row| row[i]), want, "element {i} of {n}");
            }
        }
    }

    #[test]
    fn a_target_may_be_a_source() {
        let (mut a, b) = ([1.0_f32; 16], [2.0_f32; 16]);
        let mut rest = [[0.0_f32; 16]; 3];
        let [y, z, w] = rest.each_mut().map(|row| row.as_mut_ptr());
        let sources = [a.as_ptr(), b.as_ptr(), b.as_ptr(), b.as_ptr()];
        // SAFETY: all rows have 16 elements; `a` is source and target.
        unsafe {
            Fused::of::<Sums>().run(
                &sources,
                [2.0, 3.0, 0.0, 0.0],
                &[a.as_mut_ptr(), y, z, w],
                16,
            )
        };
        assert_eq!((a, rest[0], rest[2]), ([3.0; 16], [6.0; 16], [11.0; 16]));
    }
}
