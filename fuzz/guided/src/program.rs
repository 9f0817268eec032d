//! Bytes as a tape of decisions that describe a valid program.
#![no_main]

use gradloom_fuzz::{Outcome, Tape, check, program};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    match check(&program(&mut Tape(bytes))) {
        Outcome::Ran => Corpus::Keep,
        _ => Corpus::Reject,
    }
});
