//! Attention of one head, a block of queries at a time: the weights softmax(q·kᵀ) exist for one
//! block only, and the gradients compute them again, so memory grows with the number of keys, not
//! with its product with that of queries (Rabe & Staats, "Self-attention Does Not Need O(n²)
//! Memory", 2021; Dao et al., "FlashAttention", 2022). Which head is whose is the caller's
//! business.

use core::ops::Range;

use crate::io::Tile;
use crate::lanes::{F32Lanes, Lanes};
use crate::{Gemm, Native, reduce, rows};

/// The sizes of one head. A block's bits depend on these alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    pub queries: usize,
    pub keys: usize,
    /// Elements of a query and of a key.
    pub depth: usize,
    /// Elements of a value.
    pub width: usize,
    /// Factor of the scores.
    pub scale: f32,
    /// Query i sees keys 0 … i only.
    pub causal: bool,
}

/// One head of a tensor: rows of `width` elements, `stride` apart.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub x: &'a [f32],
    pub stride: usize,
    pub width: usize,
}

/// For each query (`stride` apart; 0: the same for all) and key, 0 where the key is hidden.
#[derive(Clone, Copy)]
pub struct Mask<'a> {
    pub x: &'a [f32],
    pub stride: usize,
}

/// The parts of a thread's scratch.
struct Scratch<'a> {
    k: &'a mut [f32],
    v: &'a mut [f32],
    q: &'a mut [f32],
    /// Scores of a block, later their gradients: `[block, keys]`.
    scores: &'a mut [f32],
    /// Weights of a block: `[block, keys]`.
    weights: &'a mut [f32],
    gemm: &'a mut [f32],
}

/// What the gradients need beside `Scratch`.
struct Sums<'a> {
    dk: &'a mut [f32],
    dv: &'a mut [f32],
    dy: &'a mut [f32],
    product: &'a mut [f32],
}

impl<'a> Head<'a> {
    /// The head that lies `at` heads behind this one.
    fn next(self, at: usize) -> Head<'a> {
        let x = &self.x[(at * self.width).min(self.x.len())..];
        Head { x, ..self }
    }

    /// The rows times `scale`, one behind the other.
    fn gather(&self, rows: Range<usize>, scale: f32, out: &mut [f32]) {
        let outs = out.chunks_exact_mut(self.width.max(1));
        for (row, out) in rows.zip(outs) {
            let x = &self.x[row * self.stride..][..self.width];
            out.iter_mut().zip(x).for_each(|(out, x)| *out = x * scale);
        }
    }
}

impl Mask<'_> {
    fn row(&self, query: usize, keys: usize) -> &[f32] {
        &self.x[query * self.stride..][..keys]
    }
}

/// `x = hidden` where the mask is 0.
fn hide(x: &mut [f32], mask: &[f32], hidden: f32) {
    let ((xs, x), (ms, m)) = (x.as_chunks_mut::<4>(), mask.as_chunks::<4>());
    let hidden_lanes = Native::splat(hidden.into());
    for (x, m) in xs.iter_mut().zip(ms) {
        let kept = Native::from_slice(m).select(Native::from_slice(x), hidden_lanes);
        kept.write(x);
    }
    for (x, &m) in x.iter_mut().zip(m) {
        *x = if m == 0.0 { hidden } else { *x };
    }
}

/// `C [m, n] = A · B`, contiguous.
fn product(g: Gemm, a: &[f32], b: &[f32], c: &mut [f32], scratch: &mut [f32]) {
    let c = Tile::whole(&mut c[..g.m * g.n], g.m, g.n);
    g.run(&a[..g.m * g.k], &b[..g.k * g.n], c, scratch, None);
}

/// `ds = p (dp − Σ p dp)`, the gradient of a row of scores, in place of `dp`.
fn softmax_grad(p: &[f32], dp: &mut [f32]) {
    let mut sums = reduce::Sums::new();
    let ((ps, p), (dps, dp)) = (p.as_chunks::<4>(), dp.as_chunks_mut::<4>());
    for (p, dp) in ps.iter().zip(dps.iter()) {
        sums.add(Native::from_slice(p).mul(Native::from_slice(dp)));
    }
    let rest = (Native::from_rest(p, 0.0), Native::from_rest(dp, 0.0));
    sums.add(rest.0.mul(rest.1));
    let sum = sums.everywhere();
    for (p, dp) in ps.iter().zip(dps.iter_mut()) {
        let ds = Native::from_slice(p).mul(Native::from_slice(dp).sub(sum));
        ds.write(dp);
    }
    rest.0.mul(rest.1.sub(sum)).write_rest(dp);
}

/// Cuts `len` elements off the front.
fn cut<'a>(scratch: &mut &'a mut [f32], len: usize) -> &'a mut [f32] {
    let (front, rest) = core::mem::take(scratch).split_at_mut(len);
    *scratch = rest;
    front
}

impl Attention {
    /// Queries that are worked on together; fewer where there are many keys, or where a block sees
    /// the fewer the smaller it is.
    pub fn block(&self) -> usize {
        match self.keys {
            0..=1024 if self.causal => 32,
            0..=1024 => 64,
            1025..=2048 => 32,
            _ => 16,
        }
    }

    /// The rows of block number `at`.
    pub fn rows(&self, at: usize) -> Range<usize> {
        at * self.block()..((at + 1) * self.block()).min(self.queries)
    }

    pub fn blocks(&self) -> usize {
        self.queries.div_ceil(self.block())
    }

    /// Keys that a block sees.
    pub fn seen(&self, rows: &Range<usize>) -> usize {
        if self.causal {
            rows.end.min(self.keys)
        } else {
            self.keys
        }
    }

    /// Enough for every product below.
    fn gemm_scratch(&self) -> usize {
        let block = self.block();
        let of = |m, n, k, ta, tb| Gemm { m, n, k, ta, tb }.scratch();
        let (keys, widest) = (self.keys, self.depth.max(self.width));
        let scores = of(block, keys, self.depth, false, true);
        let values = of(block, widest, keys, false, false);
        let weights = of(block, keys, self.width, false, true);
        let sums = of(keys, widest, block, true, false);
        scores.max(values).max(weights).max(sums)
    }

    /// Floats of scratch that `forward` needs.
    pub fn scratch(&self) -> usize {
        let block = self.block();
        self.keys * (self.depth + self.width + 2 * block) + block * self.depth + self.gemm_scratch()
    }

    /// Floats of scratch that `gradients` needs.
    pub fn gradients_scratch(&self) -> usize {
        let (block, widest) = (self.block(), self.depth.max(self.width));
        let sums = self.keys * (self.depth + self.width) + self.keys.max(block) * widest;
        self.scratch() + sums + block * self.width
    }

    fn cut<'a>(&self, scratch: &mut &'a mut [f32]) -> Scratch<'a> {
        let block = self.block();
        Scratch {
            k: cut(scratch, self.keys * self.depth),
            v: cut(scratch, self.keys * self.width),
            q: cut(scratch, block * self.depth),
            scores: cut(scratch, block * self.keys),
            weights: cut(scratch, block * self.keys),
            gemm: cut(scratch, self.gemm_scratch()),
        }
    }

    /// Puts keys and values where the blocks of a head find them.
    fn load(&self, k: Head, v: Head, s: &mut Scratch) {
        k.gather(0..self.keys, self.scale, s.k);
        v.gather(0..self.keys, 1.0, s.v);
    }

    /// p = softmax(q·kᵀ) of a block, 0 where the mask is: `weights: [rows, seen]`.
    fn weigh(&self, rows: &Range<usize>, q: Head, mask: Option<Mask>, s: &mut Scratch) {
        let n = self.seen(rows);
        q.gather(rows.clone(), 1.0, s.q);
        let scores = Gemm {
            m: rows.len(),
            n,
            k: self.depth,
            ta: false,
            tb: true,
        };
        product(scores, s.q, s.k, s.scores, s.gemm);
        for (i, row) in rows.clone().enumerate() {
            let own = if self.causal { n.min(row + 1) } else { n };
            let x = &mut s.scores[i * n..][..own];
            let (p, hidden) = s.weights[i * n..][..n].split_at_mut(own);
            if let Some(mask) = mask {
                hide(x, mask.row(row, own), f32::NEG_INFINITY);
            }
            rows::softmax(x, p, own);
            if let Some(mask) = mask {
                hide(p, mask.row(row, own), 0.0);
            }
            hidden.fill(0.0);
        }
    }

    /// y = softmax(scale·q·kᵀ)·v of some blocks; y: their rows.
    pub fn forward(
        &self,
        blocks: Range<usize>,
        [q, k, v]: [Head; 3],
        mask: Option<Mask>,
        mut y: Tile,
        mut scratch: &mut [f32],
    ) {
        let mut s = self.cut(&mut scratch);
        self.load(k, v, &mut s);
        let first = blocks.start * self.block();
        for rows in blocks.map(|at| self.rows(at)) {
            self.weigh(&rows, q, mask, &mut s);
            let (m, k) = (rows.len(), self.seen(&rows));
            let values = Gemm {
                m,
                n: self.width,
                k,
                ta: false,
                tb: false,
            };
            let (weights, v) = (&s.weights[..m * k], &s.v[..k * self.width]);
            values.run(weights, v, y.below(rows.start - first, m), s.gemm, None);
        }
    }

    /// The gradients of `heads` heads of q, which lie one behind the other and share k and v, and
    /// of these. dq: `[queries, heads · depth]`, dk: `[keys, depth]`, dv: `[keys, width]`.
    pub fn gradients<'m>(
        &self,
        heads: usize,
        [q, k, v, dy]: [Head; 4],
        mask: impl Fn(usize) -> Option<Mask<'m>>,
        [mut dq, mut dk, mut dv]: [Tile; 3],
        mut scratch: &mut [f32],
    ) {
        let mut s = self.cut(&mut scratch);
        let mut sums = Sums {
            dk: cut(&mut scratch, self.keys * self.depth),
            dv: cut(&mut scratch, self.keys * self.width),
            dy: cut(&mut scratch, self.block() * self.width),
            product: scratch,
        };
        self.load(k, v, &mut s);
        sums.dk.fill(0.0);
        sums.dv.fill(0.0);
        for head in 0..heads {
            for rows in (0..self.blocks()).map(|at| self.rows(at)) {
                self.weigh(&rows, q.next(head), mask(head), &mut s);
                dy.next(head).gather(rows.clone(), 1.0, sums.dy);
                self.block_gradients(&rows, &mut s, &mut sums);
                let cols = head * self.depth..(head + 1) * self.depth;
                put(sums.product, 1.0, rows, cols, &mut dq);
            }
        }
        put(sums.dk, self.scale, 0..self.keys, 0..self.depth, &mut dk);
        put(sums.dv, 1.0, 0..self.keys, 0..self.width, &mut dv);
    }

    // dv += pᵀ·dy, ds = p (dy·vᵀ − Σ p (dy·vᵀ)), dk += scale·dsᵀ·q, dq = scale·ds·k
    fn block_gradients(&self, rows: &Range<usize>, s: &mut Scratch, sums: &mut Sums) {
        let (m, n, depth, width) = (rows.len(), self.seen(rows), self.depth, self.width);
        let over_rows = |columns| Gemm {
            m: n,
            n: columns,
            k: m,
            ta: true,
            tb: false,
        };
        product(over_rows(width), s.weights, sums.dy, sums.product, s.gemm);
        reduce::add_into(&sums.product[..n * width], &mut sums.dv[..n * width]);
        let back = Gemm {
            m,
            n,
            k: width,
            ta: false,
            tb: true,
        };
        product(back, sums.dy, s.v, s.scores, s.gemm);
        let of_row = |i: usize| i * n..(i + 1) * n;
        (0..m).for_each(|i| softmax_grad(&s.weights[of_row(i)], &mut s.scores[of_row(i)]));
        product(over_rows(depth), s.scores, s.q, sums.product, s.gemm);
        reduce::add_into(&sums.product[..n * depth], &mut sums.dk[..n * depth]);
        let of_q = Gemm {
            m,
            n: depth,
            k: n,
            ta: false,
            tb: false,
        };
        product(of_q, s.scores, s.k, sums.product, s.gemm);
    }
}

/// `x` times `scale`, to these rows and columns of the tile.
fn put(x: &[f32], scale: f32, rows: Range<usize>, cols: Range<usize>, tile: &mut Tile) {
    for (row, x) in rows.zip(x.chunks_exact(cols.len().max(1))) {
        let out = &mut tile.row(row)[cols.clone()];
        out.iter_mut().zip(x).for_each(|(out, x)| *out = x * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|i| ((i as f32 + seed) * 1.37).sin()).collect()
    }

    fn all(x: &[f32], width: usize) -> Head<'_> {
        Head {
            x,
            stride: width,
            width,
        }
    }

    fn run(a: Attention, blocks: Range<usize>, x: &[Vec<f32>; 3]) -> Vec<f32> {
        let rows = a.rows(blocks.start).start..a.rows(blocks.end - 1).end;
        let mut y = vec![f32::NAN; rows.len() * a.width];
        let heads = [
            all(&x[0], a.depth),
            all(&x[1], a.depth),
            all(&x[2], a.width),
        ];
        let tile = Tile::whole(&mut y, rows.len(), a.width);
        a.forward(blocks, heads, None, tile, &mut vec![f32::NAN; a.scratch()]);
        y
    }

    #[test]
    fn many_keys_take_small_blocks_and_each_block_stands_alone() {
        for (keys, block) in [(1024, 32), (1500, 32), (2500, 16)] {
            let queries = 2 * block + 3;
            let a = Attention {
                queries,
                keys,
                depth: 4,
                width: 3,
                scale: 0.5,
                causal: true,
            };
            assert_eq!((a.block(), a.blocks()), (block, 3));
            let x = [
                series(queries * 4, 0.1),
                series(keys * 4, 0.2),
                series(keys * 3, 0.3),
            ];
            let whole = run(a, 0..3, &x);
            let parts = [0..1, 1..3].map(|blocks| run(a, blocks, &x)).concat();
            assert_eq!(whole, parts);
            assert!(whole.iter().all(|y| y.is_finite()));
        }
    }

    #[test]
    fn what_is_hidden_is_never_looked_at() {
        let a = Attention {
            queries: 5,
            keys: 9,
            depth: 4,
            width: 3,
            scale: 1.0,
            causal: false,
        };
        let [q, mut k, mut v] = [series(20, 0.1), series(36, 0.2), series(27, 0.3)];
        let mask: Vec<f32> = (0..9).map(|i| f32::from(i % 2 == 0)).collect();
        let look = |k: &[f32], v: &[f32]| {
            let mut y = vec![f32::NAN; 15];
            let mask = Some(Mask {
                x: &mask,
                stride: 0,
            });
            let (heads, tile) = (
                [all(&q, 4), all(k, 4), all(v, 3)],
                Tile::whole(&mut y, 5, 3),
            );
            a.forward(0..1, heads, mask, tile, &mut vec![f32::NAN; a.scratch()]);
            y
        };
        let want = look(&k, &v);
        k[4..8].fill(1e30);
        v[3..6].fill(1e30);
        assert_eq!(look(&k, &v), want);
    }
}
