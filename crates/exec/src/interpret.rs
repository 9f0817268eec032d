//! The oracle: every node in order, each in a buffer of its own, on one thread. Slow and plain; the
//! planner and the executor must give the same bits.

use std::collections::HashMap;

use gradloom_graph::{Graph, Node, Shape, Source, Type};
use gradloom_kernels::{Io, Part, Raw};

/// Tensors as bits, by name or by state key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    pub inputs: HashMap<String, Vec<u32>>,
    pub states: HashMap<u32, Vec<u32>>,
    pub outputs: HashMap<String, Vec<u32>>,
}

/// Runs the graph once: fills `outputs`, then assigns `states`.
pub fn interpret(graph: &Graph, values: &mut Values) {
    let mut bits: Vec<Vec<u32>> = Vec::new();
    for node in &graph.nodes {
        let value = match &node.source {
            Source::Input { name } => values.inputs[name].clone(),
            Source::State { key } => values.states[key].clone(),
            Source::Fill { bits } => vec![*bits; node.ty.shape.size()],
            Source::Const { bits } => bits.to_vec(),
            Source::Op { .. } => run_node(graph, node, &bits),
        };
        assert_eq!(
            value.len(),
            node.ty.shape.size(),
            "length of {:?}",
            node.source
        );
        bits.push(value);
    }
    let outputs = graph
        .outputs
        .iter()
        .map(|(name, id)| (name.clone(), bits[*id].clone()));
    values.outputs = outputs.collect();
    values
        .states
        .extend(graph.assigns.iter().map(|a| (a.key, bits[a.value].clone())));
}

fn run_node(graph: &Graph, node: &Node, bits: &[Vec<u32>]) -> Vec<u32> {
    let Source::Op { op, inputs } = &node.source else {
        unreachable!("only ops run")
    };
    if op.alias() {
        return bits[inputs[0]].clone();
    }
    let types = graph.types(inputs);
    let values: Vec<&[u32]> = inputs.iter().map(|&i| bits[i].as_slice()).collect();
    match op.chunk() {
        Some((chunk, params)) => {
            let wide: Vec<Vec<f32>> = values
                .iter()
                .zip(&types)
                .map(|(v, t)| spread(v, t, &node.ty.shape))
                .collect();
            let wide: Vec<&[f32]> = wide.iter().map(Vec::as_slice).collect();
            let mut out = vec![0.0; node.ty.shape.size()];
            chunk.apply(params, &wide, &mut out);
            out.iter().map(|x| x.to_bits()).collect()
        }
        None => {
            let mut out = vec![0u32; node.ty.shape.size()];
            let raw = |v: &[u32]| Raw {
                ptr: v.as_ptr().cast_mut().cast(),
                len: v.len(),
            };
            let inputs: Vec<Raw> = values.iter().map(|v| raw(v)).collect();
            let output = Raw {
                ptr: out.as_mut_ptr().cast(),
                len: out.len(),
            };
            let mut scratch = vec![0.0; op.scratch(&types, &node.ty)];
            // SAFETY: inputs are only read, the output is a buffer of its own, one thread.
            let mut io = unsafe { Io::new(Part::WHOLE, &inputs, output, &mut scratch, None) };
            op.run(&types, &node.ty, &mut io);
            out
        }
    }
}

/// The operand, repeated along the axes that broadcast.
fn spread(bits: &[u32], ty: &Type, to: &Shape) -> Vec<f32> {
    let strides = ty.shape.strides_in(to);
    let mut index = vec![0usize; to.rank()];
    let mut out = Vec::with_capacity(to.size());
    for _ in 0..to.size() {
        let at: usize = index.iter().zip(&strides).map(|(i, s)| i * s).sum();
        out.push(f32::from_bits(bits[at]));
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            if index[axis] < to.dims()[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    out
}
