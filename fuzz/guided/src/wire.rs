//! Bytes as they come from a stranger, changed by the mutator that knows their layout.
#![no_main]

use gradloom_fuzz::{Dice, check, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
});

fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut dice = Dice(u64::from(seed));
    if dice.below(8) == 0 {
        return libfuzzer_sys::fuzzer_mutate(bytes, size, max_size);
    }
    let changed = mutate(&bytes[..size], &mut dice);
    let length = changed.len().min(max_size);
    bytes[..length].copy_from_slice(&changed[..length]);
    length
});
