//! Factors of small row-major matrices and triangular systems, one matrix a call. Every sum runs
//! over its rows or columns in order.

/// `out += scale · x`.
fn add_scaled(scale: f32, x: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(x).for_each(|(out, x)| *out += scale * x);
}

/// L of L·Lᵀ = (a + aᵀ) / 2, row by row (Cholesky and Banachiewicz): zero above the diagonal, NaN
/// from where the matrix is not positive definite. a, out: `[n, n]`.
pub fn cholesky(a: &[f32], n: usize, out: &mut [f32]) {
    out.fill(0.0);
    for i in 0..n {
        for j in 0..=i {
            let (p, q) = (&out[i * n..][..j], &out[j * n..][..j]);
            let known: f32 = p.iter().zip(q).map(|(p, q)| p * q).sum();
            let left = 0.5 * (a[i * n + j] + a[j * n + i]) - known;
            out[i * n + j] = match i == j {
                true if left <= 0.0 => f32::NAN,
                true => left.sqrt(),
                false => left / out[j * n + j],
            };
        }
    }
}

/// x of a·x = b, or of aᵀ·x = b, where only the lower (or upper) triangle of a is read.
/// a: `[n, n]`, b, x: `[n, m]`.
pub fn solve_triangular(
    a: &[f32],
    b: &[f32],
    (n, m): (usize, usize),
    (lower, transposed): (bool, bool),
    x: &mut [f32],
) {
    x.copy_from_slice(b);
    for step in 0..n {
        let i = if lower != transposed {
            step
        } else {
            n - 1 - step
        };
        let (before, rest) = x.split_at_mut(i * m);
        let (row, after) = rest.split_at_mut(m);
        let at = |k: usize| {
            if transposed {
                a[k * n + i]
            } else {
                a[i * n + k]
            }
        };
        match lower != transposed {
            true => (0..i).for_each(|k| add_scaled(-at(k), &before[k * m..][..m], row)),
            false => {
                (i + 1..n).for_each(|k| add_scaled(-at(k), &after[(k - i - 1) * m..][..m], row))
            }
        }
        row.iter_mut().for_each(|x| *x /= at(i));
    }
}

/// Householder's Q and R of a: `[m, n]`, m ≥ n, with LAPACK's signs (`sgeqr2`, `sorg2r`).
/// out: `[m + n + 1, n]`: the rows of Q, of R, and for each column −1 if it was reflected, else 1.
/// scratch: `[n]`.
pub fn qr(a: &[f32], (m, n): (usize, usize), scratch: &mut [f32], out: &mut [f32]) {
    let (q, rest) = out.split_at_mut(m * n);
    let (r, scales) = rest.split_at_mut(n * n);
    q.copy_from_slice(a);
    for (k, scale) in scales.iter_mut().enumerate() {
        *scale = reflector(q, (m, n), k);
        reflect(q, (m, n), k, *scale, scratch);
    }
    for (i, row) in r.chunks_exact_mut(n.max(1)).enumerate() {
        row[..i].fill(0.0);
        row[i..].copy_from_slice(&q[i * n + i..(i + 1) * n]);
    }
    for k in (0..n).rev() {
        (0..k).for_each(|i| q[i * n + k] = 0.0);
        reflect(q, (m, n), k, scales[k], scratch);
        (k + 1..m).for_each(|i| q[i * n + k] *= -scales[k]);
        q[k * n + k] = 1.0 - scales[k];
    }
    scales
        .iter_mut()
        .for_each(|s| *s = if *s == 0.0 { 1.0 } else { -1.0 });
}

/// Makes column k from row k on β·e₁ and keeps v below it, of H = 1 − τ·(1, v)·(1, v)ᵀ; returns τ.
fn reflector(q: &mut [f32], (m, n): (usize, usize), k: usize) -> f32 {
    let tail: f64 = (k + 1..m).map(|i| f64::from(q[i * n + k]).powi(2)).sum();
    if tail == 0.0 {
        return 0.0;
    }
    let alpha = f64::from(q[k * n + k]);
    let beta = -(alpha * alpha + tail).sqrt().copysign(alpha);
    (k + 1..m).for_each(|i| q[i * n + k] = (f64::from(q[i * n + k]) / (alpha - beta)) as f32);
    q[k * n + k] = beta as f32;
    ((beta - alpha) / beta) as f32
}

/// The columns after k from row k on, reflected: A ← A − τ·v·(vᵀ·A), where v begins with 1.
fn reflect(q: &mut [f32], (m, n): (usize, usize), k: usize, scale: f32, sums: &mut [f32]) {
    let sums = &mut sums[..n - k - 1];
    sums.copy_from_slice(&q[k * n + k + 1..][..sums.len()]);
    for i in k + 1..m {
        let row = &q[i * n + k..(i + 1) * n];
        add_scaled(row[0], &row[1..], sums);
    }
    add_scaled(-scale, sums, &mut q[k * n + k + 1..(k + 1) * n]);
    for i in k + 1..m {
        let (v, row) = q[i * n + k..(i + 1) * n].split_at_mut(1);
        add_scaled(-scale * v[0], sums, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * i) as f32 * 0.7).sin()).collect()
    }

    /// a: `[m, k]`, b: `[k, n]`
    fn product(a: &[f32], b: &[f32], m: usize, k: usize, n: usize) -> Vec<f32> {
        let at = |i: usize| (0..k).map(|l| a[i / n * k + l] * b[l * n + i % n]).sum();
        (0..m * n).map(at).collect()
    }

    fn transposed(a: &[f32], m: usize, n: usize) -> Vec<f32> {
        (0..m * n).map(|i| a[i % m * n + i / m]).collect()
    }

    fn assert_near(got: &[f32], want: &[f32]) {
        let near = got.iter().zip(want).all(|(g, w)| (g - w).abs() < 2e-5);
        assert!(near && got.len() == want.len(), "{got:?} {want:?}");
    }

    #[test]
    fn cholesky_gives_the_matrix_back() {
        for n in 0..9 {
            let x = series(n * n);
            let mut a = product(&x, &transposed(&x, n, n), n, n, n);
            (0..n).for_each(|i| a[i * n + i] += 1.0);
            let mut l = vec![9.0; n * n];
            cholesky(&a, n, &mut l);
            assert_near(&product(&l, &transposed(&l, n, n), n, n, n), &a);
            assert!((0..n * n).all(|at| at % n <= at / n || l[at] == 0.0));
        }
        let mut l = [0.0; 4];
        cholesky(&[1.0, 2.0, 2.0, 1.0], 2, &mut l);
        assert!(l[0] == 1.0 && l[3].is_nan());
    }

    #[test]
    fn triangles_are_solved_four_ways() {
        for (n, m) in [(0, 2), (1, 1), (3, 2), (7, 5)] {
            let mut a = series(n * n);
            (0..n).for_each(|i| a[i * n + i] += 2.0);
            let b = series(n * m);
            for lower in [false, true] {
                let kept = |at: usize| {
                    if lower {
                        at % n <= at / n
                    } else {
                        at % n >= at / n
                    }
                };
                let t: Vec<f32> = (0..n * n)
                    .map(|at| if kept(at) { a[at] } else { 0.0 })
                    .collect();
                for turned in [false, true] {
                    let mut x = vec![9.0; n * m];
                    solve_triangular(&a, &b, (n, m), (lower, turned), &mut x);
                    let t = if turned {
                        transposed(&t, n, n)
                    } else {
                        t.clone()
                    };
                    assert_near(&product(&t, &x, n, n, m), &b);
                }
            }
        }
    }

    #[test]
    fn q_is_orthogonal_and_qr_is_the_matrix() {
        for (m, n) in [(1, 1), (3, 2), (5, 5), (9, 4), (4, 0)] {
            let a = series(m * n);
            let (mut out, mut scratch) = (vec![9.0; (m + n + 1) * n], vec![9.0; n]);
            qr(&a, (m, n), &mut scratch, &mut out);
            let (q, r) = (&out[..m * n], &out[m * n..][..n * n]);
            assert_near(&product(q, r, m, n, n), &a);
            let unit: Vec<f32> = (0..n * n)
                .map(|i| f32::from(u8::from(i % n == i / n)))
                .collect();
            assert_near(&product(&transposed(q, m, n), q, n, m, n), &unit);
            assert!((0..n * n).all(|at| at % n >= at / n || r[at] == 0.0));
        }
    }

    #[test]
    fn what_is_triangular_already_is_not_reflected() {
        let a = [-2.0, 1.0, 0.0, 3.0];
        let mut out = [9.0; 10];
        qr(&a, (2, 2), &mut [0.0; 2], &mut out);
        assert_eq!(out, [1.0, 0.0, 0.0, 1.0, -2.0, 1.0, 0.0, 3.0, 1.0, 1.0]);
        qr(&[3.0, 1.0, 4.0, 1.0], (2, 2), &mut [0.0; 2], &mut out);
        assert_eq!((out[4], out[8], out[9]), (-5.0, -1.0, 1.0));
    }
}
