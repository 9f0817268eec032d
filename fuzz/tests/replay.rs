//! The fuzzer's property on a fixed number of cases, the same at each run: all seeds, mutations of
//! them, and programs from random tapes. The guided run is `npm run fuzz -- wire`.

use gradloom_fuzz::{Dice, Loose, Outcome, Tape, check, mutate, program, seeds};
use gradloom_graph::wire;
use gradloom_ops::REGISTRY;

/// How many of `cases` were refused, planned, run.
fn count(cases: impl Iterator<Item = Vec<u8>>) -> [usize; 3] {
    let mut counts = [0; 3];
    for bytes in cases {
        counts[check(&bytes) as usize] += 1;
    }
    counts
}

#[test]
fn every_op_has_a_seed_that_runs() {
    let mut missing: Vec<&str> = REGISTRY.names().collect();
    for (name, bytes) in seeds() {
        let Ok(graph) = wire::decode(&bytes, &REGISTRY) else {
            continue;
        };
        let ops = graph.nodes.iter().filter_map(|n| n.op());
        let names: Vec<&str> = ops.map(|op| op.name()).collect();
        missing.retain(|op| !names.contains(op));
        assert_ne!(check(&bytes), Outcome::Refused, "{name}");
    }
    assert!(
        missing.is_empty(),
        "add the seeds that gradloom-ops prints: {missing:?}"
    );
}

#[test]
fn taking_bytes_apart_loses_nothing() {
    for (name, bytes) in seeds() {
        let loose = Loose::parse(&bytes).unwrap_or_else(|| panic!("{name} is not cut"));
        assert_eq!(loose.bytes(), bytes, "{name}");
    }
}

#[test]
fn mutated_seeds_are_refused_or_run() {
    let (seeds, mut dice) = (seeds(), Dice(1));
    let mut cases = Vec::new();
    for _ in 0..3_000 {
        let seed = &seeds[dice.below(seeds.len())].1;
        let again = dice.below(4);
        cases.push((0..again).fold(mutate(seed, &mut dice), |bytes, _| {
            mutate(&bytes, &mut dice)
        }));
    }
    let [refused, planned, ran] = count(cases.into_iter());
    assert!(
        refused > 1_500 && planned > 5 && ran > 150,
        "{refused} {planned} {ran}"
    );
}

#[test]
fn programs_from_random_tapes_run() {
    let mut dice = Dice(2);
    let tapes = (0..200).map(|_| {
        let length = 8 + dice.below(400);
        program(&mut Tape(&dice.bytes(length)))
    });
    let [refused, planned, ran] = count(tapes);
    assert!(refused < 10 && ran > 50, "{refused} {planned} {ran}");
}
