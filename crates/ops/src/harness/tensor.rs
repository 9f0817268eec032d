//! Tensors of the tests and the numbers in them.

use gradloom_graph::{Dtype, Shape, Type};

/// A tensor as its bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub ty: Type,
    pub bits: Vec<u32>,
}

impl Tensor {
    pub fn is_f32(&self) -> bool {
        self.ty.dtype == Dtype::F32
    }

    pub fn to_f64(&self) -> Vec<f64> {
        let number = |&b: &u32| match self.ty.dtype {
            Dtype::F32 => f64::from(f32::from_bits(b)),
            Dtype::I32 => f64::from(b as i32),
        };
        self.bits.iter().map(number).collect()
    }
}

pub fn shape(dims: &[usize]) -> Shape {
    Shape::new(dims)
}

/// An f32 tensor.
pub fn numbers(dims: &[usize], values: &[f32]) -> Tensor {
    assert_eq!(shape(dims).size(), values.len());
    Tensor {
        ty: Type::f32(shape(dims)),
        bits: values.iter().map(|x| x.to_bits()).collect(),
    }
}

/// An i32 tensor.
pub fn ints(dims: &[usize], values: &[i32]) -> Tensor {
    assert_eq!(shape(dims).size(), values.len());
    Tensor {
        ty: Type::i32(shape(dims)),
        bits: values.iter().map(|&x| x as u32).collect(),
    }
}

/// Numbers that look random and are always the same (SplitMix64).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// Between 0 and 1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }

    pub fn below(&mut self, n: usize) -> i32 {
        (self.unit() * n as f64) as i32
    }

    /// A tensor of numbers between −2 and 2.
    pub fn tensor(&mut self, dims: &[usize]) -> Tensor {
        self.tensor_in(dims, -2.0, 2.0)
    }

    pub fn tensor_in(&mut self, dims: &[usize], lo: f64, hi: f64) -> Tensor {
        let values: Vec<f32> = (0..shape(dims).size())
            .map(|_| self.between(lo, hi) as f32)
            .collect();
        numbers(dims, &values)
    }

    /// An i32 tensor of numbers below `n`.
    pub fn indices(&mut self, dims: &[usize], n: usize) -> Tensor {
        let values: Vec<i32> = (0..shape(dims).size()).map(|_| self.below(n)).collect();
        ints(dims, &values)
    }
}
