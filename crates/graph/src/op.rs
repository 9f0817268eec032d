//! The contract of an op. Shared code (builder, planner, executor) never asks which op it holds.

use core::fmt;
use std::sync::Arc;

use gradloom_kernels::{Chunk, Fused, Io};

use crate::builder::Builder;
use crate::error::{GraphError, Result};
use crate::node::NodeId;
use crate::print::number;
use crate::shape::Type;

/// Gradients with respect to each input; `None` where an input has none (integers, masks).
pub type Vjp = Result<Vec<Option<NodeId>>>;

/// One primitive: its shape rule, its gradient, its cost and its kernel.
pub trait Op: Send + Sync {
    /// The name in the registry, as in the public API.
    fn name(&self) -> &'static str;

    /// What `Decode` reads back; with the name, this identifies the op.
    fn attrs(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Shape and dtype of the output, or what is wrong with the inputs.
    fn ty(&self, inputs: &[Type]) -> Result<Type>;

    /// Gradient nodes for the inputs `x`, given the output `y` and its gradient `dy`.
    fn vjp(&self, b: &mut Builder, x: &[NodeId], y: NodeId, dy: NodeId) -> Vjp;

    /// Floating-point operations: a multiply and an add count one each, any function one.
    fn flops(&self, inputs: &[Type], output: &Type) -> u64 {
        let _ = inputs;
        output.shape.size() as u64
    }

    /// Into how many parts the work may be divided at most; any division gives the same bits.
    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let _ = (inputs, output);
        1
    }

    /// Floats of scratch memory that each thread needs.
    fn scratch(&self, inputs: &[Type], output: &Type) -> usize {
        let _ = (inputs, output);
        0
    }

    /// For elementwise ops: the loop and its two parameters. Such an op needs no `run`.
    fn chunk(&self) -> Option<(Chunk, [f32; 2])> {
        None
    }

    /// For elementwise ops: sequences that end in this op and are faster as one loop.
    fn fused(&self) -> &'static [Fused] {
        &[]
    }

    /// The output is the bytes of input 0 under another shape: nothing runs.
    fn alias(&self) -> bool {
        false
    }

    /// The output may lie in the buffer of input 0: `run` then changes what differs
    /// (`Io::is_in_place`) and does not read input 0.
    fn in_place(&self) -> bool {
        false
    }

    /// `run` calls `Io::finish` for every output element once, so a pass may follow in cache.
    fn announces(&self) -> bool {
        false
    }

    /// For ops that announce: the floats of the longest range, if `run` can announce each range as
    /// it writes it (`Io::is_windowed`) and has no need of it afterwards.
    fn window(&self, inputs: &[Type], output: &Type) -> Option<usize> {
        let _ = (inputs, output);
        None
    }

    /// Two ops, one after the other, with the same bits: the faster way for `shares` threads, each
    /// of which has changed its share of the first axis of input 1 in the step before.
    fn by_shares(&self, inputs: &[Type], shares: usize) -> Option<[Arc<dyn Op>; 2]> {
        let _ = (inputs, shares);
        None
    }

    /// The input that equals the output exactly, given the inputs that are filled with one number.
    fn identity(&self, fills: &[Option<f32>]) -> Option<usize> {
        let _ = fills;
        None
    }

    /// Computes this thread's part of the output. Elementwise and alias ops are run by the
    /// executor.
    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let _ = (inputs, output, io);
        unreachable!("{} has no kernel of its own", self.name());
    }
}

impl fmt::Debug for dyn Op + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Makes an op from the attributes it was built or stored with.
pub type Decode = fn(&mut Attrs<'_>) -> Result<Arc<dyn Op>>;

/// All ops by name. The ops crate owns the only one.
#[derive(Debug)]
pub struct Registry {
    entries: &'static [(&'static str, Decode)],
}

impl Registry {
    pub const fn new(entries: &'static [(&'static str, Decode)]) -> Registry {
        Registry { entries }
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|(name, _)| *name)
    }

    pub fn decode(&self, name: &str, attrs: &[f64]) -> Result<Arc<dyn Op>> {
        let entry = self.entries.iter().find(|(n, _)| *n == name);
        let (name, decode) = entry.ok_or_else(|| GraphError::UnknownOp { op: name.into() })?;
        let mut attrs = Attrs {
            op: name,
            values: attrs,
        };
        let op = decode(&mut attrs)?;
        attrs.end()?;
        Ok(op)
    }
}

/// Reads the attributes of an op one after the other.
#[derive(Debug)]
pub struct Attrs<'a> {
    op: &'static str,
    values: &'a [f64],
}

impl Attrs<'_> {
    fn error(&self, message: impl Into<String>) -> GraphError {
        GraphError::shape(self.op, message)
    }

    pub fn f64(&mut self) -> Result<f64> {
        let missing = self.error("an attribute is missing");
        let (first, rest) = self.values.split_first().ok_or(missing)?;
        self.values = rest;
        Ok(*first)
    }

    pub fn f32(&mut self) -> Result<f32> {
        Ok(self.f64()? as f32)
    }

    pub fn i64(&mut self) -> Result<i64> {
        let x = self.f64()?;
        if x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_991.0 {
            Ok(x as i64)
        } else {
            Err(self.error(format!("{} is not a whole number", number(x))))
        }
    }

    pub fn usize(&mut self) -> Result<usize> {
        let x = self.i64()?;
        usize::try_from(x).map_err(|_| self.error(format!("{x} is not a size")))
    }

    pub fn u32(&mut self) -> Result<u32> {
        let x = self.i64()?;
        u32::try_from(x).map_err(|_| self.error(format!("{x} is not a 32-bit number")))
    }

    pub fn bool(&mut self) -> Result<bool> {
        match self.f64()? {
            0.0 => Ok(false),
            1.0 => Ok(true),
            x => Err(self.error(format!("{} is neither 0 nor 1", number(x)))),
        }
    }

    /// A list: its length, then its values.
    pub fn list(&mut self) -> Result<Vec<i64>> {
        let n = self.usize()?;
        if n > self.values.len() {
            return Err(self.error(format!("a list of {n} attributes is cut short")));
        }
        (0..n).map(|_| self.i64()).collect()
    }

    pub fn sizes(&mut self) -> Result<Vec<usize>> {
        let n = self.usize()?;
        if n > self.values.len() {
            return Err(self.error(format!("a list of {n} attributes is cut short")));
        }
        (0..n).map(|_| self.usize()).collect()
    }

    fn end(&self) -> Result<()> {
        if self.values.is_empty() {
            Ok(())
        } else {
            Err(self.error(format!("{} attributes too many", self.values.len())))
        }
    }
}
