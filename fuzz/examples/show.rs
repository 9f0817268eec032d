//! Prints the graph in a file that a fuzzer left, and checks it:
//! `cargo run -p gradloom-fuzz --example show FILE [--tape]`.

use gradloom_fuzz::{Tape, check, program};
use gradloom_graph::wire;

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("the path of a file");
    let mut bytes = std::fs::read(path).expect("a file that can be read");
    if args.next().is_some_and(|arg| arg == "--tape") {
        bytes = program(&mut Tape(&bytes));
    }
    match wire::decode(&bytes, &gradloom_ops::REGISTRY) {
        Ok(graph) => println!("{graph}"),
        Err(error) => println!("refused: {error}"),
    }
    println!("{:?}", check(&bytes));
}
