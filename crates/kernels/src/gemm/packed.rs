//! A right-hand side that is packed once and meets many left ones: the weights of a recurrence. The
//! sums are those of `Gemm`, in the same order.

use super::{Block, Gemm, Left, MC, NR, Panels, Stored, pack, steps, tiles};
use crate::io::Tile;

/// B [k, n] in strips, one block of k after the other.
pub struct Packed<'a> {
    k: usize,
    n: usize,
    strips: &'a [f32],
}

impl<'a> Packed<'a> {
    /// Floats that the strips of B [k, n] take.
    pub fn size(k: usize, n: usize) -> usize {
        k * n.next_multiple_of(NR)
    }

    /// Packs b: [k, n], or [n, k] if `tb`, into `strips`.
    pub fn new(b: &[f32], (k, n): (usize, usize), tb: bool, strips: &'a mut [f32]) -> Packed<'a> {
        assert!(b.len() == k * n && strips.len() == Packed::size(k, n));
        let gemm = product(0, n, k);
        for rows in gemm.depth_blocks() {
            let depth = rows.len();
            let out = &mut strips[Packed::size(rows.start, n)..][..Packed::size(depth, n)];
            if tb {
                pack::transposed::<NR>(&b[rows.start..], k, n, depth, out);
            } else {
                pack::copied::<NR>(&b[rows.start * n..], n, n, depth, out);
            }
        }
        Packed { k, n, strips }
    }

    /// c = a·b, a: [m, k], c: [m, n].
    pub fn times(&self, a: &[f32], c: &mut [f32]) {
        if self.k == 0 {
            return c.fill(0.0);
        }
        let m = a.len() / self.k;
        assert_eq!(a.len(), m * self.k, "rows of a");
        let mut c = Tile::whole(c, m, self.n);
        let left = Stored {
            x: a,
            ld: self.k,
            transposed: false,
        };
        for k in product(m, self.n, self.k).depth_blocks() {
            let strips = &self.strips[Packed::size(k.start, self.n)..];
            let panels = Panels::packed(&strips[..Packed::size(k.len(), self.n)], k.len());
            for rows in steps(0..m, MC) {
                let strips = left.strips(&rows, &k, self.n, &mut []);
                let (cols, k) = (0..self.n, k.clone());
                tiles(&strips, &panels, &Block { rows, cols, k }, &mut c);
            }
        }
    }
}

/// The product whose order of additions this one has.
fn product(m: usize, n: usize, k: usize) -> Gemm {
    let (ta, tb) = (false, false);
    Gemm { m, n, k, ta, tb }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize, seed: f32) -> Vec<f32> {
        (0..n).map(|i| ((i as f32 + seed) * 0.7).sin()).collect()
    }

    #[test]
    fn the_bits_are_those_of_the_product() {
        for (m, n, k) in [(1, 1, 1), (5, 9, 3), (33, 40, 17), (4, 12, 600), (2, 3, 0)] {
            for tb in [false, true] {
                let (a, b) = (series(m * k, 0.3), series(k * n, 1.7));
                let gemm = Gemm {
                    tb,
                    ..product(m, n, k)
                };
                let mut want = vec![f32::NAN; m * n];
                let mut scratch = vec![f32::NAN; gemm.scratch()];
                let tile = Tile::whole(&mut want, m, n);
                gemm.run(&a, &b, tile, &mut scratch, None);
                let mut strips = vec![f32::NAN; Packed::size(k, n)];
                let mut got = vec![f32::NAN; m * n];
                Packed::new(&b, (k, n), tb, &mut strips).times(&a, &mut got);
                assert_eq!(got, want, "{m} × {n} × {k}, transposed: {tb}");
            }
        }
    }
}
