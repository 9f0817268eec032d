//! clip(x, lo, hi) = min(max(x, lo), hi); NaN if one is NaN, hi where hi < lo.

use crate::{Less, LessEqual, Maximum};

elementwise!(
    Clip,
    "clip",
    |[x, lo, hi]| x.max(lo).min(hi),
    // dx = dy where lo ≤ x ≤ hi; dlo = dy where x < lo ≤ hi; dhi = dy where hi < max(x, lo)
    |[x, lo, hi], _, dy| {
        let below_hi = dy * x.zip(Maximum, lo).zip(LessEqual, hi);
        let dhi = dy * hi.zip(Less, x.zip(Maximum, lo));
        [
            below_hi * lo.zip(LessEqual, x),
            below_hi * x.zip(Less, lo),
            dhi,
        ]
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::{elementwise, gradients_of, max, min, numbers};

    #[test]
    fn agrees_with_f64() {
        elementwise(Clip, |[x, lo, hi]| min(max(x, lo), hi))
            .domain([(-3.0, 3.0), (-2.0, -1.0), (1.0, 2.0)])
            .check();
    }

    #[test]
    fn the_gradient_passes_at_the_bounds() {
        let x = numbers(&[4], &[-1.0, 2.0, -1.5, 2.5]);
        let (lo, hi) = (numbers(&[], &[-1.0]), numbers(&[], &[2.0]));
        let dy = numbers(&[4], &[1.0, 10.0, 100.0, 1000.0]);
        let grads = gradients_of(Clip, &[x, lo, hi], &dy);
        let want = [vec![1.0, 10.0, 0.0, 0.0], vec![100.0], vec![1000.0]];
        assert_eq!(grads, want.map(Some));
    }

    #[test]
    fn the_upper_bound_wins_where_they_cross() {
        let x = numbers(&[3], &[-5.0, 1.5, 5.0]);
        let (lo, hi) = (numbers(&[], &[2.0]), numbers(&[], &[1.0]));
        let dy = numbers(&[3], &[1.0, 10.0, 100.0]);
        let grads = gradients_of(Clip, &[x, lo, hi], &dy);
        assert_eq!(grads, [vec![0.0; 3], vec![0.0], vec![111.0]].map(Some));
    }
}
