//! One example per row of the tables, in `examples/NAME.json` with dots for slashes: read through the types and
//! written again, it must be the same JSON. They show what really crosses the wire, keys with `null` included.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use codex_app_server_protocol::method::MethodInfo;
use codex_app_server_protocol::v2::*;
use codex_app_server_protocol::{
    ClientNotification, ClientRequest, ServerNotification, ServerRequest, for_each_client_notification,
    for_each_client_request, for_each_server_notification, for_each_server_request,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn examples() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().replace('.', "/");
            let text = std::fs::read_to_string(&path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

#[test]
fn every_row_has_an_example_and_every_example_a_row() {
    let tables: [&[MethodInfo]; 4] = [
        ClientRequest::METHODS,
        ClientNotification::METHODS,
        ServerRequest::METHODS,
        ServerNotification::METHODS,
    ];
    let rows: BTreeSet<String> = tables.into_iter().flatten().map(|row| row.name.to_owned()).collect();
    let examples: BTreeSet<String> = examples().into_keys().collect();
    let missing: Vec<_> = rows.difference(&examples).collect();
    let stale: Vec<_> = examples.difference(&rows).collect();
    assert!(missing.is_empty() && stale.is_empty(), "without example: {missing:?}; without row: {stale:?}");
}

/// Reads one part of an example through its type and writes it again.
fn check<T: Serialize + DeserializeOwned>(name: &str, part: &str, example: &Value) {
    let recorded = example.get(part).unwrap_or_else(|| panic!("{name}: the example has no `{part}`"));
    let read: T =
        serde_json::from_value(recorded.clone()).unwrap_or_else(|problem| panic!("{name} {part}: {problem}"));
    let written = serde_json::to_value(&read).unwrap();
    assert!(written == *recorded, "{name} {part}: read\n{recorded:#}\nbut wrote\n{written:#}");
}

#[test]
fn examples_survive_reading_and_writing() {
    let examples = examples();
    macro_rules! check_requests {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
            $variant:ident($params:ty) -> $response:ty;)*) => {
            $(if let Some(example) = examples.get($name) {
                check::<$params>($name, "params", example);
                check::<$response>($name, "response", example);
            })*
        };
    }
    macro_rules! check_notifications {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*) => {
            $(if let Some(example) = examples.get($name) {
                check::<$params>($name, "params", example);
            })*
        };
    }
    for_each_client_request!(check_requests);
    for_each_server_request!(check_requests);
    for_each_client_notification!(check_notifications);
    for_each_server_notification!(check_notifications);
}
