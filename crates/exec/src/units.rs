//! Which nodes run together. A unit is one op call, a chain of elementwise nodes over one shape, or
//! a call with such a chain behind it (its epilogue). Merging keeps the graph of units free of
//! cycles.

use gradloom_graph::{Graph, NodeId, Source};

/// Nodes that run as one task.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// An op with a kernel of its own.
    pub call: Option<NodeId>,
    /// Elementwise nodes over one shape, in graph order.
    pub chain: Vec<NodeId>,
}

impl Unit {
    pub fn first(&self) -> NodeId {
        self.nodes().min().expect("a unit has nodes")
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.call.into_iter().chain(self.chain.iter().copied())
    }
}

/// The most elementwise nodes in one chain: bounds the registers of a pass.
const MAX_CHAIN: usize = 48;

/// The units of a graph and where each node went (`None`: leaves and aliases).
#[derive(Debug)]
pub struct Units {
    pub units: Vec<Unit>,
    pub of: Vec<Option<usize>>,
    /// For each node, the node whose buffer holds its value (through aliases).
    pub root: Vec<NodeId>,
    /// Merged units are empty; their edges moved to the unit that took them.
    inputs: Vec<Vec<usize>>,
    consumers: Vec<Vec<usize>>,
    line: Line,
}

/// The units in a line, each behind its inputs: what lies between two units bounds the search for a
/// path between them (Pearce & Kelly 2006).
#[derive(Debug)]
struct Line {
    place: Vec<usize>,
    /// `None` where a unit was merged.
    at: Vec<Option<usize>>,
    /// In which search a unit was reached last.
    reached: Vec<usize>,
    search: usize,
}

impl Line {
    /// In the order in which they were described.
    fn new(units: usize) -> Line {
        Line {
            place: (0..units).collect(),
            at: (0..units).map(Some).collect(),
            reached: vec![0; units],
            search: 0,
        }
    }

    /// Whether `first` reaches `last`, which stands behind it, through other units. All that it
    /// reaches between the two is marked.
    fn path_around(&mut self, first: usize, last: usize, consumers: &[Vec<usize>]) -> bool {
        self.search += 1;
        let mut stack = vec![first];
        while let Some(u) = stack.pop() {
            for &next in &consumers[u] {
                if next == last && u != first {
                    return true;
                }
                let between = self.place[next] < self.place[last];
                if between && self.reached[next] != self.search {
                    self.reached[next] = self.search;
                    stack.push(next);
                }
            }
        }
        false
    }

    /// Puts `merged` where both were: what the search has reached comes behind it, the rest of
    /// what lay between the two before it.
    fn merge(&mut self, first: usize, last: usize, merged: usize) {
        let places = self.place[first]..self.place[last] + 1;
        let between: Vec<usize> = self.at[places.start + 1..places.end - 1]
            .iter()
            .copied()
            .flatten()
            .collect();
        let (behind, before): (Vec<_>, Vec<_>) = between
            .into_iter()
            .partition(|&u| self.reached[u] == self.search);
        self.at[places.clone()].fill(None);
        let line = before.into_iter().chain([merged]).chain(behind);
        for (place, unit) in places.zip(line) {
            self.at[place] = Some(unit);
            self.place[unit] = place;
        }
    }
}

pub fn elementwise(graph: &Graph, id: NodeId) -> bool {
    graph.nodes[id].op().is_some_and(|op| op.chunk().is_some())
}

impl Units {
    pub fn new(graph: &Graph) -> Units {
        let mut units = Units::single(graph);
        for id in 0..graph.nodes.len() {
            if elementwise(graph, id) {
                units.join_inputs(graph, id);
            }
        }
        units.attach_epilogues(graph);
        units
    }

    /// Every op a unit of its own.
    fn single(graph: &Graph) -> Units {
        let n = graph.nodes.len();
        let (mut root, mut of): (Vec<NodeId>, _) = ((0..n).collect(), vec![None; n]);
        let mut all = Vec::new();
        for (id, node) in graph.nodes.iter().enumerate() {
            let Source::Op { op, inputs } = &node.source else {
                continue;
            };
            if op.alias() {
                root[id] = root[inputs[0]];
                continue;
            }
            of[id] = Some(all.len());
            let chain = elementwise(graph, id);
            all.push(Unit {
                call: (!chain).then_some(id),
                chain: if chain { vec![id] } else { Vec::new() },
            });
        }
        let mut units = Units {
            inputs: vec![Vec::new(); all.len()],
            consumers: vec![Vec::new(); all.len()],
            line: Line::new(all.len()),
            units: all,
            of,
            root,
        };
        units.add_edges(graph);
        units
    }

    fn add_edges(&mut self, graph: &Graph) {
        for (id, node) in graph.nodes.iter().enumerate() {
            let Some(to) = self.of[id] else { continue };
            for &input in node.inputs() {
                if let Some(from) = self.of[self.root[input]] {
                    self.inputs[to].push(from);
                    self.consumers[from].push(to);
                }
            }
        }
    }

    pub fn inputs(&self, unit: usize) -> &[usize] {
        &self.inputs[unit]
    }

    pub fn live(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.units.len()).filter(|&u| self.units[u].nodes().next().is_some())
    }

    fn join_inputs(&mut self, graph: &Graph, id: NodeId) {
        for &input in graph.nodes[id].inputs() {
            let same = graph.nodes[input].ty == graph.nodes[id].ty;
            if let (Some(a), Some(b), true) = (self.of[input], self.of[id], same)
                && a != b
                && self.units[a].call.is_none()
                && self.units[a].chain.len() + self.units[b].chain.len() <= MAX_CHAIN
            {
                self.merge_if_acyclic(a, b);
            }
        }
    }

    /// Puts a chain behind the announcing call whose output it reads element by element.
    fn attach_epilogues(&mut self, graph: &Graph) {
        for id in 0..graph.nodes.len() {
            let (Some(call), Some(op)) = (self.of[id], graph.nodes[id].op()) else {
                continue;
            };
            if !op.announces() {
                continue;
            }
            let reads = |u: &usize| {
                let chain = &self.units[*u].chain;
                self.units[*u].call.is_none()
                    && !chain.is_empty()
                    && graph.nodes[chain[0]].ty == graph.nodes[id].ty
                    && chain.iter().any(|&c| graph.nodes[c].inputs().contains(&id))
            };
            if let Some(chain) = self.consumers[call].iter().copied().find(reads) {
                self.merge_if_acyclic(call, chain);
            }
        }
    }

    /// Moves everything of `b` into `a` unless a path between them leaves the pair.
    fn merge_if_acyclic(&mut self, a: usize, b: usize) -> bool {
        let ahead = self.line.place[a] < self.line.place[b];
        let (first, last) = if ahead { (a, b) } else { (b, a) };
        if self.line.path_around(first, last, &self.consumers) {
            return false;
        }
        self.line.merge(first, last, a);
        let gone = std::mem::take(&mut self.units[b]);
        gone.nodes().for_each(|id| self.of[id] = Some(a));
        self.units[a].chain.extend(&gone.chain);
        sort_small(&mut self.units[a].chain);
        self.redirect(a, b);
        true
    }

    fn redirect(&mut self, a: usize, b: usize) {
        let (ins, outs) = (
            std::mem::take(&mut self.inputs[b]),
            std::mem::take(&mut self.consumers[b]),
        );
        for &u in &ins {
            self.consumers[u]
                .iter_mut()
                .for_each(|c| *c = if *c == b { a } else { *c });
        }
        for &u in &outs {
            self.inputs[u]
                .iter_mut()
                .for_each(|c| *c = if *c == b { a } else { *c });
        }
        self.inputs[a].extend(ins);
        self.consumers[a].extend(outs);
        for list in [&mut self.inputs[a], &mut self.consumers[a]] {
            list.retain(|&u| u != a && u != b);
            sort_small(list);
            list.dedup();
        }
    }
}

/// Insertion sort: the lists are short and nearly sorted, and a general sort is several kilobytes.
pub fn sort_small(list: &mut [usize]) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && list[at - 1] > list[at] {
            list.swap(at - 1, at);
            at -= 1;
        }
    }
}
