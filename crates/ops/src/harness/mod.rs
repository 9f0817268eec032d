//! The test of an op: an op, a reference in f64, a domain and a tolerance go in; values, views,
//! splits, announcements and gradients are checked. It knows no op but those that weigh and sum a
//! loss.
//!
//! `Case` is one call of any op; `elementwise` adds what a formula of numbers makes possible.

mod differences;
mod elementwise;
mod interpret;
mod reference;
mod tensor;

use std::sync::Arc;

use gradloom_graph::{Op, Type};

pub use differences::gradients_of;
pub use elementwise::{elementwise, max, min};
pub use interpret::{Call, evaluate};
pub use reference::{along, boxed, log_softmax_row, rowwise, softmax_row, spread, summed_to};
pub use tensor::{Numbers, Tensor, ints, numbers, shape};

type Reference = Box<dyn Fn(&[Vec<f64>]) -> Vec<f64>>;

/// One call of an op and what should come of it.
pub struct Case {
    op: Arc<dyn Op>,
    inputs: Vec<Tensor>,
    reference: Reference,
    relative: f64,
    absolute: f64,
    gradient: Gradient,
}

/// Which inputs have a gradient, and how near it must be to the differences.
#[derive(Clone)]
struct Gradient {
    constant: Vec<usize>,
    tolerance: f64,
    twice: bool,
}

/// Inputs are given to the reference as f64, whatever their dtype.
pub fn case(
    op: impl Op + 'static,
    inputs: &[Tensor],
    reference: impl Fn(&[Vec<f64>]) -> Vec<f64> + 'static,
) -> Case {
    let integers = inputs
        .iter()
        .enumerate()
        .filter(|(_, x)| !x.is_f32())
        .map(|(i, _)| i)
        .collect();
    Case {
        op: Arc::new(op),
        inputs: inputs.to_vec(),
        reference: Box::new(reference),
        relative: 0.0,
        absolute: 0.0,
        gradient: Gradient {
            constant: integers,
            tolerance: 2e-5,
            twice: false,
        },
    }
}

impl Case {
    /// Each value within `relative`·|wanted| + `absolute`; exact when never called.
    pub fn within(self, relative: f64, absolute: f64) -> Case {
        Case {
            relative,
            absolute,
            ..self
        }
    }

    /// Each gradient within `tolerance`·(1 + the largest gradient).
    pub fn gradient_within(mut self, tolerance: f64) -> Case {
        self.gradient.tolerance = tolerance;
        self
    }

    /// Input `i` has no gradient.
    pub fn constant(mut self, i: usize) -> Case {
        self.gradient.constant.push(i);
        self
    }

    /// No input has a gradient.
    pub fn no_gradient(mut self) -> Case {
        self.gradient.constant = (0..self.inputs.len()).collect();
        self
    }

    /// The gradient's gradient is checked too.
    pub fn twice(mut self) -> Case {
        self.gradient.twice = true;
        self
    }

    pub fn check(&self) {
        self.check_values();
        differences::check(self);
    }

    /// All but the gradients.
    pub fn check_values(&self) {
        let whole = self.values();
        self.views(&whole);
        self.splits(&whole);
    }

    fn call(&self) -> Call<'_> {
        Call::new(&*self.op, &self.inputs)
    }

    /// What is being tested, for messages.
    fn label(&self) -> String {
        let types: Vec<String> = self.inputs.iter().map(|x| x.ty.to_string()).collect();
        format!("{:?}({})", self.op, types.join(", "))
    }

    /// The output, which agrees with the reference.
    pub fn values(&self) -> Tensor {
        let got = self.call().run().output;
        let inputs: Vec<Vec<f64>> = self.inputs.iter().map(Tensor::to_f64).collect();
        let want = (self.reference)(&inputs);
        assert_eq!(
            got.to_f64().len(),
            want.len(),
            "{}: number of elements",
            self.label()
        );
        for (i, (got, want)) in got.to_f64().into_iter().zip(want).enumerate() {
            let near = near(got, want, self.relative, self.absolute);
            assert!(near, "{}: element {i} is {got}, not {want}", self.label());
        }
        got
    }

    fn views(&self, whole: &Tensor) {
        let got = Call {
            offset: 1,
            watched: false,
            ..self.call()
        }
        .run()
        .output;
        assert_eq!(
            got.bits,
            whole.bits,
            "{}: views off by an element",
            self.label()
        );
    }

    fn splits(&self, whole: &Tensor) {
        for of in 1..=5 {
            let got = Call { of, ..self.call() }.run();
            assert_eq!(got.output.bits, whole.bits, "{}: {of} parts", self.label());
            let times = u32::from(self.op.announces());
            let once = got.announced.iter().all(|&n| n == times);
            assert!(
                once,
                "{}: announced {:?} in {of} parts",
                self.label(),
                got.announced
            );
        }
    }
}

/// Equal up to the tolerance; NaN and infinities must agree (after rounding to f32).
pub fn near(got: f64, want: f64, relative: f64, absolute: f64) -> bool {
    let rounded = f64::from(want as f32);
    if !rounded.is_finite() || !got.is_finite() {
        return got == rounded || (got.is_nan() && rounded.is_nan());
    }
    got == rounded || (got - want).abs() <= relative * want.abs() + absolute
}

/// The op refuses these inputs, and says every one of `words`.
pub fn refuses(op: impl Op, inputs: &[Type], words: &[&str]) {
    let error = op.ty(inputs).expect_err("the inputs should be refused");
    let message = error.to_string();
    assert_eq!(error.code(), "shape", "{message}");
    for word in [op.name()].iter().chain(words) {
        assert!(message.contains(word), "'{message}' does not say '{word}'");
    }
}
