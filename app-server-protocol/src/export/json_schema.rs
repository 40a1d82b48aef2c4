//! The JSON schema files: one per type that a table names, the four unions of messages, the envelope, and two
//! bundles of everything. Each file is complete in itself: what it refers to stands in its `definitions`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::Contract;
use serde_json::{Map, Value, json};

use super::canonical::to_text;
use super::definitions::{Definitions, definitions, reach, references};
use super::layout::{is_at_top_of_bundle, json_folder};
use super::roots::{NO_PARAMS, roots, rows};
use crate::experimental::Scope;
use crate::method::MethodInfo;
use crate::{ClientNotification, ClientRequest, ServerNotification, ServerRequest};

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// The files of one scope, by their path below its folder.
pub(super) fn render(scope: Scope) -> BTreeMap<String, String> {
    let mut all = definitions(scope, Contract::Deserialize);
    let messages = messages(scope);
    let envelope = envelope();
    let mut names: BTreeSet<String> = roots(scope).into_iter().map(str::to_owned).collect();
    names.extend(messages.keys().chain(envelope.keys()).cloned());
    all.extend(messages);
    all.extend(envelope);

    let mut files: BTreeMap<String, String> = names
        .iter()
        .map(|name| (format!("{}{name}.json", json_folder(name)), to_text(&complete(name, &all))))
        .collect();
    files.insert("codex_app_server_protocol.schemas.json".to_owned(), to_text(&grouped_bundle(&all)));
    files.insert("codex_app_server_protocol.v2.schemas.json".to_owned(), to_text(&flat_bundle(&all)));
    files
}

/// One type with everything it is made of.
fn complete(name: &str, all: &Definitions) -> Value {
    let mut used = BTreeSet::new();
    let mut found = BTreeSet::new();
    if let Some(schema) = all.get(name) {
        references(schema, &mut found);
    }
    for next in found {
        reach(&next, all, &mut used);
    }
    let mut document = titled(name, all.get(name));
    document.insert("$schema".to_owned(), json!(DIALECT));
    if !used.is_empty() {
        let parts: Map<String, Value> =
            used.iter().filter_map(|part| Some((part.clone(), all.get(part)?.clone()))).collect();
        document.insert("definitions".to_owned(), Value::Object(parts));
    }
    Value::Object(document)
}

fn titled(name: &str, schema: Option<&Value>) -> Map<String, Value> {
    let mut members = schema.and_then(Value::as_object).cloned().unwrap_or_default();
    members.insert("title".to_owned(), json!(name));
    members
}

/// The rules that hold for all types, as this crate's documentation states them.
fn rules() -> String {
    let lines = include_str!("../lib.rs").lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(str::trim).collect::<Vec<_>>().join("\n")
}

fn flat_bundle(all: &Definitions) -> Value {
    json!({
        "$schema": DIALECT,
        "title": "CodexAppServerProtocolV2",
        "description": rules(),
        "type": "object",
        "definitions": all.iter().map(|(name, schema)| (name, Value::Object(titled(name, Some(schema)))))
            .collect::<BTreeMap<_, _>>(),
    })
}

/// The bundle in which most types stand in a group `v2`.
fn grouped_bundle(all: &Definitions) -> Value {
    let mut top = Map::new();
    let mut group = Map::new();
    for (name, schema) in all {
        let schema = regroup(&Value::Object(titled(name, Some(schema))));
        if is_at_top_of_bundle(name) {
            top.insert(name.clone(), schema);
        } else {
            group.insert(name.clone(), schema);
        }
    }
    top.insert("v2".to_owned(), Value::Object(group));
    json!({
        "$schema": DIALECT,
        "title": "CodexAppServerProtocol",
        "description": rules(),
        "type": "object",
        "definitions": top,
    })
}

fn regroup(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| {
                    match value.as_str().and_then(|text| text.strip_prefix("#/definitions/")) {
                        Some(name) if key == "$ref" && !is_at_top_of_bundle(name) => {
                            (key.clone(), json!(format!("#/definitions/v2/{name}")))
                        }
                        _ => (key.clone(), regroup(value)),
                    }
                })
                .collect(),
        ),
        Value::Array(entries) => Value::Array(entries.iter().map(regroup).collect()),
        other => other.clone(),
    }
}

/// The four unions: everything one side may say unasked.
fn messages(scope: Scope) -> Definitions {
    let request = |row: &MethodInfo| message(row, json!({"$ref": "#/definitions/RequestId"}), "Request");
    let notification = |row: &MethodInfo| message(row, Value::Null, "Notification");
    let union =
        |description: &str, variants: Vec<Value>| json!({"description": description, "oneOf": variants});
    let server_notifications: Vec<Value> =
        rows(ServerNotification::METHODS, scope).map(notification).collect();
    let emitted_at_ms = json!({
        "description": "When the server made the notification, in Unix milliseconds.",
        "type": "integer",
        "format": "int64",
    });
    Definitions::from([
        (
            "ClientRequest".to_owned(),
            union("A request of the client.", rows(ClientRequest::METHODS, scope).map(request).collect()),
        ),
        (
            "ClientNotification".to_owned(),
            union(
                "A notification of the client.",
                rows(ClientNotification::METHODS, scope).map(notification).collect(),
            ),
        ),
        (
            "ServerRequest".to_owned(),
            union("A request of the server.", rows(ServerRequest::METHODS, scope).map(request).collect()),
        ),
        (
            "ServerNotification".to_owned(),
            json!({
                "description": "A notification of the server.",
                "properties": {"emittedAtMs": emitted_at_ms},
                "oneOf": server_notifications,
            }),
        ),
    ])
}

fn message(row: &MethodInfo, id: Value, kind: &str) -> Value {
    let mut properties = Map::new();
    let mut required = vec!["method"];
    properties.insert("method".to_owned(), json!({"type": "string", "enum": [row.name]}));
    if !id.is_null() {
        properties.insert("id".to_owned(), id);
        required.insert(0, "id");
    }
    if row.params != NO_PARAMS {
        properties.insert("params".to_owned(), json!({"$ref": format!("#/definitions/{}", row.params)}));
        required.push("params");
    } else if kind == "Request" {
        properties.insert("params".to_owned(), json!({"type": "null"}));
    }
    json!({
        "title": format!("{}{kind}", row.variant),
        "description": row.doc.split_whitespace().collect::<Vec<_>>().join(" "),
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

/// The forms of a line, whatever the method.
fn envelope() -> Definitions {
    let id = json!({"$ref": "#/definitions/RequestId"});
    let object = |description: &str, properties: Value, required: &[&str]| json!({"description": description, "type": "object", "properties": properties, "required": required});
    let refer = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
    let kinds = ["JSONRPCRequest", "JSONRPCNotification", "JSONRPCResponse", "JSONRPCError"];
    Definitions::from([
        (
            "JSONRPCRequest".to_owned(),
            object(
                "Wants exactly one answer, which carries the same id.",
                json!({"id": id, "method": {"type": "string"}, "params": true}),
                &["id", "method"],
            ),
        ),
        (
            "JSONRPCNotification".to_owned(),
            object("Wants no answer.", json!({"method": {"type": "string"}, "params": true}), &["method"]),
        ),
        (
            "JSONRPCResponse".to_owned(),
            object("The good answer to a request.", json!({"id": id, "result": true}), &["id", "result"]),
        ),
        (
            "JSONRPCError".to_owned(),
            object(
                "The bad answer to a request.",
                json!({"id": id, "error": refer("JSONRPCErrorError")}),
                &["error", "id"],
            ),
        ),
        (
            "JSONRPCMessage".to_owned(),
            json!({
                "description": "One line of the wire. There is no `jsonrpc` member.",
                "anyOf": kinds.map(refer),
            }),
        ),
    ])
}
