//! The byte format: what is written is read back, and no bytes whatever panic or pass unchecked.

use gradloom_graph::{Assign, Builder, Graph, GraphError, Shape, Type, gradients, wire};
use gradloom_ops::REGISTRY;

fn sample() -> Graph {
    let mut b = Builder::new(&REGISTRY);
    let x = b.input("x", Type::f32(Shape::new([4, 3]))).unwrap();
    let w = b.state(7, Type::f32(Shape::new([3]))).unwrap();
    let k = b.constant(&[1, 2, 3], Type::f32(Shape::new([3]))).unwrap();
    let y = b.apply_named("mul", &[x, w], &[]).unwrap();
    let y = b.apply_named("add", &[y, k], &[]).unwrap();
    let y = b.apply_named("tanh", &[y], &[]).unwrap();
    let loss = b.apply_named("sumTo", &[y], &[0.0]).unwrap();
    let grad = gradients(&mut b, loss, &[w]).unwrap()[0];
    b.assign(7, grad).unwrap();
    b.output("loss", loss).unwrap();
    b.finish().pruned()
}

#[test]
fn a_graph_survives_the_round_trip() {
    let graph = sample();
    let back = wire::decode(&wire::encode(&graph), &REGISTRY).unwrap();
    assert_eq!(back.to_string(), graph.to_string());
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = wire::encode(&sample());
    for n in 0..bytes.len() {
        assert!(wire::decode(&bytes[..n], &REGISTRY).is_err(), "cut at {n}");
    }
}

#[test]
fn no_changed_byte_panics() {
    let bytes = wire::encode(&sample());
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = bytes.clone();
            bad[at] ^= flip;
            if let Ok(graph) = wire::decode(&bad, &REGISTRY) {
                graph.verify().expect("what decodes is valid");
            }
        }
    }
}

#[test]
fn a_state_assigned_another_shape_is_refused() {
    let mut b = Builder::new(&REGISTRY);
    let s = b.state(1, Type::f32(Shape::new([2]))).unwrap();
    let x = b.fill(1.0, Shape::new([3]));
    b.assign(1, x).unwrap();
    b.output("s", s).unwrap();
    let error = b.finish().verify().unwrap_err();
    assert_eq!(
        error.to_string(),
        "assign: state 1 is f32[2], but is assigned f32[3]"
    );
}

#[test]
fn names_and_keys_are_given_once() {
    let twice = |change: fn(&mut Graph)| {
        let mut graph = sample();
        change(&mut graph);
        let error = wire::decode(&wire::encode(&graph), &REGISTRY).unwrap_err();
        error.to_string()
    };
    let assigned = twice(|g| g.assigns.push(Assign { key: 7, value: 0 }));
    assert_eq!(assigned, "not a valid graph: state 7 is assigned twice");
    // Not read, so that no node tells its type.
    let unread = twice(|g| {
        let two = [0, 1].map(|value| Assign { key: 8, value });
        g.assigns.extend(two);
    });
    assert_eq!(unread, "not a valid graph: state 8 is assigned twice");
    let shown = twice(|g| g.outputs.push(("loss".into(), 0)));
    assert_eq!(shown, "not a valid graph: output 'loss' appears twice");
    let fed = twice(|g| g.nodes.push(g.nodes[0].clone()));
    assert_eq!(fed, "not a valid graph: input 'x' appears twice");
}

#[test]
fn an_unknown_op_is_named() {
    let mut b = Builder::new(&REGISTRY);
    let error = b.apply_named("frobnicate", &[], &[]).unwrap_err();
    assert_eq!(
        error,
        GraphError::UnknownOp {
            op: "frobnicate".into()
        }
    );
}

#[test]
fn gradients_need_one_f32() {
    let mut b = Builder::new(&REGISTRY);
    let x = b.input("x", Type::f32(Shape::new([2]))).unwrap();
    let error = gradients(&mut b, x, &[x]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "gradients: the loss must be one f32, but it is f32[2]"
    );
}

#[test]
fn equal_nodes_are_made_once_and_dead_ones_dropped() {
    let mut b = Builder::new(&REGISTRY);
    let x = b.input("x", Type::f32(Shape::new([2]))).unwrap();
    let one = b.scalar(1.0);
    assert_eq!(b.apply_named("mul", &[x, one], &[]).unwrap(), x);
    let y = b.apply_named("tanh", &[x], &[]).unwrap();
    assert_eq!(b.apply_named("tanh", &[x], &[]).unwrap(), y);
    b.apply_named("exp", &[x], &[]).unwrap();
    b.output("y", y).unwrap();
    assert_eq!(b.finish().pruned().nodes.len(), 2);
}
