//! Reverse mode over several ops at once: what no test of a single op can see.

use std::collections::HashMap;

use gradloom_graph::{Builder, NodeId, Result, Type, gradients, pull_back};

use crate::REGISTRY;
use crate::harness::{Numbers, Tensor, evaluate, ints, log_softmax_row, numbers, shape};

/// A graph under construction over inputs with values.
struct Program {
    b: Builder,
    feeds: HashMap<String, Tensor>,
}

impl Program {
    fn new() -> Program {
        Program {
            b: Builder::new(&REGISTRY),
            feeds: HashMap::new(),
        }
    }

    fn input(&mut self, name: &str, x: Tensor) -> NodeId {
        let id = self.b.input(name, x.ty.clone()).expect("a new name");
        self.feeds.insert(name.into(), x);
        id
    }

    fn op(&mut self, name: &str, inputs: &[NodeId]) -> NodeId {
        self.b.apply_named(name, inputs, &[]).expect("a valid call")
    }

    fn op_with(&mut self, name: &str, attrs: &[f64], inputs: &[NodeId]) -> NodeId {
        self.b
            .apply_named(name, inputs, attrs)
            .expect("a valid call")
    }

    /// The sum of all elements.
    fn total(&mut self, x: NodeId) -> NodeId {
        self.op_with("sumTo", &[0.0], &[x])
    }

    fn gradients(&mut self, loss: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>> {
        gradients(&mut self.b, loss, wrt)
    }

    fn value(&self, id: NodeId) -> Vec<f64> {
        evaluate(self.b.graph(), &self.feeds)[id].to_f64()
    }
}

#[test]
fn a_tensor_that_is_used_twice_gets_both_gradients() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[3], &[1.0, -2.0, 3.0]));
    let square = p.op("mul", &[x, x]);
    let sum = p.op("add", &[square, x]);
    let loss = p.total(sum);
    let dx = p.gradients(loss, &[x]).expect("a scalar loss")[0];
    assert_eq!(p.value(dx), [3.0, -3.0, 7.0]);
}

#[test]
fn what_the_loss_does_not_depend_on_has_gradient_zero() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2], &[1.0, 2.0]));
    let y = p.input("y", numbers(&[2], &[1.0, 2.0]));
    let stopped = p.op("stopGradient", &[y]);
    let product = p.op("mul", &[x, stopped]);
    let loss = p.total(product);
    let grads = p.gradients(loss, &[x, y]).expect("a scalar loss");
    assert_eq!(p.value(grads[0]), [1.0, 2.0]);
    assert_eq!(p.value(grads[1]), [0.0, 0.0]);
}

#[test]
fn a_loss_of_several_numbers_is_refused() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2], &[1.0, 2.0]));
    let error = p.gradients(x, &[x]).expect_err("not a scalar").to_string();
    assert!(error.contains("f32[2]"), "{error}");
}

#[test]
fn tanh_three_times() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[], &[0.5]));
    let mut y = p.op("tanh", &[x]);
    for _ in 0..3 {
        y = p.gradients(y, &[x]).expect("a scalar loss")[0];
    }
    // tanh‴ = −2·(1 − t²)·(1 − 3t²)
    let t = 0.5f64.tanh();
    let want = -2.0 * (1.0 - t * t) * (1.0 - 3.0 * t * t);
    assert!(
        (p.value(y)[0] - want).abs() < 1e-6,
        "{} {want}",
        p.value(y)[0]
    );
}

/// The mean cross-entropy of a network with one hidden layer, in f64.
fn network_f64(x: &[f64], w1: &[f64], b1: &[f64], w2: &[f64], labels: &[usize]) -> f64 {
    let dense = |x: &[f64], w: &[f64], n: usize| -> Vec<f64> {
        (0..n)
            .map(|j| x.iter().enumerate().map(|(i, x)| x * w[i * n + j]).sum())
            .collect()
    };
    let loss = |(x, &label): (&[f64], &usize)| {
        let hidden = dense(x, w1, b1.len());
        let hidden: Vec<f64> = hidden
            .iter()
            .zip(b1)
            .map(|(h, b)| (h + b).max(0.0))
            .collect();
        -log_softmax_row(&dense(&hidden, w2, 3))[label]
    };
    x.chunks(4).zip(labels).map(loss).sum::<f64>() / labels.len() as f64
}

#[test]
fn a_network_has_the_gradient_of_its_differences() {
    let mut random = Numbers::new(3);
    let x = random.tensor(&[6, 4]);
    let weights = [
        random.tensor(&[4, 5]),
        random.tensor(&[5]),
        random.tensor(&[5, 3]),
    ];
    let labels = [0, 2, 1, 1, 0, 2];

    let mut p = Program::new();
    let x_id = p.input("x", x.clone());
    let ids = [0, 1, 2].map(|i| p.input(&format!("w{i}"), weights[i].clone()));
    let product = p.op_with("matmul", &[0.0, 0.0], &[x_id, ids[0]]);
    let hidden = p.op("add", &[product, ids[1]]);
    let hidden = p.op("relu", &[hidden]);
    let logits = p.op_with("matmul", &[0.0, 0.0], &[hidden, ids[2]]);
    let labels_id = p.input("labels", ints(&[6], &labels.map(|l| l as i32)));
    let targets = p.op_with("oneHot", &[3.0], &[labels_id]);
    let losses = p.op("softmaxCrossEntropy", &[logits, targets]);
    let sum = p.op_with("sum", &[0.0, 1.0, 0.0], &[losses]);
    let share = p.b.scalar(1.0 / 6.0);
    let loss = p.op("mul", &[sum, share]);
    let grads = p.gradients(loss, &ids).expect("a scalar loss");

    let w = [0, 1, 2].map(|i| weights[i].to_f64());
    let f64_loss = |w: &[Vec<f64>; 3]| network_f64(&x.to_f64(), &w[0], &w[1], &w[2], &labels);
    assert!((p.value(loss)[0] - f64_loss(&w)).abs() < 1e-6);
    for (i, grad) in grads.iter().enumerate() {
        for (j, got) in p.value(*grad).into_iter().enumerate() {
            let moved = |by: f64| {
                let mut w = w.clone();
                w[i][j] += by;
                f64_loss(&w)
            };
            let want = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!(
                (got - want).abs() < 1e-6,
                "weight {i}, element {j}: {got} {want}"
            );
        }
    }
}

#[test]
fn the_gradient_of_a_mean_needs_no_broadcast() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2, 3], &[1.0; 6]));
    let sum = p.op_with("sum", &[0.0, 2.0, 0.0, 1.0], &[x]);
    let share = p.b.scalar(1.0 / 6.0);
    let loss = p.op("mul", &[sum, share]);
    let dx = p.gradients(loss, &[x]).expect("a scalar loss")[0];
    assert_eq!(p.b.node(dx).fill(), Some(1.0 / 6.0));
    assert_eq!(*p.b.ty(dx), Type::f32(shape(&[2, 3])));
}

#[test]
fn gradients_of_several_seeds_add_up() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2], &[2.0, 3.0]));
    let (square, twice) = (p.op("square", &[x]), p.op("add", &[x, x]));
    let (one, two) = (p.b.fill(1.0, shape(&[2])), p.b.fill(2.0, shape(&[2])));
    let seeds = [(square, one), (twice, one), (twice, two), (x, two)];
    let other = p.input("other", numbers(&[2], &[0.0, 0.0]));
    let found = pull_back(&mut p.b, &seeds, &[x, other]).expect("types that fit");
    // 2x + (1 + 2)·2 + 2
    assert_eq!(p.value(found[0].expect("a gradient")), [12.0, 14.0]);
    assert_eq!(found[1], None);
}

#[test]
fn a_seed_has_the_type_of_its_node() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2], &[2.0, 3.0]));
    let one = p.b.fill(1.0, shape(&[3]));
    let error = pull_back(&mut p.b, &[(x, one)], &[x])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("f32[2]") && error.contains("f32[3]"),
        "{error}"
    );
}

#[test]
fn a_node_apart_has_the_value_but_no_gradient_and_no_equal() {
    let mut p = Program::new();
    let x = p.input("x", numbers(&[2], &[2.0, 3.0]));
    let (one, other) = (p.b.apart(x).expect("a node"), p.b.apart(x).expect("a node"));
    assert_ne!(one, other);
    assert_ne!(one, p.op("stopGradient", &[x]));
    let sum = p.op("add", &[one, x]);
    let loss = p.total(sum);
    let wrt = [x, one];
    let grads = p.gradients(loss, &wrt).expect("a scalar");
    assert_eq!(p.value(one), [2.0, 3.0]);
    assert_eq!(p.value(grads[0]), [1.0, 1.0]);
    assert_eq!(p.value(grads[1]), [1.0, 1.0]);
}
