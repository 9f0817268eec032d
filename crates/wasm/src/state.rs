//! What a session keeps in memory: states by key, and loaded programs with their feeds and records.

use std::collections::HashMap;

use gradloom_exec::{Base, Bases, Buffer, Literal, OutOfMemory, Plan};
use gradloom_graph::Type;

#[derive(Debug)]
pub struct State {
    pub ty: Type,
    pub buffer: Buffer,
}

pub type States = HashMap<u32, State>;

/// Numbers for `steps` steps of one input.
#[derive(Debug)]
pub struct Feed {
    pub buffer: Buffer,
    pub steps: usize,
}

/// A planned program and its own buffers.
#[derive(Debug)]
pub struct Loaded {
    pub plan: Plan,
    pub feeds: Vec<Feed>,
    pub records: Vec<Buffer>,
    consts: Vec<Buffer>,
}

impl Loaded {
    pub fn new(plan: Plan) -> Result<Loaded, OutOfMemory> {
        let empty = || {
            Ok(Feed {
                buffer: Buffer::new(0)?,
                steps: 0,
            })
        };
        let feeds = plan
            .inputs
            .iter()
            .map(|_| empty())
            .collect::<Result<_, _>>()?;
        let records = plan
            .outputs
            .iter()
            .map(|_| Buffer::new(0))
            .collect::<Result<_, _>>()?;
        let consts = plan
            .consts
            .iter()
            .map(Literal::buffer)
            .collect::<Result<_, _>>()?;
        Ok(Loaded {
            plan,
            feeds,
            records,
            consts,
        })
    }

    pub fn input_size(&self, slot: usize) -> usize {
        self.plan.inputs[slot].ty.shape.size()
    }

    pub fn output_size(&self, slot: usize) -> usize {
        self.plan.outputs[slot].ty.shape.size()
    }

    /// Room for the records of `steps` steps; what is recorded already stays.
    pub fn reserve_records(&mut self, steps: usize) -> Result<(), OutOfMemory> {
        for slot in 0..self.records.len() {
            // What 32 bits do not hold is refused for its size.
            let need = steps.saturating_mul(self.output_size(slot));
            let record = &mut self.records[slot];
            if need > record.len() {
                let mut grown = Buffer::new(need.max(2 * record.len()))?;
                grown.as_mut_slice()[..record.len()].copy_from_slice(record.as_slice());
                *record = grown;
            }
        }
        Ok(())
    }

    /// Pointers that stay the same for all steps.
    pub fn bases(&self, states: &States, arena: &Buffer) -> Bases {
        let mut bases = Bases::new(self.plan.layout());
        bases.set(Base::Arena, arena.ptr());
        for (i, slot) in self.plan.states.iter().enumerate() {
            bases.set(Base::State(i), states[&slot.key].buffer.ptr());
        }
        for (i, literal) in self.consts.iter().enumerate() {
            bases.set(Base::Const(i), literal.ptr());
        }
        bases
    }

    /// Points inputs and outputs at step `step`.
    pub fn at_step(&self, bases: &mut Bases, step: usize) {
        for (i, feed) in self.feeds.iter().enumerate() {
            let stride = if feed.steps > 1 {
                self.input_size(i)
            } else {
                0
            };
            bases.set(
                Base::Input(i),
                feed.buffer.ptr().wrapping_add(step * stride),
            );
        }
        for (i, record) in self.records.iter().enumerate() {
            let offset = step * self.output_size(i);
            bases.set(Base::Output(i), record.ptr().wrapping_add(offset));
        }
    }

    pub fn bytes(&self) -> usize {
        let feeds = self.feeds.iter().map(|f| f.buffer.len());
        let own = self.records.iter().chain(&self.consts).map(Buffer::len);
        feeds.chain(own).sum::<usize>() * 4
    }
}
