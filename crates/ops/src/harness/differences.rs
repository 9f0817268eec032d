//! Gradients against central differences: the graph's gradient runs in f32, the differences are
//! taken of the reference in f64. The loss is the output weighed with fixed numbers and summed.

use std::collections::HashMap;
use std::sync::Arc;

use gradloom_graph::{Builder, NodeId, Op, Shape, gradients};

use super::Case;
use super::interpret::evaluate;
use super::tensor::{Numbers, Tensor};
use crate::{Mul, REGISTRY, SumTo};

pub fn check(case: &Case) {
    stored(case);
    declared(case);
    let wrt = differentiable(case);
    if wrt.is_empty() {
        return;
    }
    let x: Vec<Vec<f64>> = case.inputs.iter().map(Tensor::to_f64).collect();
    let loss = Loss::of(case);
    compare(
        case,
        "gradient",
        &loss.gradient(&wrt, 1),
        &differences(&x, &wrt, &|x| loss.f64(x)),
    );
    if case.gradient.twice {
        let want = differences(&x, &wrt, &|x| loss.slope_f64(x, &wrt));
        compare(case, "second gradient", &loss.gradient(&wrt, 2), &want);
    }
}

/// Name and attributes make the same op again.
fn stored(case: &Case) {
    let again = REGISTRY
        .decode(case.op.name(), &case.op.attrs())
        .expect("its own attributes");
    assert_eq!(format!("{again:?}"), format!("{:?}", case.op));
}

/// The inputs without a gradient are those that the op says have none.
fn declared(case: &Case) {
    let mut b = Builder::new(&REGISTRY);
    let x = inputs(&mut b, &case.inputs);
    let y = b.apply_arc(case.op.clone(), &x).expect("a valid call");
    let dy = b.input("dy", b.ty(y).clone()).expect("a new name");
    let grads = case.op.vjp(&mut b, &x, y, dy).expect("a gradient");
    assert_eq!(grads.len(), x.len(), "{}: gradients", case.label());
    for (i, grad) in grads.iter().enumerate() {
        let constant = case.gradient.constant.contains(&i);
        assert_eq!(
            grad.is_none(),
            constant,
            "{}: gradient of input {i}",
            case.label()
        );
        if let Some(grad) = grad {
            assert_eq!(
                b.ty(*grad),
                b.ty(x[i]),
                "{}: gradient of input {i}",
                case.label()
            );
        }
    }
}

fn differentiable(case: &Case) -> Vec<usize> {
    (0..case.inputs.len())
        .filter(|i| !case.gradient.constant.contains(i))
        .collect()
}

fn inputs(b: &mut Builder, tensors: &[Tensor]) -> Vec<NodeId> {
    let name = |i: usize| format!("x{i}");
    let make = |(i, x): (usize, &Tensor)| b.input(&name(i), x.ty.clone()).expect("a new name");
    tensors.iter().enumerate().map(make).collect()
}

fn feeds(tensors: &[Tensor]) -> HashMap<String, Tensor> {
    tensors
        .iter()
        .enumerate()
        .map(|(i, x)| (format!("x{i}"), x.clone()))
        .collect()
}

/// sum(weights · tensor) as a node.
fn weighed(b: &mut Builder, x: NodeId, weights: &Tensor) -> NodeId {
    let w = b
        .constant(&weights.bits, weights.ty.clone())
        .expect("as many as the shape says");
    let product = b.apply(Mul, &[x, w]).expect("equal shapes");
    b.apply(
        SumTo {
            shape: Shape::scalar(),
        },
        &[product],
    )
    .expect("a sum of all")
}

/// The weighed output, and the direction in which the gradient is weighed for its own gradient.
struct Loss<'a> {
    case: &'a Case,
    weights: Tensor,
    directions: Vec<Tensor>,
}

impl Loss<'_> {
    fn of(case: &Case) -> Loss<'_> {
        let mut random = Numbers::new(7);
        let types: Vec<_> = case.inputs.iter().map(|x| x.ty.clone()).collect();
        let output = case.op.ty(&types).expect("a valid call");
        let weights = random.tensor(output.shape.dims());
        let directions = types
            .iter()
            .map(|ty| random.tensor(ty.shape.dims()))
            .collect();
        Loss {
            case,
            weights,
            directions,
        }
    }

    fn f64(&self, x: &[Vec<f64>]) -> f64 {
        dot(&(self.case.reference)(x), &self.weights.to_f64())
    }

    /// The derivative of the loss along the directions.
    fn slope_f64(&self, x: &[Vec<f64>], wrt: &[usize]) -> f64 {
        const STEP: f64 = 3e-4;
        let moved = |by: f64| {
            let mut x = x.to_vec();
            for &i in wrt {
                let d = self.directions[i].to_f64();
                x[i].iter_mut().zip(d).for_each(|(x, d)| *x += by * d);
            }
            self.f64(&x)
        };
        (moved(STEP) - moved(-STEP)) / (2.0 * STEP)
    }

    /// The gradient by the graph; of the gradient weighed with the directions when `order` is 2.
    fn gradient(&self, wrt: &[usize], order: usize) -> Vec<Vec<f64>> {
        let mut b = Builder::new(&REGISTRY);
        let x = inputs(&mut b, &self.case.inputs);
        let y = b.apply_arc(self.case.op.clone(), &x).expect("a valid call");
        let targets: Vec<NodeId> = wrt.iter().map(|&i| x[i]).collect();
        let mut loss = weighed(&mut b, y, &self.weights);
        if order == 2 {
            let grads = gradients(&mut b, loss, &targets).expect("gradients");
            let along = wrt
                .iter()
                .zip(grads)
                .map(|(&i, g)| weighed(&mut b, g, &self.directions[i]));
            let along: Vec<NodeId> = along.collect();
            loss = along
                .into_iter()
                .reduce(|s, t| b.apply(crate::Add, &[s, t]).expect("scalars"))
                .expect("an input with a gradient");
        }
        let grads = gradients(&mut b, loss, &targets).expect("gradients");
        b.graph().verify().expect("a valid graph");
        let values = evaluate(b.graph(), &feeds(&self.case.inputs));
        grads.iter().map(|&g| values[g].to_f64()).collect()
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// The most elements of one input whose gradient is checked.
const MOST: usize = 100;

/// Which elements of an input of this size are checked: all of a small one.
fn checked(size: usize) -> impl Iterator<Item = usize> {
    (0..size).step_by(size.div_ceil(MOST).max(1))
}

/// (f(x + h) − f(x − h)) / 2h for the checked elements of the inputs `wrt`.
fn differences(x: &[Vec<f64>], wrt: &[usize], f: &dyn Fn(&[Vec<f64>]) -> f64) -> Vec<Vec<f64>> {
    let slope = |i: usize, j: usize| {
        let mut x = x.to_vec();
        let at = x[i][j];
        let h = 1e-5 * at.abs().max(1.0);
        let mut moved = |by: f64| {
            x[i][j] = at + by;
            f(&x)
        };
        (moved(h) - moved(-h)) / (2.0 * h)
    };
    wrt.iter()
        .map(|&i| checked(x[i].len()).map(|j| slope(i, j)).collect())
        .collect()
}

fn compare(case: &Case, what: &str, got: &[Vec<f64>], want: &[Vec<f64>]) {
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let scale = 1.0 + want.iter().fold(0.0f64, |m, w| m.max(w.abs()));
        for (j, want) in checked(got.len()).zip(want) {
            let (got, label) = (got[j], case.label());
            let near = (got - want).abs() <= case.gradient.tolerance * scale;
            assert!(
                near,
                "{label}: {what} {i}, element {j} is {got}, by differences {want}"
            );
        }
    }
}

/// The gradients that an op passes back for `dy`.
pub fn gradients_of(op: impl Op + 'static, x: &[Tensor], dy: &Tensor) -> Vec<Option<Vec<f64>>> {
    let mut b = Builder::new(&REGISTRY);
    let ids = inputs(&mut b, x);
    let op: Arc<dyn Op> = Arc::new(op);
    let y = b.apply_arc(op.clone(), &ids).expect("a valid call");
    let dy = b
        .constant(&dy.bits, dy.ty.clone())
        .expect("as many as the shape says");
    let grads = op.vjp(&mut b, &ids, y, dy).expect("gradients");
    let values = evaluate(b.graph(), &feeds(x));
    grads
        .iter()
        .map(|g| g.map(|g| values[g].to_f64()))
        .collect()
}
