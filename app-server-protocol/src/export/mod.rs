//! The schema of the wire as files: JSON schema and TypeScript, each with and without the experimental parts.
//!
//! [`render`] is a pure function of the types and tables of this crate to a map of path and text; the folder
//! `schema/` of the repository is a copy of that map, and a test compares the two. File names and folders are
//! those that the public `codex` 0.169 generates, so that tools which read its schema read ours.

#[cfg(test)]
mod agreement;
pub mod canonical;
mod declaration;
mod definitions;
pub mod folder;
mod json_schema;
mod layout;
mod messages;
mod roots;
mod typescript;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::experimental::Scope;
use crate::method::MethodInfo;
use crate::{ClientNotification, ClientRequest, ServerNotification, ServerRequest, WIRE_VERSION};

/// All files of the schema folder, by their path in it.
pub fn render() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for scope in [Scope::Stable, Scope::Experimental] {
        let suffix = scope.suffix();
        for (path, text) in json_schema::render(scope) {
            files.insert(format!("json{suffix}/{path}"), text);
        }
        for (path, text) in typescript::render(scope) {
            files.insert(format!("typescript{suffix}/{path}"), text);
        }
    }
    files.insert("meta.json".to_owned(), canonical::to_text(&meta()));
    files
}

/// The tables, for programs that want to know what this version speaks.
fn meta() -> Value {
    json!({
        "wireVersion": WIRE_VERSION,
        "clientRequests": rows(ClientRequest::METHODS),
        "clientNotifications": rows(ClientNotification::METHODS),
        "serverRequests": rows(ServerRequest::METHODS),
        "serverNotifications": rows(ServerNotification::METHODS),
    })
}

fn rows(table: &[MethodInfo]) -> Vec<Value> {
    let name_or_null = |name: &str| match name {
        "" | roots::NO_PARAMS => Value::Null,
        name => Value::from(name),
    };
    table
        .iter()
        .map(|row| {
            json!({
                "method": row.name,
                "params": name_or_null(row.params),
                "response": name_or_null(row.response),
                "experimental": row.experimental,
            })
        })
        .collect()
}
