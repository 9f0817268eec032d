//! The plan of a program: simplify → ops for threads → units → order → buffers → tasks. A pure
//! function of the graph and the number of threads; the result is a table that can be printed.

use std::collections::HashMap;

use gradloom_graph::{Graph, NodeId, Source, Type};

use crate::arena::Arena;
use crate::bind::{Base, Layout, Literal, Loc};
use crate::order::{Order, order};
use crate::shares::shared;
use crate::tasks::{Task, tasks};
use crate::units::{Unit, Units, elementwise};

/// A named input or output, or a state, of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub name: String,
    pub key: u32,
    pub ty: Type,
}

#[derive(Debug)]
pub struct Plan {
    pub inputs: Vec<Slot>,
    pub outputs: Vec<Slot>,
    pub states: Vec<Slot>,
    pub consts: Vec<Literal>,
    pub tasks: Vec<Task>,
    /// Floats of the arena.
    pub arena: usize,
    /// Floats of scratch for each thread.
    pub scratch: usize,
    /// Threads that have something to do.
    pub threads: usize,
    pub flops: u64,
}

impl Plan {
    pub fn layout(&self) -> Layout {
        Layout {
            inputs: self.inputs.len(),
            outputs: self.outputs.len(),
            states: self.states.len(),
            consts: self.consts.len(),
        }
    }
}

/// Plans a verified graph for at most `threads` threads.
pub fn plan(graph: &Graph, threads: usize) -> Plan {
    let graph = graph.pruned();
    let flops = graph.flops();
    let graph = shared(graph, threads);
    let units = Units::new(&graph);
    let order = order(&graph, &units);
    let mut places = Places::new(&graph);
    places.place(&graph, &units, &order);
    let tasks = tasks(&graph, &units, &order, &places, threads);
    Plan {
        scratch: tasks.iter().map(Task::scratch).max().unwrap_or(0),
        threads: tasks.iter().map(|t| t.parts).max().unwrap_or(1),
        flops,
        arena: places.arena.len(),
        inputs: places.inputs,
        outputs: places.outputs,
        states: places.states,
        consts: places.consts,
        tasks,
    }
}

/// Where every value is.
#[derive(Debug, Default)]
pub struct Places {
    pub inputs: Vec<Slot>,
    pub outputs: Vec<Slot>,
    pub states: Vec<Slot>,
    pub consts: Vec<Literal>,
    /// By root node.
    pub loc: HashMap<NodeId, Loc>,
    /// Arena buffers that hold an assigned state or input until all is read.
    pub staged: HashMap<NodeId, Loc>,
    pub arena: Arena,
}

impl Places {
    fn new(graph: &Graph) -> Places {
        let mut places = Places::default();
        let whole = read_whole(graph);
        for (id, node) in graph.nodes.iter().enumerate() {
            let len = node.ty.shape.size();
            let slot = |name: &str, key| Slot {
                name: name.into(),
                key,
                ty: node.ty.clone(),
            };
            let base = match &node.source {
                Source::Input { name } => {
                    places.inputs.push(slot(name, 0));
                    Base::Input(places.inputs.len() - 1)
                }
                Source::State { key } => Base::State(places.state(slot("", *key))),
                Source::Const { bits } => {
                    let bits = bits.clone();
                    places.consts.push(Literal { bits, len });
                    Base::Const(places.consts.len() - 1)
                }
                // Outside of passes, a filled tensor is read like a literal one.
                Source::Fill { bits } if whole[id] => {
                    let bits = [*bits].into();
                    places.consts.push(Literal { bits, len });
                    Base::Const(places.consts.len() - 1)
                }
                Source::Fill { .. } | Source::Op { .. } => continue,
            };
            places.loc.insert(id, Loc::new(base, len));
        }
        for assign in &graph.assigns {
            let ty = graph.nodes[assign.value].ty.clone();
            places.state(Slot {
                name: String::new(),
                key: assign.key,
                ty,
            });
        }
        for (name, id) in &graph.outputs {
            let ty = graph.nodes[*id].ty.clone();
            places.outputs.push(Slot {
                name: name.clone(),
                key: 0,
                ty,
            });
        }
        places
    }

    fn state(&mut self, slot: Slot) -> usize {
        let known = self.states.iter().position(|s| s.key == slot.key);
        known.unwrap_or_else(|| {
            self.states.push(slot);
            self.states.len() - 1
        })
    }

    pub fn state_loc(&self, key: u32) -> Loc {
        let at = self
            .states
            .iter()
            .position(|s| s.key == key)
            .expect("all states are listed");
        Loc::new(Base::State(at), self.states[at].ty.shape.size())
    }

    /// Gives each value that leaves its unit a buffer: its state, its output, or room in the arena.
    fn place(&mut self, graph: &Graph, units: &Units, order: &Order) {
        let life = Life::new(graph, units, order);
        for (&value, &key) in &order.in_place {
            self.loc.insert(value, self.state_loc(key));
        }
        for (at, (_, id)) in graph.outputs.iter().enumerate() {
            let root = units.root[*id];
            if units.of[root].is_some() && !self.loc.contains_key(&root) {
                let len = graph.nodes[root].ty.shape.size();
                self.loc.insert(root, Loc::new(Base::Output(at), len));
            }
        }
        for (at, &unit) in order.units.iter().enumerate() {
            self.place_unit(graph, units, &life, at, unit);
        }
        self.stage_copies(graph, units, order);
    }

    fn place_unit(&mut self, graph: &Graph, units: &Units, life: &Life, at: usize, unit: usize) {
        let Unit { call, chain } = &units.units[unit];
        let homeless =
            |places: &Places, id: &NodeId| life.kept(*id) && !places.loc.contains_key(id);
        if let Some(call) = call.filter(|id| homeless(self, id)) {
            if life.needs_window(graph, units, unit, call) {
                let len = graph.nodes[call].ty.shape.size();
                self.loc.insert(call, Loc::new(Base::Window, len));
            } else {
                self.place_fresh(graph, call);
            }
        }
        let mut dying: Vec<NodeId> = life.ends_at(at).filter(|id| self.in_arena(*id)).collect();
        for &id in chain
            .iter()
            .filter(|&id| homeless(self, id))
            .collect::<Vec<_>>()
        {
            match dying
                .iter()
                .position(|&d| can_inherit(graph, units, unit, d, id))
            {
                Some(i) => _ = self.loc.insert(id, self.loc[&dying.swap_remove(i)]),
                None => self.place_fresh(graph, id),
            }
        }
        for id in dying {
            let loc = self.loc[&id];
            self.arena.free(loc.offset, loc.len);
        }
    }

    fn place_fresh(&mut self, graph: &Graph, id: NodeId) {
        let len = graph.nodes[id].ty.shape.size();
        let offset = self.arena.place(len);
        self.loc.insert(
            id,
            Loc {
                base: Base::Arena,
                offset,
                len,
            },
        );
    }

    fn in_arena(&self, id: NodeId) -> bool {
        self.loc.get(&id).is_some_and(|l| l.base == Base::Arena)
    }

    /// A copied state value may itself be a state that is assigned: such values go through the
    /// arena.
    fn stage_copies(&mut self, graph: &Graph, units: &Units, order: &Order) {
        for &(_, value) in &order.copies {
            let root = units.root[value];
            if matches!(graph.nodes[root].source, Source::State { .. }) {
                let len = graph.nodes[root].ty.shape.size();
                let offset = self.arena.place(len);
                self.staged.insert(
                    value,
                    Loc {
                        base: Base::Arena,
                        offset,
                        len,
                    },
                );
            }
        }
    }
}

/// For each node, whether something other than an elementwise op reads it.
fn read_whole(graph: &Graph) -> Vec<bool> {
    let mut whole = vec![false; graph.nodes.len()];
    graph.roots().for_each(|id| whole[id] = true);
    for (id, node) in graph.nodes.iter().enumerate() {
        if !elementwise(graph, id) {
            node.inputs().iter().for_each(|&input| whole[input] = true);
        }
    }
    whole
}

/// Whether `heir`, computed in the unit, may take the buffer of `dead`, which the unit reads last:
/// only where every read is of the very element that is being written.
fn can_inherit(graph: &Graph, units: &Units, unit: usize, dead: NodeId, heir: NodeId) -> bool {
    let unit = &units.units[unit];
    let same_size = graph.nodes[dead].ty.shape == graph.nodes[heir].ty.shape;
    let reads = |c: NodeId| {
        graph.nodes[c]
            .inputs()
            .iter()
            .any(|&i| units.root[i] == dead)
    };
    let call_reads = unit.call.is_some_and(reads);
    same_size
        && !call_reads
        && unit.chain.contains(&heir)
        && reads_in_step(graph, units, &unit.chain, dead)
}

/// Whether the chain reads of `id` only the very element that it is computing.
fn reads_in_step(graph: &Graph, units: &Units, chain: &[NodeId], id: NodeId) -> bool {
    chain.iter().all(|&c| {
        let (inputs, shape) = (graph.nodes[c].inputs(), &graph.nodes[c].ty.shape);
        let reads = inputs.iter().filter(|&&i| units.root[i] == id);
        reads
            .into_iter()
            .all(|&i| graph.nodes[i].ty.shape == *shape)
    })
}

/// When each value is read last, in positions of the order.
struct Life {
    last: Vec<Option<usize>>,
    /// Whether another unit reads it, or the caller.
    outside: Vec<bool>,
    /// For each position, the values that end there.
    ends: Vec<Vec<NodeId>>,
}

impl Life {
    fn new(graph: &Graph, units: &Units, order: &Order) -> Life {
        let mut last = vec![None; graph.nodes.len()];
        let mut outside = vec![false; graph.nodes.len()];
        let never = order.units.len();
        for (at, &unit) in order.units.iter().enumerate() {
            // The output of a call needs a buffer even when only its own epilogue reads it.
            if let Some(call) = units.units[unit].call {
                last[call] = last[call].max(Some(at));
            }
            for id in units.units[unit].nodes() {
                for &input in graph.nodes[id].inputs() {
                    let root = units.root[input];
                    if units.of[root] != Some(unit) {
                        last[root] = last[root].max(Some(at));
                        outside[root] = true;
                    }
                }
            }
        }
        for root in graph.roots().map(|id| units.root[id]) {
            last[root] = Some(never);
            outside[root] = true;
        }
        let mut ends = vec![Vec::new(); never + 1];
        for (id, at) in last.iter().enumerate() {
            at.iter().for_each(|&at: &usize| ends[at].push(id));
        }
        Life {
            last,
            outside,
            ends,
        }
    }

    /// Whether the call's output is read only by its epilogue, element by element, and the op can
    /// give it piece by piece.
    fn needs_window(&self, graph: &Graph, units: &Units, unit: usize, call: NodeId) -> bool {
        let Source::Op { op, inputs } = &graph.nodes[call].source else {
            return false;
        };
        !self.outside[call]
            && reads_in_step(graph, units, &units.units[unit].chain, call)
            && op
                .window(&graph.types(inputs), &graph.nodes[call].ty)
                .is_some()
    }

    /// Whether the value needs a buffer.
    fn kept(&self, id: NodeId) -> bool {
        self.last[id].is_some()
    }

    fn ends_at(&self, at: usize) -> impl Iterator<Item = NodeId> + '_ {
        self.ends[at].iter().copied()
    }
}
