//! The order of the elements of a row: stable, NaN last, numbers of either sign and both zeros in
//! their order.

/// Runs this short are sorted by insertion.
const RUN: usize = 8;

/// A float as an integer of the same order: −0 is 0, and every NaN is the largest.
pub fn float_key(x: f32) -> i32 {
    if x.is_nan() {
        return i32::MAX;
    }
    let bits = (x + 0.0).to_bits() as i32;
    bits ^ ((bits >> 31) & i32::MAX)
}

/// The same in the reverse order, but NaN still last.
pub fn falling_key(x: f32) -> i32 {
    if x.is_nan() { i32::MAX } else { !float_key(x) }
}

/// Merge sort from below: `order` becomes the places of the keys 0..n in rising order, equal keys
/// in the order of their places. `spare` is as long.
pub fn argsort(key: impl Fn(i32) -> i32, order: &mut [i32], spare: &mut [i32]) {
    let n = order.len();
    order.iter_mut().zip(0..).for_each(|(place, i)| *place = i);
    order.chunks_mut(RUN).for_each(|run| insertion(&key, run));
    let (mut from, mut to) = (&mut order[..], &mut spare[..n]);
    let (mut width, mut swapped) = (RUN, false);
    while width < n {
        for (from, to) in from.chunks(2 * width).zip(to.chunks_mut(2 * width)) {
            let (a, b) = from.split_at(width.min(from.len()));
            merge(&key, a, b, to);
        }
        (from, to) = (to, from);
        swapped = !swapped;
        width *= 2;
    }
    if swapped {
        to.copy_from_slice(from);
    }
}

fn insertion(key: &impl Fn(i32) -> i32, run: &mut [i32]) {
    for i in 1..run.len() {
        let mut at = i;
        while at > 0 && key(run[at]) < key(run[at - 1]) {
            run.swap(at, at - 1);
            at -= 1;
        }
    }
}

fn merge<'a>(key: &impl Fn(i32) -> i32, mut a: &'a [i32], mut b: &'a [i32], out: &mut [i32]) {
    for out in out {
        let from_b = match (a.first(), b.first()) {
            (Some(&x), Some(&y)) => key(y) < key(x),
            (first, _) => first.is_none(),
        };
        let side = if from_b { &mut b } else { &mut a };
        *out = side[0];
        *side = &side[1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(x: &[f32]) {
        let n = x.len();
        for key in [float_key, falling_key] {
            let keys: Vec<i32> = x.iter().map(|&x| key(x)).collect();
            let mut want: Vec<i32> = (0..n as i32).collect();
            want.sort_by_key(|&i| keys[i as usize]);
            let (mut got, mut spare) = (vec![-1; n], vec![-1; n]);
            argsort(|i| keys[i as usize], &mut got, &mut spare);
            assert_eq!(got, want, "{n} elements");
        }
    }

    #[test]
    fn every_length_is_sorted_stably() {
        for n in (0..70).chain([127, 128, 129, 1000]) {
            check(
                &(0..n)
                    .map(|i| ((i * i) as f32 * 0.37).sin())
                    .collect::<Vec<_>>(),
            );
            check(&(0..n).map(|i| (i % 5) as f32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn keys_have_the_order_of_the_floats() {
        let (inf, tiny) = (f32::INFINITY, f32::from_bits(1));
        let rising = [-inf, -2.0, -1.0, -tiny, 0.0, tiny, 1.0, 2.0, inf, f32::NAN];
        assert!(rising.windows(2).all(|w| float_key(w[0]) < float_key(w[1])));
        let numbers = &rising[..9];
        assert!(
            numbers
                .windows(2)
                .all(|w| falling_key(w[1]) < falling_key(w[0]))
        );
        for key in [float_key, falling_key] {
            assert_eq!(key(0.0), key(-0.0));
            assert_eq!(key(-f32::NAN), i32::MAX);
        }
    }
}
