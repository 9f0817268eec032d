//! Changes a graph's bytes where it matters: a size, an attribute, an input, a name, a whole node.
//! Bytes that are no graph, and one mutation in eight, are changed byte by byte.

use gradloom_ops::REGISTRY;

use crate::loose::{Body, Loose};
use crate::tape::Dice;

/// Sizes at which products, sums and 32-bit numbers break.
const SIZES: [u32; 14] = [
    0,
    1,
    2,
    3,
    4,
    7,
    16,
    17,
    255,
    65_536,
    0x3fff_ffff,
    0x7fff_ffff,
    0x8000_0000,
    u32::MAX,
];

const ATTRS: [f64; 16] = [
    0.0,
    1.0,
    2.0,
    3.0,
    -1.0,
    -2.0,
    7.0,
    0.5,
    8.0,
    65_536.0,
    2147483647.0,
    4294967295.0,
    4294967296.0,
    9_007_199_254_740_991.0,
    f64::NAN,
    f64::NEG_INFINITY,
];

/// A few changes of `bytes`, as `dice` falls.
pub fn mutate(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let times = 1 + dice.below(3);
    let parsed = Loose::parse(bytes).filter(|_| dice.below(8) > 0);
    let Some(mut loose) = parsed else {
        return flip(bytes, times, dice);
    };
    (0..times).for_each(|_| change(&mut loose, dice));
    loose.bytes()
}

fn flip(bytes: &[u8], times: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..times {
        let at = dice.below(bytes.len() + 1);
        match dice.below(4) {
            0 => bytes.insert(at, dice.next_u64() as u8),
            1 if at < bytes.len() => _ = bytes.remove(at),
            2 => bytes.truncate(at),
            _ if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    bytes
}

fn change(loose: &mut Loose, dice: &mut Dice) {
    let n = loose.nodes.len();
    match dice.below(12) {
        0 => loose
            .outputs
            .push((vec![b'a' + dice.below(8) as u8], dice.below(n) as u32)),
        1 => loose
            .assigns
            .push((dice.below(4) as u32, dice.below(n) as u32)),
        2 => append(loose, dice),
        3 if n > 0 => _ = loose.nodes.remove(dice.below(n)),
        _ if n > 0 => {
            let at = dice.below(n);
            change_node(&mut loose.nodes[at], at, dice);
        }
        _ => {}
    }
}

/// A copy of a node, or a call of any op, whose value leaves the graph.
fn append(loose: &mut Loose, dice: &mut Dice) {
    let n = loose.nodes.len();
    let node = if n > 0 && dice.below(2) == 0 {
        loose.nodes[dice.below(n)].clone()
    } else {
        let names: Vec<&str> = REGISTRY.names().collect();
        Body::Op {
            name: names[dice.below(names.len())].into(),
            attrs: (0..dice.below(5)).map(|_| ATTRS[dice.below(4)]).collect(),
            inputs: (0..1 + dice.below(3))
                .map(|_| dice.below(n) as u32)
                .collect(),
        }
    };
    loose.nodes.push(node);
    loose.outputs.push((format!("new{n}").into(), n as u32));
}

fn change_node(node: &mut Body, at: usize, dice: &mut Dice) {
    match node {
        Body::Leaf {
            tag,
            dtype,
            dims,
            rest,
        } => match dice.below(8) {
            0 => *dtype ^= 1,
            1 => *tag = dice.below(4) as u8,
            2 => dims.push(SIZES[dice.below(4)]),
            3 => _ = dims.pop(),
            4 if !rest.is_empty() => *rest = flip(rest, 1, dice),
            _ if !dims.is_empty() => {
                let axis = dice.below(dims.len());
                dims[axis] = SIZES[dice.below(SIZES.len())];
                resize(*tag, dims, rest);
            }
            _ => {}
        },
        Body::Op {
            name,
            attrs,
            inputs,
        } => match dice.below(8) {
            0 => {
                let names: Vec<&str> = REGISTRY.names().collect();
                *name = names[dice.below(names.len())].into();
            }
            1 => attrs.push(ATTRS[dice.below(ATTRS.len())]),
            2 => inputs.push(dice.below(at + 1) as u32),
            3 if !inputs.is_empty() => {
                let which = dice.below(inputs.len());
                inputs[which] = dice.below(at + 1) as u32;
            }
            _ if !attrs.is_empty() => {
                let which = dice.below(attrs.len());
                attrs[which] = ATTRS[dice.below(ATTRS.len())];
            }
            _ => _ = inputs.pop(),
        },
    }
}

/// The literal numbers of a constant follow its size, as long as they are few.
fn resize(tag: u8, dims: &[u32], rest: &mut Vec<u8>) {
    let size = dims
        .iter()
        .fold(4u64, |n, &d| n.saturating_mul(u64::from(d)));
    if tag == 3 && size <= 4096 {
        rest.resize(size as usize, 0x3f);
    }
}
