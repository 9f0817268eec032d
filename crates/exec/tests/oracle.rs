//! The planner and the threads against the naive interpreter: random programs must give the same
//! bits in every output and every state, at any number of threads, step after step.

use std::collections::HashMap;

use gradloom_exec::{Barrier, Base, Bases, Buffer, Plan, Values, interpret, plan, run_step};
use gradloom_graph::{Builder, Dtype, Graph, NodeId, Shape, Type, gradients};
use gradloom_ops::REGISTRY;

/// A small generator for test programs (Steele, Lea, Flood 2014, "SplitMix").
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn numbers(&mut self, n: usize) -> Vec<u32> {
        (0..n)
            .map(|_| (self.below(2001) as f32 / 1000.0 - 1.0).to_bits())
            .collect()
    }
}

fn run_threads(plan: &Plan, threads: usize, values: &mut Values) {
    let buffer = |bits: &[u32]| {
        let mut b = Buffer::new(bits.len()).unwrap();
        b.as_mut_slice()
            .iter_mut()
            .zip(bits)
            .for_each(|(x, &w)| *x = f32::from_bits(w));
        b
    };
    let inputs: Vec<_> = plan
        .inputs
        .iter()
        .map(|s| buffer(&values.inputs[&s.name]))
        .collect();
    let states: Vec<_> = plan
        .states
        .iter()
        .map(|s| buffer(&values.states[&s.key]))
        .collect();
    let outputs: Vec<_> = plan
        .outputs
        .iter()
        .map(|s| Buffer::new(s.ty.shape.size()).unwrap())
        .collect();
    let consts: Vec<_> = plan.consts.iter().map(|c| c.buffer().unwrap()).collect();
    let arena = Buffer::new(plan.arena).unwrap();
    let mut bases = Bases::new(plan.layout());
    bases.set(Base::Arena, arena.ptr());
    inputs
        .iter()
        .enumerate()
        .for_each(|(i, b)| bases.set(Base::Input(i), b.ptr()));
    outputs
        .iter()
        .enumerate()
        .for_each(|(i, b)| bases.set(Base::Output(i), b.ptr()));
    states
        .iter()
        .enumerate()
        .for_each(|(i, b)| bases.set(Base::State(i), b.ptr()));
    consts
        .iter()
        .enumerate()
        .for_each(|(i, b)| bases.set(Base::Const(i), b.ptr()));
    let barrier = Barrier::new();
    let (bases, shared) = (Shared(&bases), &barrier);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let bases = &bases;
            scope.spawn(move || {
                let mut scratch = vec![f32::NAN; plan.scratch];
                // SAFETY: buffers have the plan's sizes; all threads run the same plan.
                unsafe { run_step(plan, bases.0, (thread, threads), shared, &mut scratch) };
            });
        }
    });
    let bits = |b: &Buffer| b.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let named = plan
        .outputs
        .iter()
        .zip(&outputs)
        .map(|(s, b)| (s.name.clone(), bits(b)));
    values.outputs = named.collect();
    values.states.extend(
        plan.states
            .iter()
            .zip(&states)
            .map(|(s, b)| (s.key, bits(b))),
    );
}

struct Shared<'a>(&'a Bases);
// SAFETY: the threads only read the table; its pointers outlive the scope.
unsafe impl Sync for Shared<'_> {}

fn agree(graph: &Graph, start: &Values, what: &str) {
    let mut want = start.clone();
    (0..3).for_each(|_| interpret(graph, &mut want));
    for threads in 1..=4 {
        let plan = plan(graph, threads);
        let mut got = start.clone();
        (0..3).for_each(|_| run_threads(&plan, threads, &mut got));
        assert_eq!(
            got.outputs, want.outputs,
            "{what}, {threads} threads\n{graph}\n{plan}"
        );
        assert_eq!(
            got.states, want.states,
            "{what}, {threads} threads\n{graph}\n{plan}"
        );
    }
}

const SHAPES: [&[usize]; 7] = [&[4, 6], &[6], &[4, 1], &[], &[6, 6], &[40, 700], &[70, 24]];

fn leaf(b: &mut Builder, dice: &mut Dice, values: &mut Values, at: usize) -> NodeId {
    let shape = Shape::new(dice.pick(&SHAPES));
    let ty = Type {
        shape: shape.clone(),
        dtype: Dtype::F32,
    };
    let numbers = dice.numbers(shape.size());
    match dice.below(4) {
        0 => {
            let name = format!("x{at}");
            values.inputs.insert(name.clone(), numbers);
            b.input(&name, ty).unwrap()
        }
        1 => b.fill(dice.below(5) as f32 - 2.0, shape),
        _ => {
            values.states.insert(at as u32, numbers);
            b.state(at as u32, ty).unwrap()
        }
    }
}

fn grow(b: &mut Builder, dice: &mut Dice, nodes: &mut Vec<NodeId>) {
    let (x, y, z) = (dice.pick(nodes), dice.pick(nodes), dice.pick(nodes));
    if dice.below(12) == 0 {
        return nodes.extend(adam_step(b, dice, nodes));
    }
    let made = match dice.below(10) {
        0..=2 => b.apply_named(dice.pick(&["add", "mul", "sub", "maximum"]), &[x, y], &[]),
        3 | 4 => b.apply_named(dice.pick(&["tanh", "relu", "square", "neg"]), &[x], &[]),
        5 => b.apply_named("lerp", &[x, y, z], &[]),
        6 => b.apply_named(
            "matmul",
            &[x, y],
            &[dice.below(2) as f64, dice.below(2) as f64],
        ),
        8 => b.apply_named("stopGradient", &[x], &[]),
        7 => b.apply_named("sumTo", &[x], &[1.0, b.shape(x).last() as f64]),
        _ => b.apply_named("reshape", &[x], &[1.0, b.shape(x).size() as f64]),
    };
    nodes.extend(made);
}

/// The sequence that has a loop of its own, on operands that may be each other.
fn adam_step(b: &mut Builder, dice: &mut Dice, nodes: &[NodeId]) -> Option<NodeId> {
    let alike = |b: &Builder, at: NodeId| {
        let same = nodes.iter().copied().filter(|&n| b.ty(n) == b.ty(at));
        same.collect::<Vec<_>>()
    };
    let nodes = alike(b, dice.pick(nodes));
    let [m, g, w] = [0; 3].map(|_| dice.pick(&nodes));
    let v = b.apply_named("square", &[dice.pick(&nodes)], &[]).ok()?;
    let scalars = [0.1, 0.001, 1e-7, -0.01].map(|x| b.scalar(x));
    let m = b.apply_named("lerp", &[m, g, scalars[0]], &[]).ok()?;
    let v = b.apply_named("lerpSquare", &[v, g, scalars[1]], &[]).ok()?;
    let step = b.apply_named("divSqrt", &[m, v, scalars[2]], &[]).ok()?;
    b.apply_named("mulAdd", &[step, scalars[3], w], &[]).ok()
}

/// Assigns states to random values of the same type, and shows a few values.
fn finish(b: &mut Builder, dice: &mut Dice, values: &Values, nodes: &[NodeId]) {
    for &key in values
        .states
        .keys()
        .collect::<std::collections::BTreeSet<_>>()
    {
        let ty = Type::f32(Shape::new(shape_of(b, key)));
        let fits: Vec<NodeId> = nodes.iter().copied().filter(|&n| *b.ty(n) == ty).collect();
        if dice.below(4) > 0 && !fits.is_empty() {
            // Late nodes more often: they depend on the state.
            let at = fits.len() - 1 - dice.below(fits.len()).min(dice.below(fits.len()));
            b.assign(key, fits[at]).unwrap();
        }
    }
    for i in 0..3 {
        b.output(&format!("y{i}"), dice.pick(nodes)).unwrap();
    }
}

fn shape_of(b: &Builder, key: u32) -> Vec<usize> {
    let is = |n: &&gradloom_graph::Node| matches!(n.source, gradloom_graph::Source::State { key: k } if k == key);
    b.graph()
        .nodes
        .iter()
        .find(is)
        .unwrap()
        .ty
        .shape
        .dims()
        .to_vec()
}

#[test]
fn random_programs_give_the_same_bits_as_the_interpreter() {
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let (mut b, mut values) = (Builder::new(&REGISTRY), Values::default());
        let mut nodes: Vec<NodeId> = (0..5)
            .map(|at| leaf(&mut b, &mut dice, &mut values, at))
            .collect();
        for _ in 0..dice.below(40) {
            grow(&mut b, &mut dice, &mut nodes);
        }
        finish(&mut b, &mut dice, &values, &nodes);
        agree(&b.finish(), &values, &format!("seed {seed}"));
    }
}

/// Two layers, mean squared error, Adam on four weights.
fn training_step(values: &mut Values) -> Graph {
    let mut dice = Dice(7);
    let mut b = Builder::new(&REGISTRY);
    let f32s = |dims: &[usize]| Type::f32(Shape::new(dims));
    let mut state = |b: &mut Builder, key: u32, dims: &[usize]| {
        let n = dims.iter().product();
        values.states.insert(
            key,
            if key < 10 {
                dice.numbers(n)
            } else {
                vec![0; n]
            },
        );
        b.state(key, f32s(dims)).unwrap()
    };
    let dims: [&[usize]; 4] = [&[70, 16], &[16], &[16, 3], &[3]];
    let w: Vec<NodeId> = (0..4).map(|i| state(&mut b, i as u32, dims[i])).collect();
    let m: Vec<NodeId> = (0..4)
        .map(|i| state(&mut b, 10 + i as u32, dims[i]))
        .collect();
    let v: Vec<NodeId> = (0..4)
        .map(|i| state(&mut b, 20 + i as u32, dims[i]))
        .collect();
    let x = b.input("x", f32s(&[8, 70])).unwrap();
    let t = b.input("t", f32s(&[8, 3])).unwrap();
    values.inputs = HashMap::from([
        ("x".into(), Dice(1).numbers(8 * 70)),
        ("t".into(), Dice(2).numbers(8 * 3)),
    ]);
    let op = |b: &mut Builder, name: &str, x: &[NodeId]| b.apply_named(name, x, &[]).unwrap();
    let product = |b: &mut Builder, x, w| b.apply_named("matmul", &[x, w], &[0.0, 0.0]).unwrap();
    let h = product(&mut b, x, w[0]);
    let h = op(&mut b, "add", &[h, w[1]]);
    let h = op(&mut b, "tanh", &[h]);
    let y = product(&mut b, h, w[2]);
    let y = op(&mut b, "add", &[y, w[3]]);
    let e = op(&mut b, "sub", &[y, t]);
    let e = op(&mut b, "square", &[e]);
    let loss = b.apply_named("sumTo", &[e], &[0.0]).unwrap();
    b.output("loss", loss).unwrap();
    let grads = gradients(&mut b, loss, &w).unwrap();
    let (b1, b2, eps, rate) = (
        b.scalar(0.1),
        b.scalar(0.001),
        b.scalar(1e-7),
        b.scalar(-0.01),
    );
    for i in 0..4 {
        let m2 = op(&mut b, "lerp", &[m[i], grads[i], b1]);
        let v2 = op(&mut b, "lerpSquare", &[v[i], grads[i], b2]);
        let d = op(&mut b, "divSqrt", &[m2, v2, eps]);
        let w2 = op(&mut b, "mulAdd", &[d, rate, w[i]]);
        b.assign(i as u32, w2).unwrap();
        b.assign(10 + i as u32, m2).unwrap();
        b.assign(20 + i as u32, v2).unwrap();
    }
    b.finish()
}

#[test]
fn a_training_step_gives_the_same_bits_as_the_interpreter() {
    let mut values = Values::default();
    let graph = training_step(&mut values);
    agree(&graph, &values, "training step");
}

#[test]
fn the_whole_update_of_a_weight_is_one_pass_behind_its_gradient() {
    let graph = training_step(&mut Values::default());
    let table = plan(&graph, 1).to_string();
    let update = "pass {lerp+lerpSquare+divSqrt+mulAdd}";
    let updates = table.lines().filter(|l| l.contains(update));
    assert_eq!(
        updates.filter(|l| l.contains("matmul")).count(),
        2,
        "expected like '{update}'\n{table}"
    );
    assert!(!table.contains("copy"), "{table}");
    // The gradient of the first weight is never written down as a whole.
    let lines = |what| table.lines().filter(|l| l.contains(what)).count();
    assert_eq!(
        (lines("-> window:1120 then"), lines("window")),
        (1, 1),
        "{table}"
    );
}

/// A step that changes a weight of `k` rows, which a product with `rows` rows reads.
fn long_product(values: &mut Values, rows: usize, k: usize) -> Graph {
    let mut b = Builder::new(&REGISTRY);
    let mut dice = Dice(4);
    values.states = HashMap::from([(0, dice.numbers(k * 24))]);
    values.inputs = HashMap::from([("x".into(), dice.numbers(rows * k))]);
    let op = |b: &mut Builder, name: &str, x: &[NodeId]| b.apply_named(name, x, &[]).unwrap();
    let x = b.input("x", Type::f32(Shape::new([rows, k]))).unwrap();
    let w = b.state(0, Type::f32(Shape::new([k, 24]))).unwrap();
    let product = b.apply_named("matmul", &[x, w], &[0.0, 0.0]).unwrap();
    let y = op(&mut b, "tanh", &[product]);
    let slope = b.apply_named("matmul", &[x, y], &[1.0, 0.0]).unwrap();
    let next = op(&mut b, "sub", &[w, slope]);
    b.assign(0, next).unwrap();
    b.output("y", y).unwrap();
    b.finish()
}

#[test]
fn threads_read_the_rows_of_a_weight_that_they_have_changed() {
    for (rows, k, threads) in [(8, 784, 2), (8, 784, 4), (5, 600, 3), (5, 770, 2)] {
        let mut values = Values::default();
        let graph = long_product(&mut values, rows, k);
        agree(&graph, &values, "long product");
        let table = plan(&graph, threads).to_string();
        let sums = table.lines().filter(|l| l.contains("shareSums")).count();
        assert_eq!(sums, 1, "{table}");
        assert!(
            table.contains("sumSlices") && table.contains("{tanh}"),
            "{table}"
        );
        assert_eq!(plan(&graph, threads).flops, plan(&graph, 1).flops);
    }
}

#[test]
fn a_product_stays_whole_where_nothing_is_won() {
    let mut values = Values::default();
    let one_thread = plan(&long_product(&mut values, 8, 784), 1).to_string();
    let many_rows = plan(&long_product(&mut values, 400, 784), 2).to_string();
    for table in [one_thread, many_rows] {
        assert!(!table.contains("shareSums"), "{table}");
    }
}

/// Some rows of a table are read, changed and written back; others are shown.
fn sparse_step(values: &mut Values) -> Graph {
    let mut b = Builder::new(&REGISTRY);
    let mut dice = Dice(3);
    let i32s = |n: usize| Type::i32(Shape::new([n]));
    let rows = |picks: [i32; 6]| picks.map(|i| i as u32).to_vec();
    values.states = HashMap::from([(0, dice.numbers(500 * 96))]);
    values.inputs = HashMap::from([
        ("changed".into(), rows([7, 499, 7, -1, 0, 7])),
        ("shown".into(), rows([7, 0, 1, 2, 3, 499])),
    ]);
    let table = b.state(0, Type::f32(Shape::new([500, 96]))).unwrap();
    let changed = b.input("changed", i32s(6)).unwrap();
    let shown = b.input("shown", i32s(6)).unwrap();
    let op = |b: &mut Builder, name: &str, x: &[NodeId]| b.apply_named(name, x, &[]).unwrap();
    let old = op(&mut b, "gatherRows", &[table, changed]);
    let new = op(&mut b, "tanh", &[old]);
    let next = op(&mut b, "writeRows", &[table, new, changed]);
    b.assign(0, next).unwrap();
    let seen = op(&mut b, "gatherRows", &[table, shown]);
    b.output("seen", seen).unwrap();
    b.finish()
}

#[test]
fn rows_are_written_where_they_are() {
    let mut values = Values::default();
    let graph = sparse_step(&mut values);
    agree(&graph, &values, "sparse step");
    let table = plan(&graph, 2).to_string();
    assert!(
        table.contains("-> state0:48000") && !table.contains("copy"),
        "{table}"
    );
}

/// Floats of the arena of a gradient step through `depth` layers of 32 units, 64 samples.
fn arena_of(depth: usize) -> usize {
    let mut b = Builder::new(&REGISTRY);
    let f32s = |dims: &[usize]| Type::f32(Shape::new(dims));
    let x = b.input("x", f32s(&[64, 32])).unwrap();
    let weights: Vec<NodeId> = (0..depth)
        .map(|key| b.state(key as u32, f32s(&[32, 32])).unwrap())
        .collect();
    let mut y = x;
    for &w in &weights {
        let product = b.apply_named("matmul", &[y, w], &[0.0, 0.0]).unwrap();
        y = b.apply_named("relu", &[product], &[]).unwrap();
    }
    let loss = b.apply_named("sumTo", &[y], &[0.0]).unwrap();
    b.output("loss", loss).unwrap();
    let grads = gradients(&mut b, loss, &weights).unwrap();
    let rate = b.input("rate", f32s(&[])).unwrap();
    let rate = b.apply_named("neg", &[rate], &[]).unwrap();
    for (key, &grad) in grads.iter().enumerate() {
        let new = b.apply_named("mulAdd", &[grad, rate, weights[key]], &[]);
        b.assign(key as u32, new.unwrap()).unwrap();
    }
    plan(&b.finish(), 1).arena
}

#[test]
fn each_layer_is_updated_when_its_gradient_is_there() {
    // What a layer more takes is its activations; its gradients make room for those before it.
    let more = arena_of(24) - arena_of(12);
    assert!(more <= 12 * 64 * 32 * 11 / 10, "{more}");
}

#[test]
fn a_chain_may_read_its_own_values_under_another_name() {
    let mut b = Builder::new(&REGISTRY);
    let x = b.input("x", Type::f32(Shape::new([3, 4]))).unwrap();
    let op = |b: &mut Builder, name: &str, x: &[NodeId]| b.apply_named(name, x, &[]).unwrap();
    let size = op(&mut b, "abs", &[x]);
    let again = op(&mut b, "stopGradient", &[size]);
    let grown = op(&mut b, "exp", &[again]);
    let y = op(&mut b, "add", &[grown, size]);
    b.output("y", y).unwrap();
    let inputs = HashMap::from([("x".into(), Dice(1).numbers(12))]);
    let values = Values {
        inputs,
        ..Values::default()
    };
    agree(&b.finish(), &values, "an alias in a chain");
}
