//! Runs one op in parts, or a graph node by node, over plain vectors. The only unsafe code of the
//! crate's tests: it makes the `Io` that the executor makes in the product.

use std::collections::HashMap;

use gradloom_graph::{Graph, Op, Source, Type};
use gradloom_kernels::{Io, Part, Raw};

use super::reference::spread;
use super::tensor::Tensor;

/// One call of an op: in how many parts, and how many elements its buffers are off an aligned
/// address.
pub struct Call<'a> {
    pub op: &'a dyn Op,
    pub inputs: &'a [Tensor],
    pub of: usize,
    pub offset: usize,
    /// Whether anyone listens to what is announced.
    pub watched: bool,
}

pub struct Outcome {
    pub output: Tensor,
    /// How often each element was announced as final.
    pub announced: Vec<u32>,
}

/// What an element holds that nobody wrote.
const UNWRITTEN: u32 = 0xdead_beef;

/// A buffer that is aligned to 16 bytes but for `offset` elements, with a guard behind it.
struct Buffer {
    blocks: Vec<u128>,
    start: *mut u32,
    offset: usize,
    len: usize,
}

impl Buffer {
    fn new(bits: &[u32], offset: usize) -> Buffer {
        let guard = u128::from(UNWRITTEN) * 0x1_0000_0001_0000_0001_0000_0001;
        let mut blocks = vec![guard; (bits.len() + offset) / 4 + 1];
        let start = blocks.as_mut_ptr().cast();
        let buffer = Buffer {
            blocks,
            start,
            offset,
            len: bits.len(),
        };
        // SAFETY: there is room for offset + bits.len() elements.
        unsafe {
            buffer
                .ptr()
                .copy_from_nonoverlapping(bits.as_ptr(), bits.len())
        };
        buffer
    }

    fn ptr(&self) -> *mut u32 {
        // SAFETY: the blocks hold more than `offset` elements.
        unsafe { self.start.add(self.offset) }
    }

    fn raw(&self) -> Raw {
        Raw {
            ptr: self.ptr().cast(),
            len: self.len,
        }
    }

    fn bits(&self) -> Vec<u32> {
        // SAFETY: len elements were initialised by `new`.
        unsafe { core::slice::from_raw_parts(self.ptr(), self.len) }.to_vec()
    }

    fn guard_is_whole(&self) -> bool {
        let all = self.blocks.len() * 4;
        // SAFETY: the blocks hold `all` initialised elements.
        let words = unsafe { core::slice::from_raw_parts(self.start, all) };
        let outside = words[..self.offset]
            .iter()
            .chain(&words[self.offset + self.len..]);
        outside.into_iter().all(|&w| w == UNWRITTEN)
    }
}

impl<'a> Call<'a> {
    /// In one part, aligned, and watched.
    pub fn new(op: &'a dyn Op, inputs: &'a [Tensor]) -> Call<'a> {
        Call {
            op,
            inputs,
            of: 1,
            offset: 0,
            watched: true,
        }
    }

    pub fn run(&self) -> Outcome {
        let types = self.types();
        let ty = self.op.ty(&types).expect("the inputs of a case are right");
        let size = ty.shape.size();
        if self.op.alias() {
            let output = Tensor {
                ty,
                bits: self.inputs[0].bits.clone(),
            };
            return Outcome {
                output,
                announced: vec![0; size],
            };
        }
        let inputs = self.buffers(&ty);
        let output = Buffer::new(&vec![UNWRITTEN; size], self.offset);
        let mut announced = vec![0; size];
        for index in 0..self.of {
            let part = Part::new(index, self.of);
            match self.op.chunk() {
                Some(_) => self.run_chunk(part, &inputs, &output),
                None => self.run_part(part, &inputs, &output, &types, &ty, &mut announced),
            }
        }
        assert!(
            output.guard_is_whole(),
            "{:?} wrote outside of its output",
            self.op
        );
        Outcome {
            output: Tensor {
                ty,
                bits: output.bits(),
            },
            announced,
        }
    }

    fn types(&self) -> Vec<Type> {
        self.inputs.iter().map(|x| x.ty.clone()).collect()
    }

    /// Copies of the inputs; those of an elementwise op at the shape of the output.
    fn buffers(&self, ty: &Type) -> Vec<Buffer> {
        let chunk = self.op.chunk().is_some();
        let copy = |x: &Tensor| match chunk {
            true => Buffer::new(&spread(&x.bits, &x.ty.shape, &ty.shape), self.offset),
            false => Buffer::new(&x.bits, self.offset),
        };
        self.inputs.iter().map(copy).collect()
    }

    fn run_chunk(&self, part: Part, inputs: &[Buffer], output: &Buffer) {
        let (chunk, p) = self.op.chunk().expect("an elementwise op");
        let share = part.share(output.len, 1);
        let mut src = [core::ptr::null(); 3];
        for (src, input) in src.iter_mut().zip(inputs) {
            // SAFETY: the share lies within the output, and the input is as long.
            *src = unsafe { input.raw().ptr.add(share.start()) };
        }
        // SAFETY: as above; the buffers are different.
        unsafe { chunk.run(p, src, output.raw().ptr.add(share.start()), share.len()) };
    }

    fn run_part(
        &self,
        part: Part,
        inputs: &[Buffer],
        output: &Buffer,
        types: &[Type],
        ty: &Type,
        announced: &mut [u32],
    ) {
        let raw: Vec<Raw> = inputs.iter().map(Buffer::raw).collect();
        let mut scratch = vec![f32::NAN; self.op.scratch(types, ty)];
        let mut finished = |start: usize, len: usize| {
            announced[start..start + len]
                .iter_mut()
                .for_each(|n| *n += 1);
        };
        let finished = self
            .watched
            .then_some(&mut finished as &mut dyn FnMut(usize, usize));
        // SAFETY: the buffers live on and are different; the parts run one after the other.
        let mut io = unsafe { Io::new(part, &raw, output.raw(), &mut scratch, finished) };
        self.op.run(types, ty, &mut io);
    }

    /// The bits of an elementwise op that writes over input `i`.
    pub fn run_in_place(&self, i: usize) -> Vec<u32> {
        let ty = self
            .op
            .ty(&self.types())
            .expect("the inputs of a case are right");
        let inputs = self.buffers(&ty);
        self.run_chunk(Part::WHOLE, &inputs, &inputs[i]);
        inputs[i].bits()
    }
}

/// The value of every node of a graph without state.
pub fn evaluate(graph: &Graph, feeds: &HashMap<String, Tensor>) -> Vec<Tensor> {
    let mut values: Vec<Tensor> = Vec::new();
    for node in &graph.nodes {
        let filled = |bits| Tensor {
            ty: node.ty.clone(),
            bits,
        };
        let value = match &node.source {
            Source::Input { name } => feeds[name].clone(),
            Source::Fill { bits } => filled(vec![*bits; node.ty.shape.size()]),
            Source::Const { bits } => filled(bits.to_vec()),
            Source::Op { op, inputs } => {
                let inputs: Vec<Tensor> = inputs.iter().map(|&i| values[i].clone()).collect();
                Call::new(&**op, &inputs).run().output
            }
            Source::State { key } => unreachable!("state {key} in a test of an op"),
        };
        assert_eq!(value.ty, node.ty);
        values.push(value);
    }
    values
}
