//! The recorded seeds: one graph a line, `name hex`. Written by `cargo test -p gradloom-fuzz --
//! --ignored record`, and by hand for bytes that once were a finding.

/// Name and bytes of every seed.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let lines = include_str!("../seeds.txt").lines();
    let each = lines.filter_map(|line| line.split_once(' '));
    each.map(|(name, hex)| (name, bytes_of(hex))).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).expect("a hex digit") as u8;
    let pairs = hex.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}
