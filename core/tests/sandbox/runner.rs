//! A very small test harness: runs tests one after the other, tells how they went, and fails if one did.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// A named test. `Ok(Some(reason))` means that it cannot be run here.
pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Outcome,
}

pub enum Outcome {
    Pass,
    #[allow(dead_code)]
    Unsupported(String),
}

pub fn run(groups: &[&[Test]]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let tests: Vec<&Test> = groups.iter().copied().flatten().collect();
    if arguments.iter().any(|argument| argument == "--list") {
        tests.iter().for_each(|test| println!("{}: test", test.name));
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let mut failed = Vec::new();
    for test in tests.iter().filter(|test| wanted(test.name)) {
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(test.run));
        let took = start.elapsed().as_millis();
        match outcome {
            Ok(Outcome::Pass) => println!("test {} ... ok ({took} ms)", test.name),
            Ok(Outcome::Unsupported(reason)) => println!("test {} ... unsupported ({reason})", test.name),
            Err(_) => {
                println!("test {} ... FAILED", test.name);
                failed.push(test.name);
            }
        }
    }
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
        std::process::exit(101);
    }
}
