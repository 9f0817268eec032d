//! The test of an elementwise op: the reference is a formula of numbers, so every length, in-place
//! calls, the values at the edge of the numbers and broadcast shapes follow from it.

use gradloom_graph::Op;

use super::interpret::Call;
use super::reference::spread;
use super::tensor::{Numbers, Tensor, numbers};
use super::{Case, case};

/// Any NaN wins, as in the lanes.
pub fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// Any NaN wins, as in the lanes.
pub fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.min(b)
    }
}

pub struct Elementwise<O, const N: usize> {
    op: O,
    reference: fn([f64; N]) -> f64,
    domain: [(f64, f64); N],
    kinks: Vec<f64>,
    adjust: fn(Case) -> Case,
}

pub fn elementwise<O: Op + Clone + 'static, const N: usize>(
    op: O,
    reference: fn([f64; N]) -> f64,
) -> Elementwise<O, N> {
    let adjust = |case| case;
    Elementwise {
        op,
        reference,
        domain: [(-3.0, 3.0); N],
        kinks: Vec::new(),
        adjust,
    }
}

/// Values that break careless formulas.
const EDGES: [f32; 9] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    1e18,
    -1e18,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];

impl<O: Op + Clone + 'static, const N: usize> Elementwise<O, N> {
    /// Between which numbers each input is taken.
    pub fn domain(self, domain: [(f64, f64); N]) -> Self {
        Elementwise { domain, ..self }
    }

    /// Where the function has no derivative: inputs keep away from there.
    pub fn kinks(self, kinks: &[f64]) -> Self {
        Elementwise {
            kinks: kinks.to_vec(),
            ..self
        }
    }

    /// Tolerances and such of every case.
    pub fn with(self, adjust: fn(Case) -> Case) -> Self {
        Elementwise { adjust, ..self }
    }

    pub fn check(&self) {
        (0..=17).chain(31..=33).for_each(|n| self.length(n));
        self.edges();
        self.broadcast();
        self.sweep();
    }

    fn number(&self, random: &mut Numbers, i: usize) -> f32 {
        let (lo, hi) = self.domain[i];
        loop {
            let x = random.between(lo, hi);
            if self.kinks.iter().all(|k| (x - k).abs() > 0.01) {
                return x as f32;
            }
        }
    }

    fn tensor(&self, random: &mut Numbers, i: usize, dims: &[usize]) -> Tensor {
        let size = dims.iter().product();
        let values: Vec<f32> = (0..size).map(|_| self.number(random, i)).collect();
        numbers(dims, &values)
    }

    /// A case over inputs that broadcast to `dims`, which the reference sees broadcast.
    fn case(&self, inputs: &[Tensor; N]) -> Case {
        let (types, f) = (inputs.each_ref().map(|x| x.ty.clone()), self.reference);
        let to = self.op.ty(&types).expect("inputs that broadcast").shape;
        let reference = move |x: &[Vec<f64>]| {
            let wide: [Vec<f64>; N] = std::array::from_fn(|k| spread(&x[k], &types[k].shape, &to));
            (0..to.size())
                .map(|i| f(std::array::from_fn(|k| wide[k][i])))
                .collect()
        };
        (self.adjust)(case(self.op.clone(), inputs, reference).twice())
    }

    fn length(&self, n: usize) {
        let mut random = Numbers::new(n as u64);
        let inputs = std::array::from_fn(|i| self.tensor(&mut random, i, &[n]));
        self.case(&inputs).check();
        let call = Call::new(&self.op, &inputs);
        let whole = call.run().output.bits;
        for i in 0..N {
            assert_eq!(
                call.run_in_place(i),
                whole,
                "{} over input {i} of [{n}]",
                self.op.name()
            );
        }
    }

    /// Every combination of the edges.
    fn edges(&self) {
        let count = EDGES.len().pow(N as u32);
        let pick = |i: usize, k: usize| EDGES[i / EDGES.len().pow(k as u32) % EDGES.len()];
        let column = |k: usize| (0..count).map(|i| pick(i, k)).collect::<Vec<f32>>();
        self.case(&std::array::from_fn(|k| numbers(&[count], &column(k))))
            .values();
    }

    fn broadcast(&self) {
        let shapes: [[&[usize]; 3]; 4] = [
            [&[3, 4], &[4], &[]],
            [&[], &[2, 3], &[3]],
            [&[2, 1, 3], &[4, 1], &[2, 1, 1]],
            [&[1], &[1, 5], &[5, 1]],
        ];
        let mut random = Numbers::new(99);
        for dims in shapes {
            self.case(&std::array::from_fn(|i| {
                self.tensor(&mut random, i, dims[i])
            }))
            .check();
        }
    }

    /// Many values in the domain.
    fn sweep(&self) {
        let mut random = Numbers::new(5);
        let inputs = std::array::from_fn(|i| self.tensor(&mut random, i, &[2000]));
        self.case(&inputs).values();
    }
}
