//! Which crate may use which, and that every dependency says what it is for.

use toml::Table;

use crate::report;
use crate::sources::{CRATES, file};

/// A crate and those of ours that it may use.
const USES: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("app-server-protocol", &[]),
    ("core", &["codex-protocol"]),
    ("app-server", &["codex-app-server-protocol", "codex-core", "codex-protocol"]),
    ("tests", &[]),
];

#[test]
fn crates_use_only_lower_ones() {
    let mut findings = Vec::new();
    for name in CRATES {
        let manifest: Table = file(&format!("{name}/Cargo.toml")).unwrap().text.parse().unwrap();
        let allowed =
            USES.iter().find(|(of, _)| of == name).map(|(_, uses)| *uses).expect("every crate is listed");
        let dependencies = manifest.get("dependencies").and_then(|table| table.as_table());
        let ours = dependencies.into_iter().flat_map(Table::keys).filter(|key| key.starts_with("codex-"));
        findings.extend(
            ours.filter(|key| !allowed.contains(&key.as_str())).map(|key| format!("{name} uses {key}")),
        );
    }
    report("crates use only those below them", &findings);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = file("Cargo.toml").unwrap();
    let mut findings = Vec::new();
    let mut in_list = false;
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            in_list = line == "[workspace.dependencies]";
        }
        let is_dependency =
            in_list && line.contains('=') && !line.starts_with('#') && !line.contains("path = ");
        let reason = line.rsplit_once(" # ").map(|(_, reason)| reason.trim()).unwrap_or_default();
        if is_dependency && reason.len() < 3 {
            findings.push(format!("Cargo.toml:{number}: {line}"));
        }
    }
    report("every line of [workspace.dependencies] ends with `# what for`", &findings);
}

#[test]
fn dependencies_are_named_once() {
    let mut findings = Vec::new();
    for name in CRATES {
        let manifest = file(&format!("{name}/Cargo.toml")).unwrap();
        let table: Table = manifest.text.parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (key, value) in table.get(section).and_then(|value| value.as_table()).into_iter().flatten() {
                let is_ours = key.starts_with("codex-");
                if !is_ours && !value.get("workspace").and_then(toml::Value::as_bool).unwrap_or_default() {
                    findings.push(format!("{}: {key}", manifest.path));
                }
            }
        }
    }
    report("versions stand in the workspace's Cargo.toml only: write `name.workspace = true`", &findings);
}
