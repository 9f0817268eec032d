//! Packing: a block of A or B is copied into strips of `W` (4 rows of A, 8 columns of B), each
//! stored step after step of k, so that the register tile reads one stream. What a strip lacks is
//! zero.

use crate::Native;
use crate::lanes::F32Lanes;

/// Elements of a row that are copied together, to several strips: two lines of the cache. Fewer
/// would touch each page of memory more often; more strips would fall on the same lines of the
/// first cache.
const TOGETHER: usize = 32;

/// Packs `count` × `depth` elements whose strip direction is contiguous: element (k, i) is
/// `x[k * ld + i]`. `out: [count / W, depth, W]`, rounded up.
pub fn copied<const W: usize>(x: &[f32], ld: usize, count: usize, depth: usize, out: &mut [f32]) {
    let mut start = 0;
    while start + TOGETHER <= count {
        let strips = &mut out[start * depth..][..TOGETHER * depth];
        for k in 0..depth {
            let row = x[k * ld + start..]
                .first_chunk::<TOGETHER>()
                .expect("a row of the block");
            for (i, x) in row.as_chunks::<W>().0.iter().enumerate() {
                strips[(i * depth + k) * W..][..W].copy_from_slice(x);
            }
        }
        start += TOGETHER;
    }
    for start in (start..count).step_by(W) {
        let width = W.min(count - start);
        let strip = &mut out[start * depth..][..W * depth];
        for (k, out) in strip.as_chunks_mut::<W>().0.iter_mut().enumerate() {
            let row = &x[k * ld + start..][..width];
            for part in (0..W).step_by(4) {
                let row = &row[part.min(width)..(part + 4).min(width)];
                Native::from_rest(row, 0.0).write(&mut out[part..]);
            }
        }
    }
}

/// Packs `count` × `depth` elements whose direction of k is contiguous: element (k, i) is
/// `x[i * ld + k]`. `out: [count / W, depth, W]`, rounded up.
pub fn transposed<const W: usize>(
    x: &[f32],
    ld: usize,
    count: usize,
    depth: usize,
    out: &mut [f32],
) {
    for (strip, out) in out
        .chunks_exact_mut(depth * W)
        .take(count.div_ceil(W))
        .enumerate()
    {
        let width = W.min(count - strip * W);
        for part in (0..W).step_by(4) {
            let row = |i: usize| -> &[f32] {
                if part + i < width {
                    &x[(strip * W + part + i) * ld..][..depth]
                } else {
                    &[]
                }
            };
            four_rows::<W>([row(0), row(1), row(2), row(3)], part, depth, out);
        }
    }
}

/// Columns `part..part + 4` of a strip from four rows; an empty row stands for zeros.
fn four_rows<const W: usize>(rows: [&[f32]; 4], part: usize, depth: usize, out: &mut [f32]) {
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<4>().0);
    let blocks = a
        .iter()
        .zip(b)
        .zip(c)
        .zip(d)
        .map(|(((a, b), c), d)| [a, b, c, d]);
    for (block, out) in blocks.zip(out.chunks_exact_mut(4 * W)) {
        let columns = Native::transpose(block.map(|row| Native::from_slice(row)));
        for (k, column) in columns.into_iter().enumerate() {
            column.write(&mut out[k * W + part..]);
        }
    }
    let whole = if rows[3].is_empty() { 0 } else { depth / 4 * 4 };
    for k in whole..depth {
        let column = rows.map(|row| row.get(k).copied().unwrap_or(0.0));
        Native::from_array(column).write(&mut out[k * W + part..]);
    }
}
