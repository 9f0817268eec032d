//! In which order the units run, and which assignments may write their state in place. A state is
//! read by all before it is written: the writer comes after every other reader, or the value is
//! copied last.

use std::collections::{BinaryHeap, HashMap};

use gradloom_graph::{Assign, Graph, NodeId, Source};

use crate::units::Units;

/// The steps of a program before buffers are known.
#[derive(Debug, Default)]
pub struct Order {
    /// Units, each after its inputs.
    pub units: Vec<usize>,
    /// Value node → state key that it is written to directly.
    pub in_place: HashMap<NodeId, u32>,
    /// (state key, value node): copied when everything else is done.
    pub copies: Vec<(u32, NodeId)>,
}

pub fn order(graph: &Graph, units: &Units) -> Order {
    let mut edges = Edges::new(units);
    let mut order = Order::default();
    let readers = readers(graph, units);
    for assign in &graph.assigns {
        match write_in_place(graph, units, &readers, &mut edges, &order, *assign) {
            true => _ = order.in_place.insert(assign.value, assign.key),
            false => order.copies.push((assign.key, assign.value)),
        }
    }
    order.units = edges.sorted(units);
    order
}

/// For each state, the units that read it.
type Readers = HashMap<u32, Vec<usize>>;

fn readers(graph: &Graph, units: &Units) -> Readers {
    let mut readers = Readers::new();
    for u in units.live() {
        for id in units.units[u].nodes() {
            for &input in graph.nodes[id].inputs() {
                if let Source::State { key } = graph.nodes[units.root[input]].source {
                    readers.entry(key).or_default().push(u);
                }
            }
        }
    }
    readers
}

fn write_in_place(
    graph: &Graph,
    units: &Units,
    readers: &Readers,
    edges: &mut Edges,
    order: &Order,
    Assign { key, value }: Assign,
) -> bool {
    let Some(writer) = units.of[value] else {
        return false;
    };
    let is_output = graph.outputs.iter().any(|&(_, id)| units.root[id] == value);
    if is_output
        || order.in_place.contains_key(&value)
        || !(reads_elementwise(graph, units, writer, key)
            || changes_in_place(graph, units, value, key))
    {
        return false;
    }
    // A state that is read through an alias and copied later would see the new value.
    let copied_later = graph
        .assigns
        .iter()
        .any(|a| is_state(graph, units, a.value, key));
    let shown = graph
        .outputs
        .iter()
        .any(|&(_, id)| is_state(graph, units, id, key));
    if copied_later || shown {
        return false;
    }
    let all = readers.get(&key).into_iter().flatten().copied();
    let before: Vec<usize> = all.filter(|&u| u != writer).collect();
    edges.add_if_acyclic(&before, writer)
}

fn is_state(graph: &Graph, units: &Units, id: NodeId, key: u32) -> bool {
    matches!(graph.nodes[units.root[id]].source, Source::State { key: k } if k == key)
}

/// Whether the unit reads the state only at the element it is computing.
fn reads_elementwise(graph: &Graph, units: &Units, unit: usize, key: u32) -> bool {
    let is_key = |id: &NodeId| is_state(graph, units, *id, key);
    let unit = &units.units[unit];
    let call_reads = unit
        .call
        .is_some_and(|c| graph.nodes[c].inputs().iter().any(is_key));
    let chain_fits = unit.chain.iter().all(|&c| {
        let reads = graph.nodes[c].inputs().iter().filter(|i| is_key(i));
        reads
            .into_iter()
            .all(|&i| graph.nodes[i].ty.shape == graph.nodes[c].ty.shape)
    });
    !call_reads && chain_fits
}

/// Whether the value is made by an op that changes its first input, which is this state.
fn changes_in_place(graph: &Graph, units: &Units, value: NodeId, key: u32) -> bool {
    let Source::Op { op, inputs } = &graph.nodes[value].source else {
        return false;
    };
    let is_key = |&id: &NodeId| is_state(graph, units, id, key);
    op.in_place() && is_key(&inputs[0]) && !inputs[1..].iter().any(is_key)
}

/// The graph of units with the extra edges reader → writer.
struct Edges {
    after: Vec<Vec<usize>>,
}

impl Edges {
    fn new(units: &Units) -> Edges {
        let mut after = vec![Vec::new(); units.units.len()];
        for u in units.live() {
            units.inputs(u).iter().for_each(|&i| after[i].push(u));
        }
        Edges { after }
    }

    fn add_if_acyclic(&mut self, before: &[usize], writer: usize) -> bool {
        let reach = self.reachable(writer);
        if before.iter().any(|&b| reach[b]) {
            return false;
        }
        before.iter().for_each(|&b| self.after[b].push(writer));
        true
    }

    fn reachable(&self, from: usize) -> Vec<bool> {
        let mut seen = vec![false; self.after.len()];
        let mut stack = vec![from];
        while let Some(u) = stack.pop() {
            if !std::mem::replace(&mut seen[u], true) {
                stack.extend(&self.after[u]);
            }
        }
        seen
    }

    /// For each unit, the first node described in it or in a unit that needs it: what a weight's
    /// update waits for, though described late, should not hold the weight's gradient up.
    fn wanted(&self, units: &Units) -> Vec<usize> {
        let mut wanted = vec![usize::MAX; self.after.len()];
        for u in units.live() {
            let first = units.units[u].first();
            let mut stack = vec![u];
            while let Some(unit) = stack.pop() {
                if first < wanted[unit] {
                    wanted[unit] = first;
                    stack.extend(units.inputs(unit));
                }
            }
        }
        wanted
    }

    /// Kahn's algorithm (1962); among the units that are ready, the one wanted first.
    fn sorted(&self, units: &Units) -> Vec<usize> {
        let mut missing = vec![0usize; self.after.len()];
        self.after.iter().flatten().for_each(|&u| missing[u] += 1);
        let wanted = self.wanted(units);
        let entry = |u: usize| std::cmp::Reverse((wanted[u], units.units[u].first(), u));
        let mut ready: BinaryHeap<_> = units
            .live()
            .filter(|&u| missing[u] == 0)
            .map(entry)
            .collect();
        let mut sorted = Vec::new();
        while let Some(std::cmp::Reverse((_, _, u))) = ready.pop() {
            sorted.push(u);
            for &next in &self.after[u] {
                missing[next] -= 1;
                if missing[next] == 0 {
                    ready.push(entry(next));
                }
            }
        }
        sorted
    }
}
