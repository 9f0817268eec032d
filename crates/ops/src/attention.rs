//! attention(q, k, v, [mask]): softmax(scale·q·kᵀ)·v for each head, and its gradient, both without
//! a matrix of all queries and keys. Several heads of q may share one of k and v (grouped queries:
//! Ainslie et al., "GQA", 2023). The gradient is one op: the parts of its flat output are sliced.

use core::ops::Range;

use gradloom_graph::{Attrs, Builder, GraphError, NodeId, Op, Result, Shape, Type, Vjp};
use gradloom_kernels::attention::{self as kernel, Head, Mask};
use gradloom_kernels::{Io, Part, Tile};

use crate::term::{Tape, Term};
use crate::{MatMul, Slice, Softmax, Stored, Transpose, Where, check};

/// (q: [B, T, H, D], k: [B, S, G, D], v: [B, S, G, E]) → [B, T, H, E], where head h of q looks at
/// head h·G/H of k and v. A fourth input, the mask, [B, H, T, S] or 1 in place of B, H and T, hides
/// keys where it is 0; a query that sees no key gets zeros.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    /// Query i sees keys 0 … i only.
    pub causal: bool,
    pub scale: f32,
}

/// (q, k, v, [mask], dy: [B, T, H, E]) → dq, dk and dv, flat, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct AttentionGrad {
    pub causal: bool,
    pub scale: f32,
}

/// What the shapes say.
struct Sizes {
    batch: usize,
    heads: usize,
    groups: usize,
    mask: Option<[usize; 4]>,
    head: kernel::Attention,
}

fn four(op: &str, name: &str, x: &Type) -> Result<[usize; 4]> {
    check::is_f32(op, x)?;
    x.shape.dims().try_into().map_err(|_| {
        let message = format!(
            "takes {name} as [batch, steps, heads, size], not {}",
            x.shape
        );
        GraphError::shape(op, message)
    })
}

/// Checks q, k, v and the mask.
fn sizes(op: &'static str, causal: bool, scale: f32, x: &[Type]) -> Result<Sizes> {
    let ([b, t, h, d], k, v) = (
        four(op, "q", &x[0])?,
        four(op, "k", &x[1])?,
        four(op, "v", &x[2])?,
    );
    let [_, s, g, e] = v;
    let shared = g > 0 && h % g == 0 || h == 0 && g == 0;
    if k != [b, s, g, d] || v[0] != b || !shared {
        let (q, k, v) = (&x[0].shape, &x[1].shape, &x[2].shape);
        let message = format!(
            "takes [B, T, H, D], [B, S, G, D] and [B, S, G, E], H a multiple of G, not q {q}, \
             k {k} and v {v}"
        );
        return Err(GraphError::shape(op, message));
    }
    let mask = match x.get(3) {
        None => None,
        Some(mask) => Some(mask_sizes(op, mask, [b, h, t, s])?),
    };
    let head = kernel::Attention {
        queries: t,
        keys: s,
        depth: d,
        width: e,
        scale,
        causal,
    };
    Ok(Sizes {
        batch: b,
        heads: h,
        groups: g,
        mask,
        head,
    })
}

fn mask_sizes(op: &str, mask: &Type, full: [usize; 4]) -> Result<[usize; 4]> {
    let sizes = four(op, "the mask", mask)?;
    let fits = (0..3).all(|i| sizes[i] == full[i] || sizes[i] == 1);
    if fits && sizes[3] == full[3] {
        return Ok(sizes);
    }
    let (mask, full) = (&mask.shape, Shape::new(full));
    let message = format!("takes a mask of shape {full}, or 1 in its first three axes, not {mask}");
    Err(GraphError::shape(op, message))
}

/// Head `h` of batch entry `b`.
fn head(x: &[f32], [steps, heads, width]: [usize; 3], b: usize, h: usize) -> Head<'_> {
    Head {
        x: &x[((b * steps * heads + h) * width).min(x.len())..],
        stride: heads * width,
        width,
    }
}

impl Sizes {
    fn of_q(&self) -> [usize; 3] {
        [self.head.queries, self.heads, self.head.depth]
    }

    fn of_k(&self) -> [usize; 3] {
        [self.head.keys, self.groups, self.head.depth]
    }

    fn of_v(&self) -> [usize; 3] {
        [self.head.keys, self.groups, self.head.width]
    }

    fn of_y(&self) -> [usize; 3] {
        [self.head.queries, self.heads, self.head.width]
    }

    /// The mask of head `h` of batch entry `b`.
    fn mask<'a>(&self, x: &'a [f32], b: usize, h: usize) -> Option<Mask<'a>> {
        let [batch, heads, queries, keys] = self.mask?;
        let at = |i: usize, size: usize| if size == 1 { 0 } else { i };
        let start = (at(b, batch) * heads + at(h, heads)) * queries * keys;
        Some(Mask {
            x: &x[start..],
            stride: if queries == 1 { 0 } else { keys },
        })
    }

    /// Pairs of a query and a key whose score is computed.
    fn pairs(&self) -> u64 {
        let blocks = (0..self.head.blocks()).map(|at| self.head.rows(at));
        let of_head: usize = blocks.map(|rows| rows.len() * self.head.seen(&rows)).sum();
        (self.batch * self.heads * of_head) as u64
    }

    /// Head `h` of batch entry `b` in a part of the output that begins at `start`: these rows, and
    /// the columns of `count` heads.
    fn tile<'a>(
        io: &mut Io<'a>,
        start: usize,
        [steps, heads, width]: [usize; 3],
        (b, h, count): (usize, usize, usize),
        rows: Range<usize>,
    ) -> Tile<'a> {
        let first = start + ((b * steps + rows.start) * heads + h) * width;
        let all = |n| Part::WHOLE.share(n, 1);
        io.tile(first, heads * width, all(rows.len()), all(count * width))
    }
}

const FLOPS_AT_ONCE: u64 = 4;

impl Stored for Attention {
    const NAME: &'static str = "attention";

    fn decode(a: &mut Attrs<'_>) -> Result<Attention> {
        Ok(Attention {
            causal: a.bool()?,
            scale: a.f32()?,
        })
    }
}

impl Attention {
    fn sizes(&self, inputs: &[Type]) -> Result<Sizes> {
        const NAME: &str = Attention::NAME;
        match inputs {
            [_, _, _] | [_, _, _, _] => sizes(NAME, self.causal, self.scale, inputs),
            _ => {
                let message = format!("takes q, k, v and a mask, not {} inputs", inputs.len());
                Err(GraphError::shape(NAME, message))
            }
        }
    }

    fn checked(&self, inputs: &[Type]) -> Sizes {
        self.sizes(inputs)
            .expect("the shape rule checks the shapes")
    }
}

impl Op for Attention {
    fn name(&self) -> &'static str {
        Attention::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.causal.into(), self.scale.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let sizes = self.sizes(inputs)?;
        let dims = [&[sizes.batch][..], &sizes.of_y()].concat();
        Ok(Type::f32(Shape::checked(Attention::NAME, dims)?))
    }

    // (dq, dk, dv) = attentionGrad(q, k, v, mask, dy)
    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, dy: NodeId) -> Vjp {
        let shapes = [0, 1, 2].map(|i| b.shape(x[i]).clone());
        let tape = Tape::new(b);
        let [q, others @ ..] = &x.iter().map(|&id| tape.term(id)).collect::<Vec<_>>()[..] else {
            unreachable!("the shape rule checks the arity")
        };
        let grad = AttentionGrad {
            causal: self.causal,
            scale: self.scale,
        };
        let all = q.call(grad, &[others, &[tape.term(dy)]].concat());
        let grads = unpacked(all, shapes).map(Some);
        tape.grads(x, grads.into_iter().chain([None]))
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        let sizes = self.checked(inputs);
        sizes.pairs() * (2 * (sizes.head.depth + sizes.head.width) as u64 + 5)
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let sizes = self.checked(inputs);
        let units = sizes.batch * sizes.heads * sizes.head.blocks();
        check::parts(self.flops(inputs, output) / FLOPS_AT_ONCE, units)
    }

    fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
        self.checked(inputs).head.scratch()
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let sizes = self.checked(inputs);
        let (heads, blocks) = (sizes.heads, sizes.head.blocks());
        let units = io.part().share(sizes.batch * heads * blocks, 1).range();
        let mut next = units.start;
        while next < units.end {
            let at = next / blocks;
            let end = units.end.min((at + 1) * blocks);
            sizes.blocks(
                at / heads,
                at % heads,
                next - at * blocks..end - at * blocks,
                io,
            );
            next = end;
        }
    }
}

impl Sizes {
    /// Some blocks of head `h` of batch entry `b`.
    fn blocks(&self, b: usize, h: usize, blocks: Range<usize>, io: &mut Io<'_>) {
        let g = h * self.groups / self.heads;
        let q = head(io.f32(0), self.of_q(), b, h);
        let k = head(io.f32(1), self.of_k(), b, g);
        let v = head(io.f32(2), self.of_v(), b, g);
        let mask = self
            .mask
            .map(|_| io.f32(3))
            .and_then(|x| self.mask(x, b, h));
        let rows = self.head.rows(blocks.start).start..self.head.rows(blocks.end - 1).end;
        let y = Sizes::tile(io, 0, self.of_y(), (b, h, 1), rows);
        self.head.forward(blocks, [q, k, v], mask, y, io.scratch());
    }

    /// The gradients of group `g` of batch entry `b`.
    fn gradients(&self, b: usize, g: usize, io: &mut Io<'_>) {
        let shared = self.heads / self.groups;
        let h = g * shared;
        let of_dy = 3 + usize::from(self.mask.is_some());
        let q = head(io.f32(0), self.of_q(), b, h);
        let k = head(io.f32(1), self.of_k(), b, g);
        let v = head(io.f32(2), self.of_v(), b, g);
        let dy = head(io.f32(of_dy), self.of_y(), b, h);
        let mask = self.mask.map(|_| io.f32(3));
        let [all_q, all_k, _] = self.lengths();
        let (queries, keys) = (0..self.head.queries, 0..self.head.keys);
        let dq = Sizes::tile(io, 0, self.of_q(), (b, h, shared), queries);
        let dk = Sizes::tile(io, all_q, self.of_k(), (b, g, 1), keys.clone());
        let dv = Sizes::tile(io, all_q + all_k, self.of_v(), (b, g, 1), keys);
        let mask = |i: usize| mask.and_then(|x| self.mask(x, b, h + i));
        let scratch = io.scratch();
        self.head
            .gradients(shared, [q, k, v, dy], mask, [dq, dk, dv], scratch);
    }

    /// Elements of q, k and v.
    fn lengths(&self) -> [usize; 3] {
        [self.of_q(), self.of_k(), self.of_v()].map(|x| self.batch * x.iter().product::<usize>())
    }
}

/// The parts of what `attentionGrad` gives.
fn unpacked<'t>(all: Term<'t>, shapes: [Shape; 3]) -> [Term<'t>; 3] {
    let mut start = 0;
    shapes.map(|shape| {
        let slice = Slice {
            starts: vec![start],
            sizes: vec![shape.size()],
            steps: vec![1],
        };
        start += shape.size();
        all.map(slice).reshape(shape)
    })
}

impl AttentionGrad {
    /// The inputs without dy, which has the shape of the output.
    fn sizes(&self, inputs: &[Type]) -> Result<Sizes> {
        const NAME: &str = AttentionGrad::NAME;
        let Some((dy, others @ [_, _, _, ..])) = inputs.split_last() else {
            return Err(GraphError::shape(NAME, "takes q, k, v, a mask and dy"));
        };
        let sizes = sizes(NAME, self.causal, self.scale, others)?;
        let dims = [&[sizes.batch][..], &sizes.of_y()].concat();
        if dy.shape.dims() == dims && others.len() <= 4 {
            return Ok(sizes);
        }
        let message = format!("takes dy of shape {}, not {}", Shape::new(dims), dy.shape);
        Err(GraphError::shape(NAME, message))
    }

    fn checked(&self, inputs: &[Type]) -> Sizes {
        self.sizes(inputs)
            .expect("the shape rule checks the shapes")
    }
}

impl Stored for AttentionGrad {
    const NAME: &'static str = "attentionGrad";

    fn decode(a: &mut Attrs<'_>) -> Result<AttentionGrad> {
        Ok(AttentionGrad {
            causal: a.bool()?,
            scale: a.f32()?,
        })
    }
}

impl Op for AttentionGrad {
    fn name(&self) -> &'static str {
        AttentionGrad::NAME
    }

    fn attrs(&self) -> Vec<f64> {
        vec![self.causal.into(), self.scale.into()]
    }

    fn ty(&self, inputs: &[Type]) -> Result<Type> {
        let sizes = self.sizes(inputs)?;
        check::is_f32(AttentionGrad::NAME, inputs.last().expect("dy"))?;
        let length = sizes.lengths().iter().sum();
        Ok(Type::f32(Shape::checked(
            AttentionGrad::NAME,
            vec![length],
        )?))
    }

    fn vjp(&self, b: &mut Builder, x: &[NodeId], _: NodeId, g: NodeId) -> Vjp {
        let types: Vec<Type> = x.iter().map(|&id| b.ty(id).clone()).collect();
        let sizes = self.checked(&types);
        let shown = self.shown(b, &sizes)?;
        let shapes = [0, 1, 2].map(|i| types[i].shape.clone());
        let tape = Tape::new(b);
        let terms: Vec<Term<'_>> = x.iter().map(|&id| tape.term(id)).collect();
        let masks = [sizes.mask.map(|_| terms[3]), shown.map(|id| tape.term(id))];
        let dy = terms[terms.len() - 1];
        let given = [terms[0], terms[1], terms[2], dy];
        let along = unpacked(tape.term(g), shapes);
        let [dq, dk, dv, ddy] = self.second(&sizes, given, masks, along).map(Some);
        let before = [dq, dk, dv].into_iter();
        tape.grads(x, before.chain(sizes.mask.map(|_| None)).chain([ddy]))
    }

    fn flops(&self, inputs: &[Type], _: &Type) -> u64 {
        let sizes = self.checked(inputs);
        sizes.pairs() * ((6 * sizes.head.depth + 4 * sizes.head.width) as u64 + 12)
    }

    fn parts(&self, inputs: &[Type], output: &Type) -> usize {
        let sizes = self.checked(inputs);
        let units = sizes.batch * sizes.groups;
        check::parts(self.flops(inputs, output) / FLOPS_AT_ONCE, units)
    }

    fn scratch(&self, inputs: &[Type], _: &Type) -> usize {
        self.checked(inputs).head.gradients_scratch()
    }

    fn run(&self, inputs: &[Type], _: &Type, io: &mut Io<'_>) {
        let sizes = self.checked(inputs);
        let units = io.part().share(sizes.batch * sizes.groups, 1).range();
        units.for_each(|at| sizes.gradients(at / sizes.groups, at % sizes.groups, io));
    }
}

/// [B, T, H, D] → [B, H, T, D], and back.
fn swapped(x: Term<'_>) -> Term<'_> {
    x.map(Transpose {
        perm: vec![0, 2, 1, 3],
    })
}

/// [B, S, G, D] → [B, H, S, D], each head as often as it is shared.
fn repeated<'t>(x: Term<'t>, heads: usize) -> Term<'t> {
    let x = swapped(x);
    let &[b, g, s, d] = x.shape().dims() else {
        unreachable!("the shape rule checks the rank")
    };
    let each = x.reshape(Shape::new([b, g, 1, s, d]));
    let all = each.broadcast_to(Shape::new([b, g, heads / g.max(1), s, d]));
    all.reshape(Shape::new([b, heads, s, d]))
}

/// [B, H, S, D] → [B, S, G, D]: the sum of the heads that share one.
fn summed<'t>(x: Term<'t>, groups: usize) -> Term<'t> {
    let &[b, h, s, d] = x.shape().dims() else {
        unreachable!("the shape rule checks the rank")
    };
    let each = x.reshape(Shape::new([b, groups, h / groups.max(1), s, d]));
    let sum = each.sum_to(Shape::new([b, groups, 1, s, d]));
    swapped(sum.reshape(Shape::new([b, groups, s, d])))
}

/// The product of the matrices in the last two axes.
fn times<'t>(a: Term<'t>, b: Term<'t>, ta: bool, tb: bool) -> Term<'t> {
    a.zip(MatMul { ta, tb }, b)
}

impl AttentionGrad {
    /// 1 where a query may look, if it may not look everywhere: [T, S].
    fn shown(&self, b: &mut Builder, sizes: &Sizes) -> Result<Option<NodeId>> {
        let (t, s) = (sizes.head.queries, sizes.head.keys);
        let bit = |at: usize| u32::from(at % s <= at / s) * 1f32.to_bits();
        let bits: Vec<u32> = (0..t * s).map(bit).collect();
        let ty = Type::f32(Shape::new([t, s]));
        self.causal.then(|| b.constant(&bits, ty)).transpose()
    }

    // With p = softmax(c·q·kᵀ), e = dy·vᵀ, r = Σ p·e, s = p·(e − r), the output is dq = c·s·k,
    // dk = c·sᵀ·q, dv = pᵀ·dy. Given x, y, z along these: u = c·(x·kᵀ + q·yᵀ), w = p·(u − Σ p·u),
    // f = dy·zᵀ + u·(e − r) − e·Σ p·u, h = p·(f − Σ p·f), and the gradients are
    // c·(h·k + s·y) for q, c·(hᵀ·q + sᵀ·x) for k, wᵀ·dy for v, w·v + p·z for dy.
    fn second<'t>(
        &self,
        sizes: &Sizes,
        [q, k, v, dy]: [Term<'t>; 4],
        masks: [Option<Term<'t>>; 2],
        [x, y, z]: [Term<'t>; 3],
    ) -> [Term<'t>; 4] {
        let c = f64::from(self.scale);
        let ([q, dy, x], heads) = ([q, dy, x].map(swapped), sizes.heads);
        let [k, v, y, z] = [k, v, y, z].map(|x| repeated(x, heads));
        let p = weights(times(q, k, false, true) * c, masks);
        let along = |a: Term<'t>| a - (p * a).sum_rows();
        let e = times(dy, v, false, true);
        let s = p * along(e);
        let u = (times(x, k, false, true) + times(q, y, false, true)) * c;
        let w = p * along(u);
        let f = times(dy, z, false, true) + u * along(e) - e * (p * u).sum_rows();
        let h = p * along(f);
        let dq = (times(h, k, false, false) + times(s, y, false, false)) * c;
        let dk = (times(h, q, true, false) + times(s, x, true, false)) * c;
        let dv = times(w, dy, true, false);
        let ddy = times(w, v, false, false) + times(p, z, false, false);
        let own = |x| summed(x, sizes.groups);
        [swapped(dq), own(dk), own(dv), swapped(ddy)]
    }
}

/// The softmax of scores [B, H, T, S], 0 where a mask is.
fn weights<'t>(scores: Term<'t>, masks: [Option<Term<'t>>; 2]) -> Term<'t> {
    let masks = || masks.iter().flatten();
    let cut =
        |x: Term<'t>, with: f64| masks().fold(x, |x, mask| mask.call(Where, &[x, x.scalar(with)]));
    cut(cut(scores, -1e30).map(Softmax), 0.0)
}

#[cfg(test)]
#[path = "attention_test.rs"]
mod tests;
