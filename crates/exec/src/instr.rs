//! The instructions of a pass, and the sequences of them that run as one loop.

use gradloom_kernels::Chunk;
use gradloom_kernels::fused::{FUSED, Fused};

/// One formula. Operands are slots of the pass's table of pointers.
#[derive(Clone, Debug)]
pub struct Instr {
    pub chunk: Chunk,
    pub params: [f32; 2],
    pub src: [usize; 3],
    pub dst: usize,
    pub name: &'static str,
    /// Sequences that end in this op and have a loop of their own.
    pub fused: &'static [Fused],
}

impl Instr {
    /// # Safety
    /// The slots point to `start + n` elements.
    unsafe fn run(&self, table: &[*mut f32], start: usize, n: usize) {
        // SAFETY: by contract. Slots of operands that the formula lacks are not read.
        unsafe {
            let src = self.src.map(|s| table[s].wrapping_add(start).cast_const());
            self.chunk
                .run(self.params, src, table[self.dst].add(start), n);
        }
    }
}

/// A sequence found in a pass: the slots of its operands and results.
#[derive(Clone, Debug)]
struct Sequence {
    of: &'static Fused,
    whole: [usize; FUSED],
    scalars: [usize; FUSED],
}

/// Instructions that run together on a chunk.
#[derive(Clone, Debug)]
pub struct Step {
    instrs: Vec<Instr>,
    sequence: Option<Sequence>,
}

/// Cuts a program into steps. `scalar` tells the slots that hold one number, `stored` those whose
/// values are needed after the program.
pub fn steps(
    instrs: &[Instr],
    scalar: impl Fn(usize) -> bool,
    stored: impl Fn(usize) -> bool,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = 0;
    while at < instrs.len() {
        let sequence = instrs[at..]
            .split_at_checked(FUSED)
            .and_then(|(run, later)| {
                let read = |slot| stored(slot) || read_later(later, slot);
                sequence(run, &scalar, &read)
            });
        let len = if sequence.is_some() { FUSED } else { 1 };
        steps.push(Step {
            instrs: instrs[at..at + len].to_vec(),
            sequence,
        });
        at += len;
    }
    steps
}

/// Whether one of `later` reads the slot before another one writes it.
fn read_later(later: &[Instr], slot: usize) -> bool {
    let next = later
        .iter()
        .find(|i| i.src.contains(&slot) || i.dst == slot);
    next.is_some_and(|i| i.src.contains(&slot))
}

fn sequence(
    run: &[Instr],
    scalar: &impl Fn(usize) -> bool,
    read: &impl Fn(usize) -> bool,
) -> Option<Sequence> {
    let fused = run.last()?.fused.iter();
    fused.filter_map(|of| fit(of, run)).find(|s| {
        let all_scalar = s.scalars.iter().all(|&s| scalar(s));
        let results = run.iter().zip(s.of.stored());
        let unread = |(i, stored): (&Instr, bool)| stored || !read(i.dst);
        all_scalar && !s.whole.iter().any(|&s| scalar(s)) && results.into_iter().all(unread)
    })
}

/// The slots of the places of `of`, if these instructions are its steps.
fn fit(of: &'static Fused, run: &[Instr]) -> Option<Sequence> {
    let mut places = [None; 3 * FUSED];
    for (i, (step, instr)) in of.steps().iter().zip(run).enumerate() {
        let same = step.op == instr.name
            && step
                .src
                .iter()
                .zip(instr.src)
                .all(|(&p, slot)| *places[p].get_or_insert(slot) == slot);
        if !same {
            return None;
        }
        places[2 * FUSED + i] = Some(instr.dst);
    }
    let slots = |from: usize| {
        let mut slots = [0; FUSED];
        for (slot, place) in slots.iter_mut().zip(&places[from..]) {
            *slot = (*place)?;
        }
        Some(slots)
    };
    Some(Sequence {
        of,
        whole: slots(0)?,
        scalars: slots(FUSED)?,
    })
}

impl Step {
    pub fn name(&self) -> String {
        let names: Vec<_> = self.instrs.iter().map(|i| i.name).collect();
        names.join("+")
    }

    /// Number of formulas.
    pub fn count(&self) -> usize {
        self.instrs.len()
    }

    /// Elements of `0..n` that its loop computes, if it has one.
    pub fn whole_turns(&self, n: usize) -> usize {
        self.sequence.as_ref().map_or(0, |s| s.of.whole_turns(n))
    }

    /// Whether it has a loop, and all that this stores is in slots of `these`.
    pub fn writes_only(&self, these: impl Fn(usize) -> bool) -> bool {
        self.sequence.as_ref().is_some_and(|s| {
            let results = self.instrs.iter().zip(s.of.stored());
            results
                .into_iter()
                .all(|(i, stored)| !stored || these(i.dst))
        })
    }

    /// Runs the step on `n` elements.
    ///
    /// # Safety
    /// The slots point to `n` elements each; targets are equal to sources or disjoint from them.
    pub unsafe fn run(&self, table: &[*mut f32], n: usize) {
        // SAFETY: by contract; a sequence has computed elements `0..start`.
        unsafe {
            let start = match &self.sequence {
                Some(sequence) => sequence.run(table, &self.instrs, n),
                None => 0,
            };
            if start < n {
                for instr in &self.instrs {
                    instr.run(table, start, n - start);
                }
            }
        }
    }
}

impl Sequence {
    /// # Safety
    /// As `Step::run`.
    unsafe fn run(&self, table: &[*mut f32], instrs: &[Instr], n: usize) -> usize {
        let whole = self.whole.map(|s| table[s].cast_const());
        let dst = [0, 1, 2, 3].map(|i| table[instrs[i].dst]);
        // SAFETY: by contract; n > 0, so the scalars have an element.
        unsafe {
            let scalars = self.scalars.map(|s| *table[s]);
            self.of.run(&whole, scalars, &dst, n)
        }
    }
}
