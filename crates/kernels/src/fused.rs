//! Several elementwise formulas, compiled into one loop: what one of them computes need not travel
//! through memory to the next, and their cheap operations run while the divider is busy. The
//! executor finds where a chain holds the sequence; no loop knows whose it is.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// The most operands and results of each kind.
pub const FUSED: usize = 4;

/// Elements that one turn of the loop computes.
const STEP: usize = 4;

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
    let ([a, b, c, d], [p, q, r, s]) = (*whole, *dst);
    for at in (0..steps).map(|step| step * STEP) {
        // SAFETY: at + STEP ≤ steps × STEP, for which the caller vouches; all of this step is read
        // before it is written, so a target may be a source.
        unsafe {
            let x = [
                L::load(a.add(at)),
                L::load(b.add(at)),
                L::load(c.add(at)),
                L::load(d.add(at)),
            ];
            let [w, x, y, z] = F::eval(x, scalars);
            w.store(p.add(at));
            x.store(q.add(at));
            y.store(r.add(at));
            z.store(s.add(at));
        }
    }
}

impl Fused {
    pub const fn of<F: FusedFormula>() -> Fused {
        assert!(F::STEPS.len() == FUSED);
        Fused {
            steps: F::STEPS,
            run: steps::<F, Native>,
        }
    }

    pub fn steps(&self) -> &'static [Step] {
        self.steps
    }

    /// Computes whole vectors of elements `0..n` of all results; returns how many elements that
    /// is. The rest is left to the formulas' own loops.
    ///
    /// # Safety
    /// Each source has `n` readable elements and each target `n` writable ones; a target may be
    /// equal to a source but may not overlap one otherwise.
    pub unsafe fn run(
        &self,
        whole: &[*const f32; FUSED],
        scalars: [f32; FUSED],
        dst: &[*mut f32; FUSED],
        n: usize,
    ) -> usize {
        // SAFETY: by contract.
        unsafe { (self.run)(whole, scalars, dst, n / STEP) };
        n / STEP * STEP
    }
}
