//! Sums, maxima and their places, in orders that are stated and fixed: no result depends on how the
//! work was divided or where a slice lies in memory.

use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// Sixteen partial sums in four vectors: element i of a sum goes to number i mod 16, in order. The
/// total adds vector 0 to 2 and 1 to 3, these two, and then the lanes as `F32Lanes::sum` does.
#[derive(Clone, Copy)]
pub struct Sums([Native; 4]);

impl Sums {
    #[inline(always)]
    pub fn new() -> Sums {
        Sums([Native::splat(0.0); 4])
    }

    /// The next four elements; zeros where there are fewer. The vectors turn, so that they stay in
    /// registers; the total is the same for every turn.
    #[inline(always)]
    pub fn add(&mut self, x: Native) {
        let [a, b, c, d] = self.0;
        self.0 = [b, c, d, a.add(x)];
    }

    #[inline(always)]
    pub fn total(self) -> f32 {
        self.everywhere().to_array()[0]
    }

    /// The total in every lane.
    #[inline(always)]
    pub fn everywhere(self) -> Native {
        let [a, b, c, d] = self.0;
        a.add(c).add(b.add(d)).across(Native::add)
    }
}

impl Default for Sums {
    fn default() -> Sums {
        Sums::new()
    }
}

/// Σ x in the order of `Sums`.
pub fn sum(x: &[f32]) -> f32 {
    let mut sums = Sums::new();
    let (blocks, rest) = x.as_chunks::<16>();
    for block in blocks {
        let [a, b, c, d] = [0, 4, 8, 12].map(|i| Native::from_slice(&block[i..]));
        let [p, q, r, s] = sums.0;
        sums.0 = [p.add(a), q.add(b), r.add(c), s.add(d)];
    }
    let (whole, rest) = rest.as_chunks::<4>();
    whole.iter().for_each(|x| sums.add(Native::from_slice(x)));
    if !rest.is_empty() {
        sums.add(Native::from_rest(rest, 0.0));
    }
    sums.total()
}

/// The largest element; NaN if there is one, −∞ if there is none.
pub fn max(x: &[f32]) -> f32 {
    let (largest, numbers) = scan(x);
    if numbers.xor(Native::bits(!0)).any() {
        f32::NAN
    } else {
        largest.to_array()[0]
    }
}

/// The largest element but for NaN, −∞ if there is none, in every lane.
pub(crate) fn largest(x: &[f32]) -> Native {
    scan(x).0
}

/// The largest number in every lane, and where all elements of a lane are numbers. `f32x4.max`
/// would see NaN by itself, but takes eight instructions.
#[inline(always)]
fn scan(x: &[f32]) -> (Native, Native) {
    let (whole, rest) = x.as_chunks::<4>();
    let first = Native::from_rest(rest, f32::NEG_INFINITY);
    let mut largest = Native::splat(f64::NEG_INFINITY).pmax(first);
    let mut numbers = first.mask_eq(first);
    for x in whole {
        let x = Native::from_slice(x);
        largest = largest.pmax(x);
        numbers = numbers.and(x.mask_eq(x));
    }
    (largest.across(Native::pmax), numbers)
}

/// The first place of the largest element; the first NaN if there is one; 0 if there is no element.
pub fn argmax(x: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in x.iter().enumerate().skip(1) {
        let larger = *v > x[best] || v.is_nan() && !x[best].is_nan();
        best = if larger { i } else { best };
    }
    best
}

/// Each row's `sum`. x: `[rows, cols]`, out: `[rows]`.
pub fn sum_rows(x: &[f32], cols: usize, out: &mut [f32]) {
    each_row(x, cols, out, sum);
}

/// Each row's `max`. x: `[rows, cols]`, out: `[rows]`.
pub fn max_rows(x: &[f32], cols: usize, out: &mut [f32]) {
    each_row(x, cols, out, max);
}

/// Each row's `argmax`. x: `[rows, cols]`, out: `[rows]`.
pub fn argmax_rows(x: &[f32], cols: usize, out: &mut [i32]) {
    each_row(x, cols, out, |row| argmax(row) as i32);
}

fn each_row<T>(x: &[f32], cols: usize, out: &mut [T], f: impl Fn(&[f32]) -> T) {
    assert_eq!(x.len(), out.len() * cols, "rows of {cols}");
    for (i, out) in out.iter_mut().enumerate() {
        *out = f(&x[i * cols..][..cols]);
    }
}

/// The sum over the middle axis, one element after the other from 0 on.
/// x: `[outer, mid, inner]`, out: `[outer, inner]`.
pub fn sum_middle(x: &[f32], mid: usize, inner: usize, out: &mut [f32]) {
    assert_eq!(x.len(), out.len() * mid, "sums over {mid}");
    if inner == 1 {
        return each_row(x, mid, out, |row| row.iter().fold(0.0, |sum, x| sum + x));
    }
    if mid * inner == 0 {
        return out.fill(0.0);
    }
    for (x, out) in x.chunks_exact(mid * inner).zip(out.chunks_exact_mut(inner)) {
        sum_columns(x, inner, out);
    }
}

/// The sum of each column, one row after the other from 0 on. x: `[rows, cols]` with rows `stride`
/// apart, out: `[cols]`.
pub fn sum_columns(x: &[f32], stride: usize, out: &mut [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<16>();
    let first = blocks.len() * 16;
    for (j, out) in blocks.iter_mut().enumerate() {
        let zero = Native::splat(0.0);
        let [mut a, mut b, mut c, mut d] = [zero; 4];
        for row in x.chunks(stride) {
            let row = &row[j * 16..][..16];
            a = a.add(Native::from_slice(row));
            b = b.add(Native::from_slice(&row[4..]));
            c = c.add(Native::from_slice(&row[8..]));
            d = d.add(Native::from_slice(&row[12..]));
        }
        a.write(out);
        b.write(&mut out[4..]);
        c.write(&mut out[8..]);
        d.write(&mut out[12..]);
    }
    rest.fill(0.0);
    x.chunks(stride)
        .for_each(|row| add_into(&row[first..][..rest.len()], rest));
}

/// `out += x`.
pub fn add_into(x: &[f32], out: &mut [f32]) {
    assert_eq!(x.len(), out.len(), "elements to add");
    out.iter_mut().zip(x).for_each(|(out, x)| *out += x);
}

/// Elements in one of `chunk_sums`.
pub const CHUNK: usize = 4096;

/// The `sum` of each `CHUNK` elements of x, the last one shorter. out: `[len(x) / CHUNK]`, rounded
/// up.
pub fn chunk_sums(x: &[f32], out: &mut [f32]) {
    assert_eq!(x.len().div_ceil(CHUNK), out.len(), "chunks of {CHUNK}");
    for (chunk, out) in x.chunks(CHUNK).zip(out) {
        *out = sum(chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize) -> Vec<f32> {
        (0..n)
            .map(|i| ((i * i) as f32 * 0.37).sin() * 100.0)
            .collect()
    }

    #[test]
    fn every_length_is_summed_in_the_stated_order() {
        for n in (0..70).chain([4095, 4096, 4097]) {
            let x = series(n + 1);
            for x in [&x[..n], &x[1..]] {
                let mut partial = [0.0f32; 16];
                x.iter().enumerate().for_each(|(i, x)| partial[i % 16] += x);
                let p =
                    |i: usize| (partial[i] + partial[i + 8]) + (partial[i + 4] + partial[i + 12]);
                let want = (p(0) + p(2)) + (p(1) + p(3));
                assert_eq!(sum(x).to_bits(), want.to_bits(), "{n} elements");
                let exact: f64 = x.iter().map(|&x| f64::from(x)).sum();
                assert!((f64::from(want) - exact).abs() < 1e-6 * 100.0 * (n + 1) as f64);
            }
        }
    }

    #[test]
    fn maxima_and_their_places() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        for n in 1..40 {
            for at in 0..n {
                let mut x = vec![-1.5; n];
                x[at] = 2.5;
                assert_eq!((max(&x), argmax(&x)), (2.5, at));
                x[at] = nan;
                x[n - 1 - at] = if 2 * at + 1 == n { nan } else { 7.0 };
                assert!(max(&x).is_nan());
                assert_eq!(argmax(&x), at);
            }
        }
        assert_eq!((max(&[]), argmax(&[])), (-inf, 0));
        assert_eq!((max(&[-inf, -inf]), argmax(&[3.0, 3.0])), (-inf, 0));
        assert_eq!(argmax(&[1.0, nan, nan]), 1);
    }

    #[test]
    fn rows_and_columns() {
        for (rows, cols) in [(1, 1), (3, 5), (4, 16), (5, 17), (2, 33), (7, 48)] {
            let x = series(rows * cols);
            let (mut sums, mut maxima, mut places) =
                (vec![0.0; rows], vec![0.0; rows], vec![0; rows]);
            sum_rows(&x, cols, &mut sums);
            max_rows(&x, cols, &mut maxima);
            argmax_rows(&x, cols, &mut places);
            for (i, row) in x.chunks(cols).enumerate() {
                assert_eq!(sums[i], sum(row));
                assert_eq!(maxima[i], row[places[i] as usize]);
            }
            let mut out = vec![9.0; cols];
            sum_columns(&x, cols, &mut out);
            for (j, out) in out.iter().enumerate() {
                assert_eq!(*out, (0..rows).fold(0.0, |sum, i| sum + x[i * cols + j]));
            }
        }
    }

    #[test]
    fn the_middle_axis_is_summed_in_order() {
        for (outer, mid, inner) in [
            (2, 3, 5),
            (1, 4, 20),
            (3, 1, 7),
            (2, 0, 4),
            (3, 5, 1),
            (0, 2, 2),
        ] {
            let x = series(outer * mid * inner);
            let mut out = vec![9.0; outer * inner];
            sum_middle(&x, mid, inner, &mut out);
            for (cell, got) in out.iter().enumerate() {
                let (o, i) = (cell / inner, cell % inner);
                let want = (0..mid).fold(0.0, |sum, m| sum + x[(o * mid + m) * inner + i]);
                assert_eq!(*got, want, "[{outer}, {mid}, {inner}]");
            }
            // Any range of the outer axis gives the same bits.
            if outer > 1 && inner > 0 {
                let mut last = vec![0.0; inner];
                sum_middle(&x[(outer - 1) * mid * inner..], mid, inner, &mut last);
                assert_eq!(last, out[(outer - 1) * inner..]);
            }
        }
    }

    #[test]
    fn chunks_of_a_large_sum() {
        for n in [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK - 1] {
            let x = series(n);
            let mut out = vec![9.0; n.div_ceil(CHUNK)];
            chunk_sums(&x, &mut out);
            let want: Vec<f32> = x.chunks(CHUNK).map(sum).collect();
            assert_eq!(out, want);
        }
    }

    #[test]
    fn nan_and_infinity_pass_through_sums() {
        assert_eq!(sum(&[1.0, f32::INFINITY]), f32::INFINITY);
        assert!(sum(&[f32::INFINITY, f32::NEG_INFINITY]).is_nan());
        let mut out = [0.0; 2];
        sum_middle(&[f32::NAN, 1.0, 2.0, 3.0], 2, 2, &mut out);
        assert!(out[0].is_nan() && out[1] == 4.0);
    }
}
