//! Programs of random tapes and all seeds on up to three threads, without the test harness, whose
//! own synchronisation a thread sanitizer does not know: `npm run fuzz -- races`.

use gradloom_fuzz::{Dice, Tape, check, program, seeds};

fn main() {
    let mut dice = Dice(3);
    let tapes = (0..40).map(|_| {
        let length = 8 + dice.below(100);
        program(&mut Tape(&dice.bytes(length)))
    });
    let cases: Vec<Vec<u8>> = tapes
        .chain(seeds().into_iter().map(|(_, bytes)| bytes))
        .collect();
    let mut counts = [0; 3];
    cases
        .iter()
        .for_each(|bytes| counts[check(bytes) as usize] += 1);
    let [refused, planned, ran] = counts;
    println!("races: {refused} refused, {planned} planned, {ran} ran");
}
