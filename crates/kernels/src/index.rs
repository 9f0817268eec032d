//! Kernels that move elements: rows by index, one-hot rows, casts, and strided copies (transposes,
//! broadcasts). They compute nothing but sums of scattered rows.

use crate::Native;
use crate::lanes::F32Lanes;
use crate::reduce::add_into;

/// Row `idx[i]` of x to row i of out; `missing` where x has no such row.
/// x: `[n, width]`, idx: `[rows]`, out: `[rows, width]`.
pub fn gather_rows<T: Copy>(x: &[T], width: usize, idx: &[i32], missing: T, out: &mut [T]) {
    assert_eq!(out.len(), idx.len() * width, "rows of {width}");
    for (i, out) in idx.iter().zip(out.chunks_exact_mut(width.max(1))) {
        match row(x, width, *i) {
            Some(row) => out.copy_from_slice(row),
            None => out.fill(missing),
        }
    }
}

fn row<T>(x: &[T], width: usize, i: i32) -> Option<&[T]> {
    let start = usize::try_from(i).ok()?.checked_mul(width)?;
    x.get(start..start.checked_add(width)?)
}

/// Rows `first..` of the sum of all rows of dy at their places, in the order of dy from 0 on; a
/// place that is not there is skipped. dy: `[len(idx), width]`, out: `[rows, width]`.
pub fn scatter_add_rows(dy: &[f32], width: usize, idx: &[i32], first: usize, out: &mut [f32]) {
    assert_eq!(dy.len(), idx.len() * width, "rows of {width}");
    out.fill(0.0);
    for (i, dy) in idx.iter().zip(dy.chunks_exact(width.max(1))) {
        let place = usize::try_from(*i).ok().and_then(|i| i.checked_sub(first));
        let start = place.and_then(|place| place.checked_mul(width));
        if let Some(out) = start.and_then(|start| out.get_mut(start..start.checked_add(width)?)) {
            add_into(dy, out);
        }
    }
}

/// Row i of `rows` to row `idx[i]` of out, which holds the rows `first..` of a tensor; of equal
/// indices the first counts. rows: `[len(idx), width]`.
pub fn write_rows(rows: &[f32], width: usize, idx: &[i32], first: usize, out: &mut [f32]) {
    assert_eq!(rows.len(), idx.len() * width, "rows of {width}");
    for (i, row) in idx.iter().zip(rows.chunks_exact(width.max(1))).rev() {
        let place = usize::try_from(*i).ok().and_then(|i| i.checked_sub(first));
        let start = place.and_then(|place| place.checked_mul(width));
        if let Some(out) = start.and_then(|start| out.get_mut(start..start.checked_add(width)?)) {
            out.copy_from_slice(row);
        }
    }
}

/// For the rows `first..`, the last i for which `idx[i]` is the row, else −1. out: `[rows]`.
pub fn last_places(idx: &[i32], first: usize, out: &mut [i32]) {
    out.fill(-1);
    for (i, row) in (0..).zip(idx) {
        let place = usize::try_from(*row)
            .ok()
            .and_then(|row| row.checked_sub(first));
        if let Some(out) = place.and_then(|place| out.get_mut(place)) {
            *out = i;
        }
    }
}

/// Floats of scratch for `first_places` of `n` indices: a hash table at most half full.
pub fn first_places_scratch(n: usize) -> usize {
    (2 * n).next_power_of_two()
}

/// For each index the place where it stands first, by open addressing with the multiplicative hash
/// of Knuth, "Sorting and Searching", 1973, 6.4.
pub fn first_places(idx: &[i32], table: &mut [f32], out: &mut [i32]) {
    assert_eq!(idx.len(), out.len(), "places of the indices");
    let size = first_places_scratch(idx.len());
    let table = &mut table[..size];
    table.fill(f32::from_bits(0));
    for (at, (&i, out)) in idx.iter().zip(out).enumerate() {
        let hash = (i as u32).wrapping_mul(0x9e37_79b1);
        let mut slot = ((u64::from(hash) * size as u64) >> 32) as usize;
        // A slot holds a place + 1 as bits; 0 is an empty one.
        *out = loop {
            match table[slot].to_bits() {
                0 => {
                    table[slot] = f32::from_bits(at as u32 + 1);
                    break at as i32;
                }
                place if idx[place as usize - 1] == i => break place as i32 - 1,
                _ => slot = (slot + 1) % size,
            }
        };
    }
}

/// 1 at `idx[i]` of row i, else 0; a row of `missing` where the index is not below `depth`.
/// idx: `[rows]`, out: `[rows, depth]`.
pub fn one_hot(idx: &[i32], depth: usize, missing: f32, out: &mut [f32]) {
    assert_eq!(out.len(), idx.len() * depth, "rows of {depth}");
    for (i, out) in idx.iter().zip(out.chunks_exact_mut(depth.max(1))) {
        out.fill(0.0);
        match usize::try_from(*i).ok().and_then(|i| out.get_mut(i)) {
            Some(hot) => *hot = 1.0,
            None => out.fill(missing),
        }
    }
}

/// To the nearest float.
pub fn to_f32(x: &[i32], out: &mut [f32]) {
    assert_eq!(x.len(), out.len(), "elements of the cast");
    out.iter_mut().zip(x).for_each(|(out, x)| *out = *x as f32);
}

/// Towards zero; the nearest i32 beyond its range, 0 for NaN.
pub fn to_i32(x: &[f32], out: &mut [i32]) {
    assert_eq!(x.len(), out.len(), "elements of the cast");
    out.iter_mut().zip(x).for_each(|(out, x)| *out = *x as i32);
}

/// Elements `start..start + out.len()` of the tensor of shape `dims` whose element at an index is
/// `x[Σ index · stride]`: a transpose permutes the strides, a broadcast has zeros among them. The
/// bits are kept, so tensors of i32 may be viewed as f32.
pub fn copy_strided(x: &[f32], dims: &[usize], strides: &[usize], start: usize, out: &mut [f32]) {
    assert_eq!(dims.len(), strides.len(), "axes of {dims:?}");
    let size: usize = dims.iter().product();
    assert!(start + out.len() <= size, "elements of {dims:?}");
    let (Some((&cols, dims)), Some((&step, strides))) = (dims.split_last(), strides.split_last())
    else {
        return out.fill_with(|| x[0]);
    };
    let turned = strides.last() == Some(&1) && step >= 4;
    let (mut done, mut row) = (0, start / cols.max(1));
    while done < out.len() {
        let (base, col) = (offset(row, dims, strides), (start + done) % cols);
        let left_of_axis = dims.last().map_or(1, |d| d - row % d);
        let rows = ((out.len() - done) / cols).min(left_of_axis);
        if turned && col == 0 && rows >= 4 {
            let (rows, out) = (rows / 4 * 4, &mut out[done..]);
            transpose(&x[base..], step, cols, &mut out[..rows * cols]);
            (done, row) = (done + rows * cols, row + rows);
        } else {
            let n = (cols - col).min(out.len() - done);
            copy_run(&x[base + col * step..], step, &mut out[done..done + n]);
            (done, row) = (done + n, row + 1);
        }
    }
}

/// Where row `row` of the leading axes begins.
fn offset(mut row: usize, dims: &[usize], strides: &[usize]) -> usize {
    let mut at = 0;
    for (&dim, &stride) in dims.iter().zip(strides).rev() {
        at += row % dim * stride;
        row /= dim;
    }
    at
}

/// Elements 0, step, 2·step, … of x.
fn copy_run(x: &[f32], step: usize, out: &mut [f32]) {
    match step {
        0 => out.fill(x[0]),
        1 => out.copy_from_slice(&x[..out.len()]),
        _ => out
            .iter_mut()
            .zip(x.iter().step_by(step))
            .for_each(|(out, x)| *out = *x),
    }
}

/// `out[i][j] = x[j · ld + i]` by blocks of 4 × 4. out: `[4 n, cols]`.
fn transpose(x: &[f32], ld: usize, cols: usize, out: &mut [f32]) {
    let whole = cols / 4 * 4;
    for (i, out) in out.chunks_exact_mut(4 * cols).enumerate() {
        for j in (0..whole).step_by(4) {
            let row = |r: usize| Native::from_slice(&x[(j + r) * ld + 4 * i..]);
            let block = Native::transpose([row(0), row(1), row(2), row(3)]);
            for (r, v) in block.into_iter().enumerate() {
                v.write(&mut out[r * cols + j..]);
            }
        }
        for j in whole..cols {
            (0..4).for_each(|r| out[r * cols + j] = x[j * ld + 4 * i + r]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize) -> Vec<f32> {
        (0..n).map(|i| i as f32 + 0.5).collect()
    }

    #[test]
    fn rows_are_gathered_and_missing_ones_filled() {
        for width in [1, 3, 4, 9] {
            let x = series(5 * width);
            let idx = [4, 0, -1, 5, i32::MAX, i32::MIN, 2];
            let mut out = vec![0.0; idx.len() * width];
            gather_rows(&x, width, &idx, f32::NAN, &mut out);
            for (i, out) in idx.iter().zip(out.chunks(width)) {
                match i {
                    0..5 => assert_eq!(*out, x[*i as usize * width..][..width]),
                    _ => assert!(out.iter().all(|x| x.is_nan())),
                }
            }
        }
        let mut out = [0; 3];
        gather_rows(&[7, 8], 1, &[1, 2, 0], -1, &mut out);
        assert_eq!(out, [8, -1, 7]);
        gather_rows::<f32>(&[], 0, &[0, 1], 0.0, &mut []);
    }

    #[test]
    fn scattered_rows_are_summed_in_order_in_any_part() {
        for width in [1, 2, 5, 8] {
            let dy: Vec<f32> = series(7 * width).iter().map(|x| x.sin()).collect();
            let idx = [3, 0, 3, -1, 4, 9, 3];
            let mut whole = vec![9.0; 5 * width];
            scatter_add_rows(&dy, width, &idx, 0, &mut whole);
            for j in 0..width {
                let at = |row: usize| dy[row * width + j];
                assert_eq!(whole[3 * width + j], ((0.0 + at(0)) + at(2)) + at(6));
                assert_eq!(whole[width + j], 0.0);
                assert_eq!(whole[4 * width + j], at(4));
            }
            for cut in 0..=5 {
                let mut parts = vec![9.0; 5 * width];
                let (a, b) = parts.split_at_mut(cut * width);
                scatter_add_rows(&dy, width, &idx, 0, a);
                scatter_add_rows(&dy, width, &idx, cut, b);
                assert_eq!(parts, whole, "cut at {cut}");
            }
        }
    }

    #[test]
    fn one_hot_rows() {
        let mut out = [9.0; 12];
        one_hot(&[2, -1, 0, 3], 3, f32::NAN, &mut out);
        assert_eq!(out[..3], [0.0, 0.0, 1.0]);
        assert_eq!(out[6..9], [1.0, 0.0, 0.0]);
        assert!(out[3..6].iter().chain(&out[9..]).all(|x| x.is_nan()));
        one_hot(&[1], 0, 0.0, &mut []);
    }

    #[test]
    fn casts_truncate_and_saturate() {
        let x = [1.9, -1.9, f32::NAN, f32::INFINITY, -1e20, -0.0];
        let mut out = [9; 6];
        to_i32(&x, &mut out);
        assert_eq!(out, [1, -1, 0, i32::MAX, i32::MIN, 0]);
        let mut back = [0.0; 3];
        to_f32(&[3, i32::MIN, 16_777_217], &mut back);
        assert_eq!(back, [3.0, -2_147_483_648.0, 16_777_216.0]);
    }

    /// By the definition, one element at a time.
    fn by_index(x: &[f32], dims: &[usize], strides: &[usize]) -> Vec<f32> {
        let size = dims.iter().product();
        (0..size).map(|i| x[offset(i, dims, strides)]).collect()
    }

    fn check(dims: &[usize], strides: &[usize]) {
        let reach: usize = dims
            .iter()
            .zip(strides)
            .map(|(d, s)| (d.max(&1) - 1) * s)
            .sum();
        let x = series(reach + 1);
        let want = by_index(&x, dims, strides);
        let ends = [
            0,
            1,
            want.len() / 3,
            want.len() / 2,
            want.len().saturating_sub(1),
            want.len(),
        ];
        for start in ends {
            for end in ends
                .into_iter()
                .filter(|&end| end >= start && end <= want.len())
            {
                let mut out = vec![f32::NAN; end - start];
                copy_strided(&x, dims, strides, start.min(want.len()), &mut out);
                assert_eq!(out, want[start..end], "{dims:?} {strides:?} {start}..{end}");
            }
        }
    }

    #[test]
    fn transposes_and_broadcasts_of_every_size() {
        for rows in 1..12 {
            for cols in 1..12 {
                check(&[rows, cols], &[1, rows]);
                check(&[rows, cols], &[0, 1]);
                check(&[rows, cols], &[1, 0]);
                check(&[3, rows, cols], &[rows * cols, 1, rows]);
                check(&[rows, 2, cols], &[cols, rows * cols, 1]);
            }
        }
        check(&[], &[]);
        check(&[4], &[0]);
        check(&[5], &[3]);
        check(&[2, 3, 4, 5], &[1, 2, 6, 24]);
        check(&[2, 3, 4, 5], &[60, 1, 15, 3]);
        copy_strided(&[], &[0, 3], &[3, 1], 0, &mut []);
        copy_strided(&[], &[3, 0], &[0, 1], 0, &mut []);
    }

    #[test]
    fn bits_are_kept() {
        let x: Vec<f32> = (0..64u32)
            .map(|i| f32::from_bits(i | 0x7f80_0000))
            .collect();
        let mut out = vec![0.0; 64];
        copy_strided(&x, &[8, 8], &[1, 8], 0, &mut out);
        for (i, out) in out.iter().enumerate() {
            assert_eq!(out.to_bits(), x[i % 8 * 8 + i / 8].to_bits());
        }
    }
}
