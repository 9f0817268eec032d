//! Recurrences: recurrentTape runs all steps of a cell and keeps what the way back needs,
//! recurrent takes the last states from that tape and has the gradient, recurrentGrad is the way
//! back. The cells are those of Keras: 0 simple, 1 GRU (reset after the product), 2 LSTM.

use std::ops::Range;

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::recurrent::{Backward, Cell, Forward, Recurrence};
use gradloom_kernels::{Io, gemm};

use crate::slice::Slice;
use crate::term::{Tape, Term};
use crate::{Concat, MatMul, Stored, check};

/// (x: [B, T, G·U], kernel: [U, G·U], bias: [G·U], state: [B, S, U], mask: [B, T], keep: [B, U])
/// → [B, T + 1, K·U]: the states before each step and its gates. x is the input's part of the
/// gates, bias is added to h·kernel, a step of mask 0 changes nothing, keep multiplies h before
/// kernel does.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentTape {
    pub cell: Cell,
}

/// (the inputs of the tape, tape) → [B, ends + S − 1, U]: h after each of the last `ends` steps,
/// then c.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent {
    pub cell: Cell,
    pub ends: usize,
}

/// (tape, kernel, mask, keep, dy: [B, ends + S − 1, U]) → [B, T, D·U]: the gradients of the gates;
/// with `state`, one line more, which begins with the gradient of the first states.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentGrad {
    pub cell: Cell,
    pub state: bool,
}

fn cell(op: &str, a: &mut Attrs<'_>) -> Result<Cell> {
    let at = a.usize()?;
    let none = || GraphError::shape(op, format!("there is no cell {at}"));
    Cell::ALL.get(at).copied().ok_or_else(none)
}

/// What the shapes of kernel and mask say.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    r: Recurrence,
}

impl Sizes {
    fn new(cell: Cell, kernel: &Type, mask: &Type) -> Sizes {
        let dim = |ty: &Type, i: usize| ty.shape.dims().get(i).copied().unwrap_or(0);
        let (units, steps) = (dim(kernel, 0), dim(mask, 1));
        Sizes {
            batch: dim(mask, 0),
            r: Recurrence { cell, units, steps },
        }
    }

    /// The inputs have the shapes `dims`.
    fn check(&self, op: &str, inputs: &[Type], dims: &[&[usize]]) -> Result<()> {
        let (units, steps) = (self.r.units, self.r.steps);
        let fail = |message| Err(GraphError::shape(op, message));
        if units == 0 || steps == 0 {
            return fail("takes one unit and one step at least".into());
        }
        for (ty, &dims) in inputs.iter().zip(dims) {
            check::is_f32(op, ty)?;
            if ty.shape.dims() != dims {
                let (want, given) = (Shape::new(dims), &ty.shape);
                let message = format!("takes shape {want} for {units} units, not {given}");
                return fail(message);
            }
        }
        Ok(())
    }

    fn check_forward(&self, op: &str, inputs: &[Type]) -> Result<()> {
        let (b, t, u, cell) = (self.batch, self.r.steps, self.r.units, self.r.cell);
        let gates = cell.gates() * u;
        let (x, kernel, bias) = ([b, t, gates], [u, gates], [gates]);
        let (state, mask, keep) = ([b, cell.states(), u], [b, t], [b, u]);
        let all: [&[usize]; 7] = [&x, &kernel, &bias, &state, &mask, &keep, &self.tape()];
        self.check(op, inputs, &all)
    }

    fn tape(&self) -> [usize; 3] {
        let r = &self.r;
        [self.batch, r.steps + 1, r.cell.kept() * r.units]
    }

    /// The last `ends` steps of h and what else is a state.
    fn last(&self, op: &str, ends: usize) -> Result<[usize; 3]> {
        let steps = self.r.steps;
        if (1..=steps).contains(&ends) {
            return Ok([self.batch, ends + self.r.cell.states() - 1, self.r.units]);
        }
        let message = format!("takes the last 1 to {steps} steps, not {ends}");
        Err(GraphError::shape(op, message))
    }

    /// Operations of the products and the functions of all steps.
    fn flops(&self) -> u64 {
        let (units, gates) = (self.r.units as u64, self.r.cell.gates() as u64);
        let step = (2 * units + check::FUNCTION) * units * gates;
        (self.batch * self.r.steps) as u64 * step
    }

    fn scratch(&self) -> usize {
        self.r.scratch(self.batch)
    }

    fn parts(&self) -> usize {
        check::parts(self.flops() / 4, self.batch.div_ceil(gemm::MR))
    }

    /// These rows of a tensor of the batch.
    fn rows<'x>(&self, x: &'x [f32], rows: Range<usize>) -> &'x [f32] {
        let width = x.len() / self.batch.max(1);
        &x[rows.start * width..rows.end * width]
    }
}

fn typed(op: &str, dims: [usize; 3]) -> Result<Type> {
    Ok(Type::f32(Shape::checked(op, dims.to_vec())?))
}

impl Stored for RecurrentTape {
    const NAME: &'static str = "recurrentTape";

    fn decode(a: &mut Attrs<'_>) -> Result<RecurrentTape> {
        let cell = cell(RecurrentTape::NAME, a)?;
        Ok(RecurrentTape { cell })
    }
}

impl RecurrentTape {
    fn sizes(&self, inputs: &[Type]) -> Sizes {
        Sizes::new(self.cell, &inputs[1], &inputs[4])
    }
}

impl Op for RecurrentTape {
    says! {
        attrs: |op| vec![op.cell as usize as f64];
        flops: |op, inputs, _| op.sizes(inputs).flops();
        parts: |op, inputs, _| op.sizes(inputs).parts();
        scratch: |op, inputs, _| op.sizes(inputs).scratch();
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        check::arity::<6>(RecurrentTape::NAME, inputs)?;
        let sizes = self.sizes(inputs);
        sizes.check_forward(RecurrentTape::NAME, inputs)?;
        typed(RecurrentTape::NAME, sizes.tape())
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        let message = "has no gradient; recurrent, which reads it, has";
        Err(GraphError::shape(RecurrentTape::NAME, message))
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let sizes = self.sizes(inputs);
        let share = io.part().share(sizes.batch, gemm::MR);
        let rows = |i| sizes.rows(io.f32(i), share.range());
        let forward = Forward {
            x: rows(0),
            kernel: io.f32(1),
            bias: io.f32(2),
            state: rows(3),
            mask: rows(4),
            keep: rows(5),
        };
        let [_, lines, width] = sizes.tape();
        let tape = io.out(share, lines * width);
        sizes.r.forward(&forward, tape, io.scratch());
    }
}

impl Stored for Recurrent {
    const NAME: &'static str = "recurrent";

    fn decode(a: &mut Attrs<'_>) -> Result<Recurrent> {
        let (cell, ends) = (cell(Recurrent::NAME, a)?, a.usize()?);
        Ok(Recurrent { cell, ends })
    }
}

/// Elements start..start + size of an axis.
fn cut(x: Term<'_>, axis: usize, start: usize, size: usize) -> Term<'_> {
    let mut sizes = x.shape().dims().to_vec();
    let (mut starts, steps) = (vec![0; sizes.len()], vec![1; sizes.len()]);
    (starts[axis], sizes[axis]) = (start, size);
    x.map(Slice {
        starts,
        sizes,
        steps,
    })
}

/// [..., N] as [..., N], without the batch axes apart.
fn flat(x: Term<'_>) -> Term<'_> {
    let shape = x.shape();
    x.reshape(Shape::new([shape.rows(), shape.last()]))
}

impl Recurrent {
    /// Of the gradients of the gates, [..., D·U], those of h·kernel: [..., G·U].
    fn inner<'t>(&self, x: Term<'t>, units: usize) -> Term<'t> {
        let axis = x.shape().rank() - 1;
        match self.cell {
            Cell::Gru => {
                let gates = cut(x, axis, 0, 2 * units);
                let axis = Concat { axis: axis as i64 };
                gates.zip(axis, cut(x, x.shape().rank() - 1, 3 * units, units))
            }
            Cell::Simple | Cell::Lstm => x,
        }
    }
}

impl Op for Recurrent {
    says! {
        attrs: |op| vec![op.cell as usize as f64, op.ends as f64];
        parts: |_, _, y| check::parts(y.shape.size() as u64, y.shape.dims()[0]);
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        check::arity::<7>(Recurrent::NAME, inputs)?;
        let sizes = Sizes::new(self.cell, &inputs[1], &inputs[4]);
        sizes.check_forward(Recurrent::NAME, inputs)?;
        typed(Recurrent::NAME, sizes.last(Recurrent::NAME, self.ends)?)
    }

    // dx goes back step by step; dkernel = Σ (h·keep)ᵀ·dz and dbias = Σ dz over all steps, dz of
    // h·kernel, which is dx but for the last gate of a GRU; dstate is left after the first step
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let [bias, state, drops] = [2, 3, 5].map(|i| b.node(x[i]).fill().is_none());
        let nodes = Tape::new(b);
        let ([_, kernel, _, first, mask, keep, tape], dy) = (nodes.terms(x), nodes.term(dy));
        let cell = self.cell;
        let grads = tape.call(RecurrentGrad { cell, state }, &[kernel, mask, keep, dy]);
        let (units, steps) = (kernel.shape().dims()[0], mask.shape().dims()[1]);
        let slopes = cut(grads, 1, 0, steps);
        let h = cut(cut(tape, 1, 0, steps), 2, 0, units);
        let kept = keep.reshape(Shape::new([keep.shape().rows(), 1, units]));
        let h = if drops { h * kept } else { h };
        let (ta, tb) = (true, false);
        let dkernel = flat(h).zip(MatMul { ta, tb }, flat(slopes));
        let total = slopes.sum_to(Shape::new([slopes.shape().last()]));
        let line = cut(grads, 1, grads.shape().dims()[1] - 1, 1);
        let dstate = cut(line, 2, 0, cell.states() * units).reshape(first.shape());
        let grads = [
            Some(cut(slopes, 2, 0, cell.gates() * units)),
            Some(self.inner(dkernel, units)),
            bias.then(|| self.inner(total, units)),
            state.then_some(dstate),
        ];
        nodes.grads(x, grads.into_iter().chain([None; 3]))
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let sizes = Sizes::new(self.cell, &inputs[1], &inputs[4]);
        let share = io.part().share(sizes.batch, 1);
        let ([_, lines, width], units) = (sizes.tape(), sizes.r.units);
        let row = output.shape.dims()[1] * units;
        let tape = sizes.rows(io.f32(6), share.range());
        let rows = io.out(share, row).chunks_exact_mut(row);
        for (out, tape) in rows.zip(tape.chunks_exact(lines * width)) {
            let ends = &tape[(lines - self.ends) * width..];
            for (out, line) in out.chunks_exact_mut(units).zip(ends.chunks_exact(width)) {
                out.copy_from_slice(&line[..units]);
            }
            let rest = &mut out[self.ends * units..];
            let last = &tape[(lines - 1) * width + units..];
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }
}

impl Stored for RecurrentGrad {
    const NAME: &'static str = "recurrentGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<RecurrentGrad> {
        let (cell, state) = (cell(RecurrentGrad::NAME, a)?, a.bool()?);
        Ok(RecurrentGrad { cell, state })
    }
}

impl RecurrentGrad {
    fn sizes(&self, inputs: &[Type]) -> Sizes {
        Sizes::new(self.cell, &inputs[1], &inputs[2])
    }

    /// The steps of h whose gradient is given.
    fn ends(&self, inputs: &[Type]) -> usize {
        let lines = inputs[4].shape.dims().get(1).copied().unwrap_or(0);
        (lines + 1).saturating_sub(self.cell.states())
    }
}

impl Op for RecurrentGrad {
    says! {
        attrs: |op| vec![op.cell as usize as f64, op.state.into()];
        flops: |op, inputs, _| op.sizes(inputs).flops();
        parts: |op, inputs, _| op.sizes(inputs).parts();
        scratch: |op, inputs, _| op.sizes(inputs).scratch();
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        const NAME: &str = RecurrentGrad::NAME;
        check::arity::<5>(NAME, inputs)?;
        let sizes = self.sizes(inputs);
        let (b, t, u) = (sizes.batch, sizes.r.steps, sizes.r.units);
        let kernel = [u, self.cell.gates() * u];
        let dy = sizes.last(NAME, self.ends(inputs))?;
        let all: [&[usize]; 5] = [&sizes.tape(), &kernel, &[b, t], &[b, u], &dy];
        sizes.check(NAME, inputs, &all)?;
        typed(
            NAME,
            [b, t + usize::from(self.state), self.cell.slopes() * u],
        )
    }

    fn vjp(&self, _: &mut Builder, _: &[NodeId], _: NodeId, _: NodeId) -> Vjp {
        let message = "gradients of its gradients need the steps as single ops: unroll: true";
        Err(GraphError::shape(RecurrentGrad::NAME, message))
    }

    fn run(&self, inputs: &[Type], output: &Type, io: &mut Io<'_>) {
        let sizes = self.sizes(inputs);
        let share = io.part().share(sizes.batch, gemm::MR);
        let rows = |i| sizes.rows(io.f32(i), share.range());
        let backward = Backward {
            tape: rows(0),
            kernel: io.f32(1),
            mask: rows(2),
            keep: rows(3),
            dy: rows(4),
            dy_lines: inputs[4].shape.dims()[1],
        };
        let lines = output.shape.dims()[1];
        let out = io.out(share, lines * output.shape.last());
        sizes.r.backward(&backward, lines, out, io.scratch());
    }
}
