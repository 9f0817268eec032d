//! The table that every thread walks: what runs, on which buffers, in how many parts, and before
//! which tasks the threads must meet.

use std::collections::HashMap;
use std::sync::Arc;

use gradloom_graph::{Graph, NodeId, Op, Source, Type};

use crate::bind::{Base, Loc};
use crate::order::Order;
use crate::pass::{Compiler, Pass, Walk};
use crate::plan::Places;
use crate::units::Units;

/// An op call, and the pass that follows each finished range while it is in cache.
#[derive(Debug)]
pub struct Call {
    pub op: Arc<dyn Op>,
    pub input_types: Vec<Type>,
    pub output_type: Type,
    pub inputs: Vec<Loc>,
    pub output: Loc,
    pub scratch: usize,
    /// Floats of the thread's own window, where the output is one.
    pub window: usize,
    pub epilogue: Option<Pass>,
}

#[derive(Debug)]
pub enum Work {
    Call(Box<Call>),
    Pass(Box<Pass>),
    Copy { from: Loc, to: Loc },
}

#[derive(Debug)]
pub struct Task {
    pub work: Work,
    /// Threads `0..parts` take part.
    pub parts: usize,
    /// All threads meet before this task.
    pub barrier: bool,
}

impl Task {
    /// Floats of scratch that each thread needs.
    pub fn scratch(&self) -> usize {
        match &self.work {
            Work::Call(c) => c.scratch + c.window + c.epilogue.as_ref().map_or(0, Pass::scratch),
            Work::Pass(p) => p.scratch(),
            Work::Copy { .. } => 0,
        }
    }
}

/// Element operations of a pass that are worth a thread.
const PASS_GRAIN: usize = 16 * 1024;

pub fn tasks(
    graph: &Graph,
    units: &Units,
    order: &Order,
    places: &Places,
    threads: usize,
) -> Vec<Task> {
    let maker = Maker {
        graph,
        units,
        places,
        threads,
    };
    let mut tasks: Vec<Task> = order.units.iter().map(|&u| maker.unit(u)).collect();
    tasks.extend(maker.output_copies());
    tasks.extend(maker.state_copies(order));
    mark_barriers(&mut tasks);
    tasks
}

struct Maker<'a> {
    graph: &'a Graph,
    units: &'a Units,
    places: &'a Places,
    threads: usize,
}

impl Maker<'_> {
    /// Where a node is read, through aliases.
    fn loc(&self, id: NodeId) -> Loc {
        let loc = self.places.loc.get(&self.units.root[id]);
        *loc.unwrap_or_else(|| panic!("node {id} has no buffer"))
    }

    fn unit(&self, unit: usize) -> Task {
        let unit = &self.units.units[unit];
        let pass = (!unit.chain.is_empty()).then(|| self.pass(&unit.chain));
        match (unit.call, pass) {
            (Some(call), epilogue) => self.call(call, epilogue),
            (None, Some(pass)) => {
                let parts = (pass.work() / PASS_GRAIN).clamp(1, self.threads);
                Task {
                    work: Work::Pass(Box::new(pass)),
                    parts,
                    barrier: false,
                }
            }
            (None, None) => unreachable!("a live unit has nodes"),
        }
    }

    fn pass(&self, chain: &[NodeId]) -> Pass {
        let kept: HashMap<NodeId, Loc> = chain
            .iter()
            .filter_map(|id| Some((*id, *self.places.loc.get(id)?)))
            .collect();
        Compiler::compile(self.graph, self.units, chain, &kept, &|id| self.loc(id))
    }

    fn call(&self, id: NodeId, epilogue: Option<Pass>) -> Task {
        let node = &self.graph.nodes[id];
        let Source::Op { op, inputs } = &node.source else {
            unreachable!("a call is an op")
        };
        let input_types = self.graph.types(inputs);
        let parts = op.parts(&input_types, &node.ty).clamp(1, self.threads);
        let output = self.loc(id);
        let window = match output.base {
            Base::Window => op.window(&input_types, &node.ty).unwrap_or(output.len),
            _ => 0,
        };
        let call = Call {
            scratch: op.scratch(&input_types, &node.ty),
            op: op.clone(),
            inputs: inputs.iter().map(|&i| self.loc(i)).collect(),
            output,
            window,
            output_type: node.ty.clone(),
            input_types,
            epilogue,
        };
        Task {
            work: Work::Call(Box::new(call)),
            parts,
            barrier: false,
        }
    }

    /// Outputs whose value lies elsewhere: states, inputs, values with two names.
    fn output_copies(&self) -> impl Iterator<Item = Task> + '_ {
        self.graph
            .outputs
            .iter()
            .enumerate()
            .filter_map(|(at, (_, id))| {
                let from = self.loc(*id);
                let to = Loc::new(Base::Output(at), from.len);
                (from != to).then(|| copy(from, to))
            })
    }

    fn state_copies<'b>(&'b self, order: &'b Order) -> impl Iterator<Item = Task> + 'b {
        let staged = order
            .copies
            .iter()
            .filter_map(|(_, value)| Some(copy(self.loc(*value), *self.places.staged.get(value)?)));
        let copied = order.copies.iter().map(|(key, value)| {
            let from = self
                .places
                .staged
                .get(value)
                .copied()
                .unwrap_or_else(|| self.loc(*value));
            copy(from, self.places.state_loc(*key))
        });
        staged.chain(copied)
    }
}

fn copy(from: Loc, to: Loc) -> Task {
    Task {
        work: Work::Copy { from, to },
        parts: 1,
        barrier: false,
    }
}

/// One buffer that a task touches.
#[derive(Clone, Copy, Debug)]
struct Access {
    loc: Loc,
    write: bool,
    /// Number of parts, when part i touches exactly the i-th share of the elements of a pass.
    aligned: Option<(usize, usize)>,
    /// Only thread 0 touches it.
    solo: bool,
}

impl Access {
    /// Whether the threads must meet between the two.
    fn conflicts(&self, o: &Access) -> bool {
        let ordered = (self.solo && o.solo)
            || (self.loc == o.loc && self.aligned.is_some() && self.aligned == o.aligned);
        (self.write || o.write) && self.loc.overlaps(&o.loc) && !ordered
    }
}

fn mark_barriers(tasks: &mut [Task]) {
    // Those of thread 0 alone conflict only with those of several threads.
    let (mut solo, mut wide) = (Vec::<Access>::new(), Vec::<Access>::new());
    for task in tasks {
        let accesses = accesses(task);
        let alone = task.parts == 1;
        let conflicts = |since: &[Access]| {
            let each = |a: &Access| since.iter().any(|b| a.conflicts(b));
            accesses.iter().any(each)
        };
        task.barrier = conflicts(&wide) || (!alone && conflicts(&solo));
        if task.barrier {
            solo.clear();
            wide.clear();
        }
        let since = if alone { &mut solo } else { &mut wide };
        since.extend(accesses);
    }
}

fn accesses(task: &Task) -> Vec<Access> {
    let solo = task.parts == 1;
    let plain = |loc: Loc, write| Access {
        loc,
        write,
        aligned: None,
        solo,
    };
    let of_pass = |pass: &Pass, aligned: Option<(usize, usize)>| {
        let loads = pass.loads.iter().filter_map(|l| {
            let aligned = aligned.filter(|_| l.walk == Walk::Full);
            Some(Access {
                loc: l.loc?,
                write: false,
                aligned,
                solo,
            })
        });
        let stores = pass.stores.iter().map(|s| Access {
            loc: s.loc,
            write: true,
            aligned,
            solo,
        });
        loads.chain(stores).collect::<Vec<_>>()
    };
    let mut all = match &task.work {
        Work::Copy { from, to } => vec![plain(*from, false), plain(*to, true)],
        Work::Pass(pass) => of_pass(pass, Some((pass.len, task.parts))),
        Work::Call(call) => {
            let mut all: Vec<Access> = call.inputs.iter().map(|&l| plain(l, false)).collect();
            all.push(plain(call.output, true));
            all.extend(call.epilogue.iter().flat_map(|p| of_pass(p, None)));
            all
        }
    };
    all.retain(|a| a.loc.base != Base::Window);
    all
}
