//! Every row of the method tables has an example, and some test of the real process names it; every tool has a
//! story.

use crate::report;
use crate::sources::{below, file, root};

const TABLES: &[&str] =
    &["client_requests", "client_notifications", "server_requests", "server_notifications"];

/// Rows whose behaviour comes with a later issue: name, reason.
const NOT_YET: &[(&str, &str)] = &[];

/// The method names of all tables.
fn rows() -> Vec<String> {
    let files = TABLES.iter().filter_map(|name| file(&format!("app-server-protocol/src/tables/{name}.rs")));
    files.flat_map(|table| table.lines().filter_map(|(_, line)| row(line)).collect::<Vec<_>>()).collect()
}

/// `experimental "a/b" => …`
fn row(line: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix("experimental ").unwrap_or(line);
    let (name, rest) = line.strip_prefix('"')?.split_once('"')?;
    rest.trim_start().starts_with("=>").then(|| name.to_owned())
}

#[test]
fn every_row_has_an_example() {
    let folder = root().join("app-server-protocol/tests/examples");
    if !folder.exists() {
        return;
    }
    let missing =
        rows().into_iter().filter(|name| !folder.join(format!("{}.json", name.replace('/', "."))).exists());
    report(
        "a row of the tables needs a file in app-server-protocol/tests/examples",
        &missing.collect::<Vec<_>>(),
    );
}

#[test]
fn every_row_is_named_in_a_test_of_the_real_process() {
    let tests: String =
        below("tests/it").chain(below("tests/src")).map(|source| source.text.as_str()).collect();
    let is_listed = |name: &String| NOT_YET.iter().any(|(listed, _)| listed == name);
    let missing =
        rows().into_iter().filter(|name| !is_listed(name) && !tests.contains(&format!("\"{name}\"")));
    report("a row of the tables needs a test below tests/it that names it", &missing.collect::<Vec<_>>());
}

#[test]
fn rows_are_found() {
    assert_eq!(row(r#"            experimental "a/b" =>"#).as_deref(), Some("a/b"));
    assert_eq!(row(r#""c" => C(D);"#).as_deref(), Some("c"));
    assert_eq!(row(r#"/// "no" => row"#), None);
    assert!(rows().len() > 40, "{:?}", rows());
}

/// A tool is known by the file of its handler.
#[test]
fn every_tool_has_a_story() {
    let Some(list) = file("core/src/tools/builtin.rs") else { return };
    let stories: String = below("tests/it").map(|source| source.text.as_str()).collect();
    let mut findings = Vec::new();
    for source in below("core/src/tools/handlers") {
        let name = source.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        let is_tool = list.text.contains(&format!("handlers::{name}::"));
        if is_tool && !stories.contains(&format!("\"{name}\"")) {
            findings.push(name.to_owned());
        }
    }
    report("a tool of builtin.rs needs a story below tests/it that calls it", &findings);
}

#[test]
fn what_is_not_there_yet_is_not_tested() {
    let tests: String = below("tests/it").map(|source| source.text.as_str()).collect();
    let there = NOT_YET.iter().filter(|(name, _)| tests.contains(&format!("\"{name}\"")));
    report(
        "a test names it: take it off the list",
        &there.map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>(),
    );
}
