//! Modules use only the layers below them. The layers are the map in the documentation of each `lib.rs`.

use std::collections::HashMap;

use crate::report;
use crate::sources::{Source, below, file};

/// Modules that may use a sibling of their layer: who, whom, why.
const SIBLINGS: &[(&str, &str, &str, &str)] = &[
    ("core", "exec", "sandbox", "commands are launched in it"),
    ("core", "model", "sandbox", "its helper runs what hands out tokens"),
    ("core", "auth", "config", "which logins are allowed, and where they are kept"),
    ("core", "telemetry", "config", "where facts go"),
    ("app-server", "commands", "args", "a subcommand gets its part of the command line"),
    ("app-server", "connection", "handshake", "the loop asks it who may speak"),
    ("app-server", "shutdown", "connection", "stops what the loop served"),
    ("app-server", "handlers", "context", "what a handler may use"),
    ("app-server", "handlers", "threads", "a handler loads threads and listens to them"),
    ("app-server", "handlers", "processes", "a handler starts and ends what a client runs"),
    ("app-server", "context", "watches", "part of what a handler may use"),
    ("app-server", "context", "searches", "part of what a handler may use"),
    ("app-server", "handlers", "searches", "how many sessions there may be"),
    ("core", "file_search", "git", "where repositories begin"),
    ("app-server", "context", "threads", "part of what a handler may use"),
    ("app-server", "context", "processes", "part of what a handler may use"),
    ("app-server", "projection", "convert", "items look the same live and in history"),
    ("app-server", "identity", "client", "the user agent names the client"),
    ("app-server", "outgoing", "client", "knows what the client opted out of"),
    ("app-server", "outgoing", "transport", "writes lines to it"),
    ("app-server", "handle", "error", "a handler answers or fails"),
];

/// Modules that are no part of the product.
const ASIDE: &[&str] = &["testing", "lib"];

#[test]
fn modules_use_only_lower_layers() {
    for name in ["core", "app-server"] {
        let lib = file(&format!("{name}/src/lib.rs")).unwrap();
        let layers = map_of_layers(&lib);
        let mut findings = Vec::new();
        for source in below(&format!("{name}/src")) {
            let own = module_of(&source.path);
            if ASIDE.contains(&own) {
                continue;
            }
            let Some(layer) = layers.get(own) else {
                findings
                    .push(format!("{}: `{own}` is not in the map of layers in {}", source.path, lib.path));
                continue;
            };
            for used in used_modules(source.product()) {
                let is_listed =
                    SIBLINGS.iter().any(|(of, who, whom, _)| (*of, *who, *whom) == (name, own, used));
                // What is not in the map is an item of lib.rs itself.
                let allowed = used == own || is_listed || layers.get(used).is_none_or(|other| other < layer);
                if !allowed {
                    findings.push(format!("{}: `{own}` may not use `{used}`", source.path));
                }
            }
        }
        findings.sort();
        findings.dedup();
        report("modules use only the layers below them (see the map in lib.rs)", &findings);
    }
}

/// Lines such as `4 router, lanes    which handler, in what order` of the documentation.
fn map_of_layers(lib: &Source) -> HashMap<&str, u32> {
    let mut layers = HashMap::new();
    for line in lib.text.lines().filter_map(|line| line.strip_prefix("//! ")) {
        let Some((number, rest)) = line.split_once(' ') else { continue };
        let Ok(number) = number.parse() else { continue };
        let names = rest.split("  ").next().unwrap_or_default();
        let names = names.split([' ', ',']).filter(|name| !name.is_empty());
        layers.extend(names.map(|name| (name, number)));
    }
    layers
}

/// `x` of `crate/src/x.rs` and of `crate/src/x/…`.
fn module_of(path: &str) -> &str {
    let inside = path.split_once("/src/").map_or(path, |(_, inside)| inside);
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The first words after `crate::`, also of `use crate::{a, b::c}`.
fn used_modules(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("crate::").map(|at| from + at) {
        from = at + "crate::".len();
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with("//") {
            continue;
        }
        match text[from..].strip_prefix('{') {
            None => found.push(first_word(&text[from..])),
            Some(list) => found.extend(first_words(list)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// Of the elements of a list up to its `}`; what stands in braces inside an element is not looked at.
fn first_words(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut begin = 0;
    let mut found = Vec::new();
    for (at, character) in list.char_indices() {
        match character {
            ',' | '}' if depth == 0 => {
                found.push(first_word(list[begin..at].trim()));
                begin = at + 1;
                if character == '}' {
                    break;
                }
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[test]
fn uses_are_found() {
    let text = "use crate::a::B;\nuse crate::{c, d::E};\nuse crate::{\n    i::{J, K},\n    l,\n};\n// crate::no\nlet x = crate::f::g(crate::h);\n";
    assert_eq!(used_modules(text), ["a", "c", "d", "i", "l", "f", "h"]);
}
