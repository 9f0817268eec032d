//! The property: bytes are refused with an error, or they are a graph that prints, plans at any
//! number of threads and, when small, computes what the interpreter computes. Nothing may panic.

use std::collections::HashMap;

use gradloom_exec::{Plan, Values, interpret, plan};
use gradloom_graph::{Dtype, Graph, Source, Type, wire};
use gradloom_ops::REGISTRY;

use crate::run::run_threads;
use crate::tape::Dice;

/// How far some bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Refused,
    /// Too large to run here.
    Planned,
    Ran,
}

const MOST_ELEMENTS: usize = 1 << 18;
const MOST_FLOPS: u64 = 1 << 22;
const MOST_NODES: usize = 400;

pub fn check(bytes: &[u8]) -> Outcome {
    let Ok(graph) = wire::decode(bytes, &REGISTRY) else {
        return Outcome::Refused;
    };
    graph.verify().expect("what decodes is valid");
    let again = wire::decode(&wire::encode(&graph), &REGISTRY).expect("what is written is read");
    assert_eq!(again.to_string(), graph.to_string());
    let plans: Vec<Plan> = (1..=3).map(|threads| plan(&graph, threads)).collect();
    plans.iter().for_each(|plan| _ = plan.to_string());
    if !is_small(&graph, &plans) {
        return Outcome::Planned;
    }
    agree(&graph, &plans);
    Outcome::Ran
}

fn is_small(graph: &Graph, plans: &[Plan]) -> bool {
    // Rows without elements are walked too.
    let walked = |dims: &[usize]| dims.iter().map(|&d| d.max(1)).product::<usize>();
    let elements = graph.nodes.iter().map(|n| walked(n.ty.shape.dims()));
    let room = plans.iter().map(|p| p.arena.saturating_add(p.scratch));
    let kept = graph
        .assigns
        .iter()
        .map(|a| graph.nodes[a.value].ty.shape.size());
    let work = graph.nodes.iter().map(|n| graph.node_flops(n));
    graph.nodes.len() <= MOST_NODES
        && elements.chain(kept).fold(0, usize::saturating_add) <= MOST_ELEMENTS
        && room.max().unwrap_or(0) <= 4 * MOST_ELEMENTS
        && work.fold(0, u64::saturating_add) <= MOST_FLOPS
}

/// Numbers of every kind, many of them small, some of them indices that are out of range.
fn numbers(dice: &mut Dice, ty: &Type) -> Vec<u32> {
    const ODD: [f32; 8] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f32::NAN,
        f32::INFINITY,
        1e-40,
        f32::MAX,
    ];
    let mut one = || match (ty.dtype, dice.below(16)) {
        (Dtype::I32, 0) => dice.next_u64() as u32,
        (Dtype::I32, 1) => -(dice.below(4) as i32) as u32,
        (Dtype::I32, _) => dice.below(5) as u32,
        (Dtype::F32, 0) => ODD[dice.below(8)].to_bits(),
        (Dtype::F32, _) => (dice.below(2001) as f32 / 500.0 - 2.0).to_bits(),
    };
    (0..ty.shape.size()).map(|_| one()).collect()
}

fn start(graph: &Graph, plan: &Plan) -> Values {
    let mut dice = Dice(graph.nodes.len() as u64);
    let mut values = Values::default();
    for node in &graph.nodes {
        if let Source::Input { name } = &node.source {
            values
                .inputs
                .insert(name.clone(), numbers(&mut dice, &node.ty));
        }
    }
    for slot in &plan.states {
        values.states.insert(slot.key, numbers(&mut dice, &slot.ty));
    }
    for node in &graph.nodes {
        // Read by nobody: the plan does not list it, the interpreter asks for it.
        if let Source::State { key } = &node.source {
            let fresh = || numbers(&mut dice, &node.ty);
            values.states.entry(*key).or_insert_with(fresh);
        }
    }
    values
}

fn agree(graph: &Graph, plans: &[Plan]) {
    let start = start(graph, &plans[0]);
    let mut want = start.clone();
    (0..2).for_each(|_| interpret(graph, &mut want));
    // A module without shared memory has no threads to start.
    let most = if cfg!(target_arch = "wasm32") {
        1
    } else {
        plans.len()
    };
    for (at, plan) in plans[..most].iter().enumerate() {
        let mut got = start.clone();
        (0..2).for_each(|_| run_threads(plan, at + 1, &mut got));
        let what = || format!("{} threads\n{graph}\n{plan}", at + 1);
        assert!(same(&got.outputs, &want.outputs), "outputs, {}", what());
        assert!(same(&got.states, &want.states), "states, {}", what());
    }
}

/// The same bits; which NaN a processor makes is its own business.
fn same<K: Eq + std::hash::Hash>(a: &HashMap<K, Vec<u32>>, b: &HashMap<K, Vec<u32>>) -> bool {
    let is_nan = |x: u32| f32::from_bits(x).is_nan();
    let equal = |x: &Vec<u32>, y: &Vec<u32>| {
        let pairs = x.iter().zip(y);
        x.len() == y.len()
            && pairs
                .into_iter()
                .all(|(&x, &y)| x == y || is_nan(x) && is_nan(y))
    };
    a.len() == b.len() && a.iter().all(|(k, x)| b.get(k).is_some_and(|y| equal(x, y)))
}
