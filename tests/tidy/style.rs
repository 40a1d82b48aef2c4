//! What every file looks like.

use crate::report;
use crate::sources::{Source, below, rust};

const LONGEST: usize = 500;

/// Files that may be longer: path, ceiling, reason.
const LONG: &[(&str, usize, &str)] = &[];

/// Where a match names every case, so that a new one cannot be overlooked.
const EXHAUSTIVE: &[&str] = &[
    "app-server/src/projection",
    "core/src/exec/policy",
    "core/src/model/wire",
    "core/src/rollout/policy",
    "core/src/session/ops",
    "core/src/session/state",
];

/// Where printing is the purpose.
const PRINTS: &[&str] = &["app-server/src/commands/", "app-server-protocol/src/bin/", "tests/src/"];

/// Words that belong to the place where the code was written, in pieces so that this file does not contain them.
const FORBIDDEN: &[&str] = &[
    concat!("/work", "/main"),
    concat!("/work", "/wt"),
    concat!("/work", "/shared"),
    concat!("/work", "/ref"),
    concat!("/work", "/tmp"),
    concat!("compare_", "traces"),
    concat!("record_", "traces"),
    concat!("as an AI", " language model"),
];

fn check(rule: &str, find: impl Fn(&Source) -> Vec<String>) {
    let findings: Vec<String> = rust().iter().flat_map(&find).collect();
    report(rule, &findings);
}

#[test]
fn files_are_short() {
    check(&format!("a file has at most {LONGEST} lines and one concept"), |source| {
        let listed = LONG.iter().find(|(path, _, _)| *path == source.path);
        let ceiling = listed.map_or(LONGEST, |(_, ceiling, _)| *ceiling);
        let length = source.text.lines().count();
        if length > ceiling { vec![format!("{}: {length} lines", source.path)] } else { Vec::new() }
    });
}

#[test]
fn files_say_what_they_are() {
    check("a file opens with `//!` and what it is", |source| {
        let is_documented = source.text.starts_with("//! ");
        if is_documented { Vec::new() } else { vec![source.path.clone()] }
    });
}

#[test]
fn open_ends_name_an_issue() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
    check("what is to be done names its issue, as in TO-DO(#12)", |source| {
        let is_open = |line: &str| {
            marks.iter().any(|mark| {
                let mut rests = line.split(mark).skip(1);
                rests.any(|rest| {
                    !rest.starts_with("(#") && !rest.starts_with(|next: char| next.is_alphanumeric())
                })
            })
        };
        let open = source.lines().filter(|(_, line)| is_open(line));
        open.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())).collect()
    });
}

#[test]
fn only_the_terminal_prints() {
    let marks = ["println!", "print!(", "dbg!"];
    check(
        "stdout belongs to the protocol; a person is told through `Terminal`, everything else is logged",
        |source| {
            // Tests may print, and so may a build script.
            let is_product = source.path.contains("/src/");
            if !is_product || PRINTS.iter().any(|place| source.path.starts_with(place)) {
                return Vec::new();
            }
            let product = source.product().lines().enumerate();
            let prints = product.filter(|(_, line)| {
                !line.trim_start().starts_with("//") && marks.iter().any(|mark| line.contains(mark))
            });
            prints.map(|(index, line)| format!("{}:{}: {}", source.path, index + 1, line.trim())).collect()
        },
    );
}

#[test]
fn matches_name_every_case() {
    let mut findings = Vec::new();
    for source in EXHAUSTIVE.iter().flat_map(|place| below(place)) {
        let arms =
            source.product().lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("_ =>"));
        findings.extend(arms.map(|(index, _)| format!("{}:{}", source.path, index + 1)));
    }
    report("no `_ =>` here: name the cases, or what is left over when matching text", &findings);
}

#[test]
fn nothing_tells_where_it_was_written() {
    check("no paths and tools of a workplace", |source| {
        let found = source.lines().filter(|(_, line)| FORBIDDEN.iter().any(|word| line.contains(word)));
        found.map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim())).collect()
    });
}

#[test]
fn exceptions_are_needed() {
    let unneeded = LONG.iter().filter(|(path, _, _)| {
        rust()
            .iter()
            .find(|source| source.path == *path)
            .is_none_or(|source| source.text.lines().count() <= LONGEST)
    });
    let findings: Vec<String> = unneeded.map(|(path, _, _)| (*path).to_owned()).collect();
    report("take it off the list of long files", &findings);
}
