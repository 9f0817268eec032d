//! A chain of elementwise nodes as one pass over memory: a little program run on chunks that stay
//! in the first-level cache. Operands are whole buffers, registers of one chunk, or broadcasts
//! expanded into one.

use std::collections::HashMap;

use gradloom_graph::{Graph, NodeId, Shape};

use crate::bind::{Base, Bases, Loc};
use crate::instr::{Instr, Step, steps};
use crate::units::{Units, sort_small};

/// Elements in one register.
pub const CHUNK: usize = 512;

/// How an operand is read along the flat index i of the pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Walk {
    /// Element i.
    Full,
    /// One number for all.
    Scalar,
    /// One number, known in the plan.
    Fill(f32),
    /// Element i mod inner: a row for all rows.
    Row { inner: usize },
    /// Element i / inner: a number for each row.
    Col { inner: usize },
    /// Anything else that broadcasts.
    Strided {
        dims: Vec<usize>,
        strides: Vec<usize>,
    },
}

#[derive(Clone, Debug)]
pub struct Load {
    pub loc: Option<Loc>,
    pub walk: Walk,
    slot: usize,
}

/// A finished value: written by its instruction, or copied at the end of the chunk when a later
/// instruction still reads what it overwrites.
#[derive(Clone, Debug)]
pub struct Store {
    pub loc: Loc,
    slot: usize,
    copy_from: Option<usize>,
}

/// The program of a chain. Operands are slots of a pointer table.
#[derive(Clone, Debug)]
pub struct Pass {
    pub len: usize,
    pub loads: Vec<Load>,
    pub stores: Vec<Store>,
    steps: Vec<Step>,
    slots: usize,
    /// Slots that live in scratch: expanded loads, then registers.
    registers: Vec<usize>,
    /// One loop over whole buffers: it needs no chunks.
    unchunked: bool,
}

/// The most slots of a pass: chains are bounded, and so are their operands.
const MAX_SLOTS: usize = 256;

pub fn walk(from: &Shape, to: &Shape) -> Walk {
    let strides = from.strides_in(to);
    let axes = to
        .dims()
        .iter()
        .copied()
        .zip(strides)
        .filter(|&(d, _)| d != 1);
    let (dims, strides): (Vec<usize>, Vec<usize>) = axes.unzip();
    let first = strides.iter().position(|&s| s != 0);
    let last = strides.iter().rposition(|&s| s != 0);
    let (Some(first), Some(last)) = (first, last) else {
        return Walk::Scalar;
    };
    let mut step = 1;
    let dense = (first..=last).rev().all(|i| {
        let fits = strides[i] == step;
        step *= dims[i];
        fits
    });
    let inner: usize = dims[last + 1..].iter().product();
    match (dense, first, inner) {
        (true, 0, 1) => Walk::Full,
        (true, _, 1) => Walk::Row { inner: step },
        (true, 0, inner) => Walk::Col { inner },
        _ => Walk::Strided { dims, strides },
    }
}

/// Translates a chain into a pass.
pub struct Compiler<'a> {
    graph: &'a Graph,
    units: &'a Units,
    loc: &'a dyn Fn(NodeId) -> Loc,
    pass: Pass,
    instrs: Vec<Instr>,
    slot_of: HashMap<NodeId, usize>,
    free: Vec<usize>,
}

impl<'a> Compiler<'a> {
    /// `kept`: the nodes of the chain whose values are needed outside, and where they go.
    pub fn compile(
        graph: &'a Graph,
        units: &'a Units,
        chain: &[NodeId],
        kept: &HashMap<NodeId, Loc>,
        loc: &'a dyn Fn(NodeId) -> Loc,
    ) -> Pass {
        let len = graph.nodes[chain[0]].ty.shape.size();
        let pass = Pass {
            len,
            loads: Vec::new(),
            stores: Vec::new(),
            steps: Vec::new(),
            slots: 0,
            registers: Vec::new(),
            unchunked: false,
        };
        let free = Vec::new();
        let mut c = Compiler {
            graph,
            units,
            loc,
            pass,
            instrs: Vec::new(),
            slot_of: HashMap::new(),
            free,
        };
        c.add_loads(chain);
        for (at, &id) in chain.iter().enumerate() {
            c.add_instr(chain, at, id, kept.get(&id).copied());
        }
        assert!(
            c.pass.slots <= MAX_SLOTS,
            "a pass of {} slots",
            c.pass.slots
        );
        let scalar = |slot| c.pass.loads.iter().any(|l| l.slot == slot && l.is_scalar());
        let stored = |slot| {
            let mut stores = c.pass.stores.iter();
            stores.any(|s| s.slot == slot || s.copy_from == Some(slot))
        };
        c.pass.steps = steps(&c.instrs, scalar, stored);
        c.pass.unchunked = c.pass.is_one_loop();
        c.pass
    }

    fn slot(&mut self, register: bool) -> usize {
        let slot = self.pass.slots;
        self.pass.slots += 1;
        if register {
            self.pass.registers.push(slot);
        }
        slot
    }

    /// The inputs of a node of the chain; for an alias of another such node, that node: both have
    /// the same elements in the same order.
    fn inputs(&self, chain: &[NodeId], id: NodeId) -> Vec<NodeId> {
        let known = |&input: &NodeId| {
            let root = self.units.root[input];
            if chain.contains(&root) { root } else { input }
        };
        self.graph.nodes[id].inputs().iter().map(known).collect()
    }

    fn add_loads(&mut self, chain: &[NodeId]) {
        for &id in chain {
            for input in self.inputs(chain, id) {
                if !chain.contains(&input) && !self.slot_of.contains_key(&input) {
                    self.add_load(input, &self.graph.nodes[id].ty.shape);
                }
            }
        }
    }

    fn add_load(&mut self, input: NodeId, to: &Shape) {
        let node = &self.graph.nodes[self.units.root[input]];
        let (loc, walk) = match node.fill() {
            Some(value) => (None, Walk::Fill(value)),
            None => (
                Some((self.loc)(input)),
                walk(&self.graph.nodes[input].ty.shape, to),
            ),
        };
        let walk = if self.pass.len == 1 && loc.is_some() {
            Walk::Full
        } else {
            walk
        };
        let slot = self.slot(walk != Walk::Full);
        self.slot_of.insert(input, slot);
        self.pass.loads.push(Load { loc, walk, slot });
    }

    fn add_instr(&mut self, chain: &[NodeId], at: usize, id: NodeId, kept: Option<Loc>) {
        let op = self.graph.nodes[id].op().expect("a chain has ops");
        let (chunk, params) = op.chunk().expect("a chain has elementwise ops");
        let mut src = [0; 3];
        for (s, input) in src.iter_mut().zip(self.inputs(chain, id)) {
            *s = self.slot_of[&input];
        }
        self.release(chain, at);
        let late = kept.is_some_and(|loc| self.read_later(&chain[at + 1..], loc));
        let dst = match kept {
            Some(_) if !late => self.slot(false),
            _ => self.free.pop().unwrap_or_else(|| self.slot(true)),
        };
        if let Some(loc) = kept {
            let slot = if late { self.slot(false) } else { dst };
            self.pass.stores.push(Store {
                loc,
                slot,
                copy_from: late.then_some(dst),
            });
        }
        self.slot_of.insert(id, dst);
        self.instrs.push(Instr {
            chunk,
            params,
            src,
            dst,
            name: op.name(),
            fused: op.fused(),
        });
    }

    /// Frees the registers of values that `chain[at]` reads last. (An instruction may write the
    /// register that it reads.)
    fn release(&mut self, chain: &[NodeId], at: usize) {
        let mut inputs = self.inputs(chain, chain[at]);
        sort_small(&mut inputs);
        inputs.dedup();
        for input in inputs {
            let read_again = chain[at + 1..]
                .iter()
                .any(|&c| self.inputs(chain, c).contains(&input));
            let slot = self.slot_of[&input];
            let register = chain.contains(&input) && self.pass.registers.contains(&slot);
            let stored = self.pass.stores.iter().any(|s| s.copy_from == Some(slot));
            if !read_again && register && !stored {
                self.free.push(slot);
            }
        }
    }

    /// Whether one of `later` reads, from outside the chain, memory that overlaps `loc`.
    fn read_later(&self, later: &[NodeId], loc: Loc) -> bool {
        let reads = |input: &NodeId| {
            let slot = self.slot_of.get(input);
            let load = self.pass.loads.iter().find(|l| Some(&l.slot) == slot);
            load.and_then(|l| l.loc).is_some_and(|l| l.overlaps(&loc))
        };
        later
            .iter()
            .any(|&id| self.graph.nodes[id].inputs().iter().any(reads))
    }
}

impl Pass {
    /// Floats of scratch that a thread needs.
    pub fn scratch(&self) -> usize {
        self.registers.len() * CHUNK
    }

    /// The names of the instructions, those of one loop joined by `+`.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.steps.iter().map(Step::name)
    }

    /// Chunk operations in one run: what the pass costs.
    pub fn work(&self) -> usize {
        self.len * self.steps.iter().map(Step::count).sum::<usize>()
    }

    /// Fills the registers of the scalars; once for each thread and step, before `run`.
    ///
    /// # Safety
    /// The bases are valid for this program.
    pub unsafe fn prepare(&self, bases: &Bases, scratch: &mut [f32]) {
        for (register, &slot) in scratch.chunks_mut(CHUNK).zip(&self.registers) {
            let load = self.loads.iter().find(|l| l.slot == slot);
            let value = match load.map(|l| (&l.walk, l.loc)) {
                Some((Walk::Fill(value), _)) => *value,
                // SAFETY: a scalar has one element.
                Some((Walk::Scalar, Some(loc))) => unsafe { *bases.ptr(loc) },
                _ => continue,
            };
            register[..self.len.min(CHUNK)].fill(value);
        }
    }

    /// Runs elements `start..start + len`. `window`: where element 0 of a windowed operand would
    /// be.
    ///
    /// # Safety
    /// The bases are valid for this program; no other thread touches these elements of the stores;
    /// `scratch` is as `prepare` left it.
    pub unsafe fn run(
        &self,
        bases: &Bases,
        start: usize,
        len: usize,
        window: *mut f32,
        scratch: &mut [f32],
    ) {
        assert!(start + len <= self.len && scratch.len() >= self.scratch());
        let mut table = [core::ptr::null_mut::<f32>(); MAX_SLOTS];
        for (i, &slot) in self.registers.iter().enumerate() {
            table[slot] = scratch[i * CHUNK..].as_mut_ptr();
        }
        let end = start + len;
        let mut at = start;
        while at < end {
            let n = self.chunk(end - at);
            // SAFETY: by the contract of `run`; `at + n <= self.len`.
            unsafe { self.run_chunk(bases, &mut table, window, at, n) };
            at += n;
        }
    }

    /// Whether a single loop reads and writes nothing but scalars and whole buffers.
    fn is_one_loop(&self) -> bool {
        let [step] = &self.steps[..] else {
            return false;
        };
        let in_memory = |slot| !self.registers.contains(&slot);
        let mut loads = self.loads.iter();
        step.writes_only(in_memory)
            && loads.all(|l| l.is_scalar() || l.walk == Walk::Full)
            && self.stores.iter().all(|s| s.copy_from.is_none())
    }

    /// How many of the next `left` elements run together.
    fn chunk(&self, left: usize) -> usize {
        let unchunked = self.unchunked.then(|| self.steps[0].whole_turns(left));
        unchunked.unwrap_or(0).max(CHUNK.min(left))
    }

    /// # Safety
    /// As `run`, for elements `at..at + n` with `n` of `chunk`.
    unsafe fn run_chunk(
        &self,
        bases: &Bases,
        table: &mut [*mut f32],
        window: *mut f32,
        at: usize,
        n: usize,
    ) {
        // SAFETY: full operands have `self.len` elements, registers CHUNK; the walk of each load
        // was derived from its shape, so its indices stay inside its buffer.
        unsafe {
            for load in &self.loads {
                match (&load.walk, load.loc) {
                    (_, Some(loc)) if loc.base == Base::Window => {
                        table[load.slot] = window.wrapping_add(at);
                    }
                    (Walk::Full, Some(loc)) => table[load.slot] = bases.ptr(loc).add(at),
                    (_, Some(loc)) => load.expand(bases.ptr(loc), table[load.slot], at, n),
                    _ => {}
                }
            }
            for store in &self.stores {
                table[store.slot] = bases.ptr(store.loc).add(at);
            }
            for step in &self.steps {
                step.run(table, n);
            }
            for store in &self.stores {
                if let Some(from) = store.copy_from {
                    core::ptr::copy_nonoverlapping(table[from], table[store.slot], n);
                }
            }
        }
    }
}

impl Load {
    fn is_scalar(&self) -> bool {
        matches!(self.walk, Walk::Scalar | Walk::Fill(_))
    }

    /// Writes elements `at..at + n` of a broadcast operand into a register.
    ///
    /// # Safety
    /// `from` is the operand's buffer; `register` has `n` floats.
    unsafe fn expand(&self, from: *const f32, register: *mut f32, at: usize, n: usize) {
        let mut done = 0;
        while done < n {
            let i = at + done;
            // SAFETY: indices come from the walk, which was derived from the operand's shape.
            unsafe {
                match &self.walk {
                    Walk::Row { inner } => {
                        let run = (inner - i % inner).min(n - done);
                        core::ptr::copy_nonoverlapping(
                            from.add(i % inner),
                            register.add(done),
                            run,
                        );
                        done += run;
                    }
                    Walk::Col { inner } => {
                        let run = (inner - i % inner).min(n - done);
                        let out = core::slice::from_raw_parts_mut(register.add(done), run);
                        out.fill(*from.add(i / inner));
                        done += run;
                    }
                    Walk::Strided { dims, strides } => {
                        *register.add(done) = *from.add(strided(i, dims, strides));
                        done += 1;
                    }
                    _ => return,
                }
            }
        }
    }
}

/// Offset of flat index `i` of `dims` in an operand with these strides.
fn strided(mut i: usize, dims: &[usize], strides: &[usize]) -> usize {
    let mut offset = 0;
    for (&d, &s) in dims.iter().zip(strides).rev() {
        offset += i % d * s;
        i /= d;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_of_the_common_broadcasts() {
        let w = |from: &[usize], to: &[usize]| walk(&Shape::new(from), &Shape::new(to));
        assert_eq!(w(&[2, 3], &[2, 3]), Walk::Full);
        assert_eq!(w(&[], &[2, 3]), Walk::Scalar);
        assert_eq!(w(&[3], &[2, 3]), Walk::Row { inner: 3 });
        assert_eq!(w(&[2, 1], &[2, 3]), Walk::Col { inner: 3 });
        let strided = Walk::Strided {
            dims: vec![2, 3, 4],
            strides: vec![0, 1, 0],
        };
        assert_eq!(w(&[3, 1], &[2, 3, 4]), strided);
    }
}
