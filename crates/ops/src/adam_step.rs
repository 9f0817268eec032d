//! The step of Adam and AdamW as one loop, for the passes that hold its four formulas in a row:
//! square root and division keep the divider busy, and the running means run beside them.

use gradloom_kernels::fused::{FUSED, Fused, FusedFormula, Step};
use gradloom_kernels::{Formula, Lanes};

use crate::{DivSqrt, Lerp, LerpSquare, MulAdd};

/// Whole: m, v, g, w; scalars: 1 − β₁, 1 − β₂, ε, −rate.
#[derive(Debug)]
pub struct AdamStep;

impl AdamStep {
    pub const LOOP: &'static [Fused] = &[Fused::of::<AdamStep>()];
}

const fn step(op: &'static str, src: &'static [usize]) -> Step {
    Step { op, src }
}

impl FusedFormula for AdamStep {
    const STEPS: &'static [Step] = &[
        step("lerp", &[0, 2, 4]),
        step("lerpSquare", &[1, 2, 5]),
        step("divSqrt", &[8, 9, 6]),
        step("mulAdd", &[10, 7, 3]),
    ];

    const STORED: [bool; FUSED] = [true, true, false, true];

    #[inline(always)]
    fn eval<L: Lanes>([m, v, g, w]: [L; FUSED], [b1, b2, eps, rate]: [L; FUSED]) -> [L; FUSED] {
        let none = [L::splat(0.0); 2];
        let m = Lerp::eval(none, [m, g, b1]);
        let v = LerpSquare::eval(none, [v, g, b2]);
        let step = DivSqrt::eval(none, [m, v, eps]);
        [m, v, step, MulAdd::eval(none, [step, rate, w])]
    }
}
