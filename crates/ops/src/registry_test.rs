//! One call of every op: names and attributes survive the byte format, and what is wrong with them
//! is said.

use gradloom_graph::{Builder, Graph, NodeId, Op, Type, wire};

use crate::harness::shape;
use crate::{REGISTRY, SumTo};

/// Name, attributes and types of the inputs of a valid call.
type Sample = (&'static str, &'static [f64], Vec<Type>);

fn f(dims: &[usize]) -> Type {
    Type::f32(shape(dims))
}

fn i(dims: &[usize]) -> Type {
    Type::i32(shape(dims))
}

fn elementwise() -> Vec<Sample> {
    let unary = "neg abs exp log log1p sqrt square reciprocal tanh sigmoid relu softplus silu erf \
                 sin cos sign floor flush isNan expm1";
    let binary = "add sub mul div maximum minimum pow less lessEqual equal reluGrad atan2";
    let ternary = "where mulAdd lerp lerpSquare divSqrt clip";
    let of = |names: &'static str, n: usize| {
        names
            .split(' ')
            .map(move |name| (name, &[][..], vec![f(&[2, 3]); n]))
    };
    let with_attrs = [
        ("gelu", &[1.0][..]),
        ("leakyRelu", &[0.25]),
        ("elu", &[1.5]),
    ];
    let with_attrs = with_attrs.map(|(name, attrs)| (name, attrs, vec![f(&[4])]));
    of(unary, 1)
        .chain(of(binary, 2))
        .chain(of(ternary, 3))
        .chain(with_attrs)
        .collect()
}

/// Strides, dilations, paddings before and after, groups.
const WINDOWS: [f64; 9] = [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0];

/// Sizes, strides, paddings before and after.
const POOLING: [f64; 8] = [1.0, 3.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.0];

/// A batch of two, three steps of a GRU with three units.
fn recurrent(more: &[Type]) -> Vec<Type> {
    let all: [&[usize]; 6] = [&[2, 3, 9], &[3, 9], &[9], &[2, 1, 3], &[2, 3], &[2, 3]];
    let types = all.iter().map(|dims| f(dims));
    types.chain(more.iter().cloned()).collect()
}

fn others() -> Vec<Sample> {
    vec![
        ("reshape", &[2.0, 3.0, 2.0], vec![f(&[6])]),
        ("stopGradient", &[], vec![i(&[6])]),
        ("broadcastTo", &[2.0, 5.0, 6.0], vec![f(&[6])]),
        ("sumTo", &[1.0, 6.0], vec![f(&[5, 6])]),
        ("transpose", &[3.0, 2.0, 0.0, 1.0], vec![f(&[2, 3, 4])]),
        ("sum", &[1.0, 2.0, 0.0, -1.0], vec![f(&[2, 3, 4])]),
        ("integer", &[4.0], vec![i(&[2, 3]), i(&[3])]),
        ("argsort", &[1.0], vec![f(&[2, 3])]),
        ("lastPlaces", &[7.0], vec![i(&[3])]),
        ("cholesky", &[], vec![f(&[2, 3, 3])]),
        ("qr", &[], vec![f(&[2, 4, 3])]),
        (
            "triangularSolve",
            &[1.0, 0.0],
            vec![f(&[2, 3, 3]), f(&[2, 3, 1])],
        ),
        ("concat", &[-1.0], vec![f(&[2, 3]), f(&[2, 1])]),
        ("cumsum", &[1.0, -1.0], vec![f(&[2, 3])]),
        ("place", &[0.5, 1.0, 9.0, 1.0, 1.0, 1.0, 2.0], vec![f(&[3])]),
        ("slice", &[1.0, 4.0, 1.0, 2.0, 1.0, -3.0], vec![f(&[6])]),
        ("max", &[0.0, -1.0], vec![f(&[2, 3])]),
        ("argmax", &[1.0], vec![f(&[2, 3])]),
        ("chunkSums", &[], vec![f(&[2, 3])]),
        ("chunkSumsGrad", &[1.0, 5000.0], vec![f(&[2])]),
        ("matmul", &[1.0, 0.0], vec![f(&[3, 2]), f(&[3, 4])]),
        ("conv", &WINDOWS, vec![f(&[2, 4, 3]), f(&[2, 3, 5])]),
        (
            "convTranspose",
            &[1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 4.0],
            vec![f(&[2, 2, 5]), f(&[2, 3, 5])],
        ),
        (
            "convKernelGrad",
            &[1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 2.0],
            vec![f(&[2, 4, 3]), f(&[2, 2, 5])],
        ),
        ("maxPool", &POOLING, vec![f(&[2, 4, 3])]),
        ("maxPoolGrad", &POOLING, vec![f(&[2, 4, 3]), f(&[2, 2, 3])]),
        (
            "maxPoolPickGrad",
            &POOLING,
            vec![f(&[2, 4, 3]), f(&[2, 4, 3])],
        ),
        ("sumPool", &POOLING, vec![f(&[2, 4, 3])]),
        (
            "sumPoolGrad",
            &[1.0, 3.0, 1.0, 2.0, 1.0, 1.0, 1.0, 0.0, 1.0, 4.0],
            vec![f(&[2, 2, 3])],
        ),
        ("softmax", &[], vec![f(&[2, 3])]),
        ("logSoftmax", &[], vec![f(&[2, 3])]),
        ("softmaxCrossEntropy", &[], vec![f(&[2, 3]), f(&[2, 3])]),
        (
            "softmaxCrossEntropyGrad",
            &[],
            vec![f(&[2, 3]), f(&[2, 3]), f(&[2])],
        ),
        ("recurrentTape", &[1.0], recurrent(&[])),
        ("recurrent", &[1.0, 2.0], recurrent(&[f(&[2, 4, 15])])),
        (
            "recurrentGrad",
            &[1.0, 1.0],
            vec![
                f(&[2, 4, 15]),
                f(&[3, 9]),
                f(&[2, 3]),
                f(&[2, 3]),
                f(&[2, 2, 3]),
            ],
        ),
        (
            "attention",
            &[1.0, 0.5],
            vec![f(&[2, 3, 4, 5]), f(&[2, 6, 2, 5]), f(&[2, 6, 2, 7])],
        ),
        (
            "attentionGrad",
            &[0.0, 0.5],
            vec![
                f(&[2, 3, 1, 5]),
                f(&[2, 6, 1, 5]),
                f(&[2, 6, 1, 7]),
                f(&[2, 3, 1, 7]),
            ],
        ),
        ("normalizeRows", &[1.0, 0.5], vec![f(&[2, 3])]),
        (
            "normalizeRowsGrad",
            &[0.0, 0.5],
            vec![f(&[2, 3]), f(&[2, 3])],
        ),
        ("gatherRows", &[], vec![f(&[5, 3]), i(&[2])]),
        ("scatterAddRows", &[5.0], vec![f(&[2, 3]), i(&[2])]),
        ("firstPlaces", &[], vec![i(&[3])]),
        ("writeRows", &[], vec![f(&[5, 3]), f(&[2, 3]), i(&[2])]),
        ("oneHot", &[4.0], vec![i(&[2, 3])]),
        ("castF32", &[], vec![i(&[2])]),
        ("castI32", &[], vec![f(&[2])]),
        ("randomUniform", &[7.0, 2.0, 3.0, 4.0], vec![i(&[4])]),
        ("randomNormal", &[7.0, 2.0, 3.0, 4.0], vec![i(&[4])]),
        (
            "randomTruncatedNormal",
            &[7.0, 2.0, 3.0, 4.0],
            vec![i(&[4])],
        ),
    ]
}

fn samples() -> Vec<Sample> {
    elementwise().into_iter().chain(others()).collect()
}

#[test]
fn every_op_is_sampled_under_its_own_name() {
    let mut sampled: Vec<&str> = samples().iter().map(|(name, ..)| *name).collect();
    let mut known: Vec<&str> = REGISTRY.names().collect();
    sampled.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, sampled);
    assert!(
        known.windows(2).all(|pair| pair[0] != pair[1]),
        "a name is taken twice"
    );
    for (name, attrs, _) in samples() {
        let op = REGISTRY.decode(name, attrs).expect("valid attributes");
        assert_eq!((op.name(), op.attrs()), (name, attrs.to_vec()));
    }
}

/// A graph with a call of every op.
fn everything() -> Graph {
    let mut b = Builder::new(&REGISTRY);
    for (name, attrs, types) in samples() {
        let input =
            |(i, ty): (usize, Type)| b.input(&format!("{name}{i}"), ty).expect("a new name");
        let inputs: Vec<NodeId> = types.into_iter().enumerate().map(input).collect();
        let y = b.apply_named(name, &inputs, attrs).expect("a valid call");
        b.output(name, y).expect("a new name");
    }
    b.finish()
}

#[test]
fn every_op_survives_the_byte_format() {
    let graph = everything();
    let read = wire::decode(&wire::encode(&graph), &REGISTRY).expect("a valid graph");
    assert_eq!(read.to_string(), graph.to_string());
    assert_eq!(read.flops(), graph.flops());
}

/// Calls that several threads share, mostly on the same types, so that they can be chained.
fn divided() -> Vec<Sample> {
    let x = || f(&[64, 320]);
    let of = |name, attrs, types| (name, attrs, types);
    vec![
        of("add", &[][..], vec![x(), x()]),
        of("mul", &[], vec![x(), f(&[320])]),
        of("tanh", &[], vec![x()]),
        of("lerp", &[], vec![x(), x(), f(&[])]),
        of("softmax", &[], vec![x()]),
        of("normalizeRows", &[0.0, 0.5], vec![x()]),
        of("cumsum", &[1.0, 0.0], vec![x()]),
        of("concat", &[1.0], vec![f(&[64, 200]), f(&[64, 120])]),
        of(
            "slice",
            &[2.0, 0.0, 0.0, 2.0, 64.0, 200.0, 2.0, 1.0, 1.0],
            vec![x()],
        ),
        of("transpose", &[2.0, 1.0, 0.0], vec![f(&[320, 64])]),
        of("sumTo", &[1.0, 320.0], vec![x()]),
        of("sum", &[0.0, 1.0, 0.0], vec![x()]),
        of("max", &[0.0, 1.0], vec![x()]),
        of("reshape", &[2.0, 320.0, 64.0], vec![x()]),
        of("matmul", &[0.0, 0.0], vec![f(&[64, 64]), x()]),
        of("matmul", &[1.0, 0.0], vec![x(), f(&[64, 64])]),
        of("gatherRows", &[], vec![x(), i(&[64])]),
        of("scatterAddRows", &[64.0], vec![x(), i(&[64])]),
        of("writeRows", &[], vec![x(), x(), i(&[64])]),
        of("conv", &WINDOWS, vec![f(&[8, 40, 16]), f(&[3, 16, 32])]),
        of("maxPool", &POOLING, vec![f(&[8, 80, 64])]),
    ]
}

/// One line a call: what `fuzz/seeds.txt` begins with.
#[test]
#[ignore = "prints the seeds of the fuzzer"]
fn seeds() {
    for (name, attrs, types) in samples().into_iter().chain(divided()) {
        let mut b = Builder::new(&REGISTRY);
        let inputs = types.into_iter().enumerate();
        let inputs = inputs.map(|(i, ty)| b.state(i as u32, ty).expect("a new key"));
        let inputs: Vec<NodeId> = inputs.collect();
        let y = b.apply_named(name, &inputs, attrs).expect("a valid call");
        b.output("y", y).expect("a new name");
        let bytes = wire::encode(b.graph());
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("seed {name} {hex}");
    }
}

#[test]
fn the_number_of_inputs_is_checked() {
    for (name, attrs, mut types) in samples() {
        let op = REGISTRY.decode(name, attrs).expect("valid attributes");
        types.push(f(&[]));
        let error = op.ty(&types).expect_err("one input too many").to_string();
        assert!(error.starts_with(&format!("{name}: takes ")), "{error}");
        let error = op.ty(&[]).expect_err("no inputs").to_string();
        assert!(error.starts_with(&format!("{name}: takes ")), "{error}");
    }
}

#[test]
fn the_number_of_attributes_is_checked() {
    for (name, attrs, _) in samples() {
        let error = REGISTRY
            .decode(name, &[attrs, &[0.0]].concat())
            .expect_err("one too many");
        assert!(
            error.to_string().starts_with(&format!("{name}: ")),
            "{error}"
        );
        if let Some((_, fewer)) = attrs.split_last() {
            let error = REGISTRY.decode(name, fewer).expect_err("one too few");
            assert!(
                error.to_string().starts_with(&format!("{name}: ")),
                "{error}"
            );
        }
    }
}

#[test]
fn hostile_attributes_are_errors() {
    let values = [f64::NAN, f64::INFINITY, -1e300, -1.0, 0.5, 1e9, 1e300];
    for (name, attrs, types) in samples() {
        for at in 0..attrs.len() {
            for value in values {
                let mut attrs = attrs.to_vec();
                attrs[at] = value;
                // Some are valid: a slope may be anything. None may panic.
                let _ = REGISTRY.decode(name, &attrs).and_then(|op| op.ty(&types));
            }
        }
    }
}

#[test]
fn i32_is_refused_where_numbers_are_computed() {
    for (name, attrs, types) in elementwise() {
        let types = vec![i(&[2]); types.len()];
        let error = REGISTRY
            .decode(name, attrs)
            .expect("valid")
            .ty(&types)
            .expect_err("i32");
        assert_eq!(
            error.to_string(),
            format!("{name}: takes f32, not i32[2]; use castF32")
        );
    }
}

#[test]
fn parts_are_at_least_one_and_at_most_worth_it() {
    for (name, attrs, types) in samples() {
        let op = REGISTRY.decode(name, attrs).expect("valid attributes");
        let output = op.ty(&types).expect("a valid call");
        assert_eq!(
            op.parts(&types, &output),
            1,
            "{name}: a tiny call is not worth dividing"
        );
    }
}

#[test]
fn a_reduced_empty_tensor_may_not_be_too_large() {
    let empty = [f(&[0, 1 << 31])];
    let scores = [f(&[1 << 31, 0]), f(&[1 << 31, 0])];
    let losses = [scores[0].clone(), scores[0].clone(), f(&[1 << 31])];
    let calls: [(&str, &[f64], &[Type]); 4] = [
        ("sum", &[0.0, 1.0, 0.0], &empty),
        ("sum", &[1.0, 1.0, 0.0], &empty),
        ("softmaxCrossEntropy", &[], &scores),
        ("softmaxCrossEntropyGrad", &[], &losses),
    ];
    let sums = SumTo {
        shape: shape(&[1, 1 << 31]),
    };
    assert!(sums.ty(&empty).is_err());
    for (name, attrs, types) in calls {
        let error = REGISTRY
            .decode(name, attrs)
            .expect("valid")
            .ty(types)
            .expect_err("too large");
        assert!(error.to_string().contains("elements"), "{error}");
    }
}

#[test]
fn large_calls_are_divided() {
    let large: [(&str, &[f64], &[Type]); 11] = [
        ("conv", &WINDOWS, &[f(&[32, 100, 16]), f(&[3, 16, 16])]),
        ("maxPool", &POOLING, &[f(&[32, 100, 64])]),
        ("matmul", &[0.0, 0.0], &[f(&[128, 784]), f(&[784, 128])]),
        ("softmax", &[], &[f(&[128, 100])]),
        ("logSoftmax", &[], &[f(&[128, 100])]),
        ("sumTo", &[1.0, 300.0], &[f(&[128, 300])]),
        ("sum", &[0.0, 1.0, 1.0], &[f(&[128, 300])]),
        ("gatherRows", &[], &[f(&[1000, 784]), i(&[128])]),
        ("scatterAddRows", &[1000.0], &[f(&[128, 784]), i(&[128])]),
        ("transpose", &[2.0, 1.0, 0.0], &[f(&[300, 300])]),
        ("randomNormal", &[0.0, 2.0, 128.0, 300.0], &[i(&[4])]),
    ];
    for (name, attrs, types) in large {
        let op = REGISTRY.decode(name, attrs).expect("valid attributes");
        let output = op.ty(types).expect("a valid call");
        assert!(op.parts(types, &output) >= 2, "{name} is worth two threads");
    }
}

#[test]
fn flops_count_what_the_formula_says() {
    let counted: [(&str, &[f64], &[Type], u64); 14] = [
        ("conv", &WINDOWS, &[f(&[2, 4, 3]), f(&[2, 3, 5])], 240),
        ("maxPool", &POOLING, &[f(&[2, 4, 3])], 36),
        ("exp", &[], &[f(&[2, 3])], 6),
        ("mulAdd", &[], &[f(&[2, 3]), f(&[3]), f(&[])], 12),
        ("divSqrt", &[], &[f(&[2, 3]), f(&[3]), f(&[])], 18),
        ("matmul", &[0.0, 1.0], &[f(&[7, 2, 3]), f(&[5, 3])], 420),
        ("sumTo", &[0.0], &[f(&[2, 3])], 6),
        ("sum", &[0.0, 1.0, 0.0], &[f(&[2, 3])], 6),
        ("max", &[0.0, 0.0], &[f(&[2, 3])], 6),
        ("softmax", &[], &[f(&[2, 3])], 30),
        ("softmaxCrossEntropy", &[], &[f(&[2, 3]), f(&[2, 3])], 42),
        (
            "softmaxCrossEntropyGrad",
            &[],
            &[f(&[2, 3]), f(&[2, 3]), f(&[2])],
            48,
        ),
        ("scatterAddRows", &[9.0], &[f(&[2, 3]), i(&[2])], 6),
        ("transpose", &[2.0, 1.0, 0.0], &[f(&[2, 3])], 0),
    ];
    for (name, attrs, types, flops) in counted {
        let op = REGISTRY.decode(name, attrs).expect("valid attributes");
        let output = op.ty(types).expect("a valid call");
        assert_eq!(op.flops(types, &output), flops, "{name}");
    }
}
