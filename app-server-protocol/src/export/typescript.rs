//! The TypeScript files: one per type, an index per folder. They are written from the JSON schemas of what is
//! sent, so that both kinds of schema say the same: a field that may be left out is optional, a field that is
//! always there is not, and `null` is spelled out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::definitions::{NO_PARAMS, View, definitions, references, rows};
use super::layout::typescript_folder;
use crate::experimental::Scope;
use crate::method::MethodInfo;
use crate::{ClientNotification, ClientRequest, ServerNotification, ServerRequest};

const HEADER: &str = "// Generated from the types of the app server protocol. Do not edit.\n";
const INDENT: &str = "  ";
const JSON_VALUE: &str = "serde_json/JsonValue";

/// The files of one scope, by their path below its folder.
pub(super) fn render(scope: Scope) -> BTreeMap<String, String> {
    let mut types: BTreeMap<String, TypeScript> = definitions(scope, View::Writer)
        .iter()
        .map(|(name, schema)| (name.clone(), TypeScript::of(schema)))
        .collect();
    types.extend(messages(scope));

    let mut files: BTreeMap<String, String> = types
        .iter()
        .map(|(name, body)| {
            let folder = typescript_folder(name);
            (format!("{folder}{name}.ts"), body.file(name, folder))
        })
        .collect();
    files.insert(
        format!("{JSON_VALUE}.ts"),
        format!(
            "{HEADER}\nexport type JsonValue = number | string | boolean | null | Array<JsonValue> | \
             {{ [key in string]?: JsonValue }};\n"
        ),
    );
    files.insert("index.ts".to_owned(), index(&types, "") + "export * as v2 from \"./v2\";\n");
    files.insert("v2/index.ts".to_owned(), index(&types, "v2/"));
    files
}

fn index(types: &BTreeMap<String, TypeScript>, folder: &str) -> String {
    let lines: String = types
        .keys()
        .filter(|name| typescript_folder(name) == folder)
        .map(|name| format!("export type {{ {name} }} from \"./{name}\";\n"))
        .collect();
    format!("{HEADER}\n{lines}")
}

/// The right side of a type declaration.
struct TypeScript {
    doc: String,
    text: String,
    uses: BTreeSet<String>,
}

impl TypeScript {
    fn of(schema: &Value) -> Self {
        let mut uses = BTreeSet::new();
        references(schema, &mut uses);
        let text = expression(schema, 0);
        if text.contains("JsonValue") {
            uses.insert(JSON_VALUE.to_owned());
        }
        TypeScript { doc: comment(schema, 0), text, uses }
    }

    fn file(&self, name: &str, folder: &str) -> String {
        let up = if folder.is_empty() { "./" } else { "../" };
        let imports: String = self
            .uses
            .iter()
            .filter(|used| *used != name)
            .map(|used| {
                let target = typescript_folder(used);
                let path = match used.as_str() {
                    JSON_VALUE => format!("{up}{JSON_VALUE}"),
                    _ if target == folder => format!("./{used}"),
                    _ => format!("{up}{target}{used}"),
                };
                let used = used.rsplit('/').next().unwrap_or(used);
                format!("import type {{ {used} }} from \"{path}\";\n")
            })
            .collect();
        format!(
            "{HEADER}{imports}\n{}export type {name} ={}{};\n",
            self.doc,
            if self.text.starts_with('\n') { "" } else { " " },
            self.text
        )
    }
}

/// A schema as a type expression, to stand in lines that are indented this far.
fn expression(schema: &Value, indent: usize) -> String {
    let Value::Object(members) = schema else {
        return "JsonValue".to_owned();
    };
    if let Some(Value::String(target)) = members.get("$ref") {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(Value::Array(parts)) = members.get("allOf") {
        return parts.iter().map(|part| expression(part, indent)).collect::<Vec<_>>().join(" & ");
    }
    if let Some(Value::Array(values)) = members.get("enum") {
        return alternatives(values.iter().map(|value| (String::new(), value.to_string())), indent);
    }
    let union = ["oneOf", "anyOf"].iter().find_map(|word| members.get(*word).and_then(Value::as_array));
    if let Some(variants) = union {
        let beside = members.get("properties").and_then(Value::as_object).filter(|known| !known.is_empty());
        let depth = if beside.is_some() { indent + 1 } else { indent };
        let text =
            alternatives(variants.iter().flat_map(|variant| members_of_union(variant, depth + 1)), depth);
        return match beside {
            Some(properties) => format!("{} & ({text})", object(members, properties, indent)),
            None => text,
        };
    }
    match members.get("type") {
        Some(Value::Array(kinds)) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            alternatives(kinds.map(|kind| (String::new(), of_kind(kind, members, indent))), indent)
        }
        Some(Value::String(kind)) => of_kind(kind, members, indent),
        _ => "JsonValue".to_owned(),
    }
}

/// A variant as it stands in the union around it. Undocumented lists of values or kinds are
/// many members, not one.
fn members_of_union(variant: &Value, indent: usize) -> Vec<(String, String)> {
    let doc = comment(variant, indent);
    match (variant.get("enum"), variant.get("type"), variant.as_object()) {
        (Some(Value::Array(values)), ..) if doc.is_empty() => {
            values.iter().map(|value| (String::new(), value.to_string())).collect()
        }
        (None, Some(Value::Array(kinds)), Some(members)) if doc.is_empty() => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(|kind| (String::new(), of_kind(kind, members, indent)))
            .collect(),
        _ => vec![(doc, expression(variant, indent))],
    }
}

/// A union of documented members: on one line if that is short, else one line each.
fn alternatives(members: impl Iterator<Item = (String, String)>, indent: usize) -> String {
    let mut distinct: Vec<(String, String)> = Vec::new();
    for (doc, text) in members {
        if !distinct.iter().any(|(_, present)| *present == text) {
            distinct.push((doc, text));
        }
    }
    let is_short = distinct.iter().all(|(doc, text)| doc.is_empty() && !text.contains('\n'))
        && distinct.iter().map(|(_, text)| text.len() + 3).sum::<usize>() < 80;
    if is_short || distinct.len() == 1 {
        return distinct.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" | ");
    }
    let margin = INDENT.repeat(indent + 1);
    distinct.into_iter().map(|(doc, text)| format!("\n{doc}{margin}| {text}")).collect()
}

fn of_kind(kind: &str, members: &Map<String, Value>, indent: usize) -> String {
    match kind {
        "null" => "null".to_owned(),
        "string" => "string".to_owned(),
        "boolean" => "boolean".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "array" => {
            format!(
                "Array<{}>",
                members.get("items").map_or("JsonValue".to_owned(), |of| expression(of, indent))
            )
        }
        "object" => match (members.get("properties"), members.get("additionalProperties")) {
            (Some(Value::Object(properties)), more) if !properties.is_empty() => {
                let known = object(members, properties, indent);
                match more {
                    Some(more) if *more != Value::Bool(false) => {
                        format!("{known} & {}", dictionary(more, indent))
                    }
                    _ => known,
                }
            }
            (_, Some(values)) if *values != Value::Bool(false) => dictionary(values, indent),
            _ => "Record<string, never>".to_owned(),
        },
        _ => "JsonValue".to_owned(),
    }
}

fn dictionary(values: &Value, indent: usize) -> String {
    format!("{{ [key in string]?: {} }}", expression(values, indent))
}

fn object(members: &Map<String, Value>, properties: &Map<String, Value>, indent: usize) -> String {
    let required: BTreeSet<&str> = members
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let fields: Vec<(String, String)> = properties
        .iter()
        .map(|(name, schema)| {
            let optional = if required.contains(name.as_str()) { "" } else { "?" };
            let quoted = if is_identifier(name) { name.clone() } else { format!("\"{name}\"") };
            let text = format!("{quoted}{optional}: {}", expression(schema, indent + 1));
            (comment(schema, indent + 1), text)
        })
        .collect();
    if let [(doc, text)] = fields.as_slice()
        && doc.is_empty()
        && !text.contains('\n')
    {
        return format!("{{ {text} }}");
    }
    let margin = INDENT.repeat(indent);
    let lines: String = fields.iter().map(|(doc, text)| format!("{doc}{margin}{INDENT}{text},\n")).collect();
    format!("{{\n{lines}{margin}}}")
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

fn comment(schema: &Value, indent: usize) -> String {
    let Some(text) = schema.get("description").and_then(Value::as_str) else {
        return String::new();
    };
    let margin = INDENT.repeat(indent);
    if !text.contains('\n') {
        return format!("{margin}/** {} */\n", text.replace("*/", "* /"));
    }
    let lines: String = text
        .lines()
        .map(|line| format!("{margin} * {}", line.replace("*/", "* /")).trim_end().to_owned() + "\n")
        .collect();
    format!("{margin}/**\n{lines}{margin} */\n")
}

/// The four unions, and the envelope of notifications.
fn messages(scope: Scope) -> BTreeMap<String, TypeScript> {
    let requests = |table| union(rows(table, scope).map(|row| message(row, true)));
    let notifications = |table| union(rows(table, scope).map(|row| message(row, false)));
    let mut envelope = TypeScript {
        doc: "/** A notification as the server sends it. */\n".to_owned(),
        text: "{\n  /** When the server made the notification, in Unix milliseconds. */\n  \
               emittedAtMs?: number,\n} & ServerNotification"
            .to_owned(),
        uses: BTreeSet::new(),
    };
    envelope.uses.insert("ServerNotification".to_owned());
    BTreeMap::from([
        ("ClientRequest".to_owned(), requests(ClientRequest::METHODS)),
        ("ClientNotification".to_owned(), notifications(ClientNotification::METHODS)),
        ("ServerRequest".to_owned(), requests(ServerRequest::METHODS)),
        ("ServerNotification".to_owned(), notifications(ServerNotification::METHODS)),
        ("ServerNotificationEnvelope".to_owned(), envelope),
    ])
}

fn union(parts: impl Iterator<Item = (String, BTreeSet<String>)>) -> TypeScript {
    let (texts, uses): (Vec<String>, Vec<BTreeSet<String>>) = parts.unzip();
    let text = texts.iter().map(|text| format!("\n  | {text}")).collect();
    TypeScript { doc: String::new(), text, uses: uses.into_iter().flatten().collect() }
}

fn message(row: &MethodInfo, is_request: bool) -> (String, BTreeSet<String>) {
    let mut uses = BTreeSet::new();
    let mut members = vec![format!("\"method\": \"{}\"", row.name)];
    if is_request {
        members.push("id: RequestId".to_owned());
        uses.insert("RequestId".to_owned());
    }
    if row.params != NO_PARAMS {
        members.push(format!("\"params\": {}", row.params));
        uses.insert(row.params.to_owned());
    } else if is_request {
        members.push("params: undefined".to_owned());
    }
    (format!("{{ {} }}", members.join(", ")), uses)
}
