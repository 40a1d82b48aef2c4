//! TypeScript and JSON schema come from two derives on the same types. This checks, type by type, that they say
//! the same: the fields of every object, which of them may be left out, what kinds of values they take and
//! whether `null` is among them, the fixed values, and the types that are mentioned. What a list or a dictionary
//! holds is checked by the types alone.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::Contract;
use serde_json::{Map, Value};

use super::declaration::{Field, Object, alternatives, objects, values, words};
use super::definitions::{definitions, references};
use super::roots::TABLES;
use super::typescript::{Declarations, declarations};
use crate::experimental::{self, Scope};

/// What a type consists of, in words that both kinds of schema have.
#[derive(Debug, Default, PartialEq)]
struct Shape {
    /// The fields of each object in it: `name: kinds`, or `name?: kinds` if it may be left out.
    objects: BTreeSet<BTreeSet<String>>,
    values: BTreeSet<String>,
    types: BTreeSet<String>,
}

fn field(name: &str, is_optional: bool, kinds: &BTreeSet<&str>) -> String {
    let optional = if is_optional { "?" } else { "" };
    // Every JSON value includes `null`, said or not.
    let kinds = if kinds.contains("any") { "any".to_owned() } else { join(kinds) };
    format!("{name}{optional}: {kinds}")
}

fn join(kinds: &BTreeSet<&str>) -> String {
    kinds.iter().copied().collect::<Vec<_>>().join("|")
}

fn of_typescript(text: &str, all: &Declarations) -> Shape {
    let fields = |object: Object<'_>| {
        let label = |one: &Field<'_>| {
            field(one.name, one.is_optional, &alternatives(one.of).into_iter().map(typescript_kind).collect())
        };
        object.fields.iter().map(label).collect::<BTreeSet<_>>()
    };
    let (_, right) = text.split_once('=').unwrap();
    Shape {
        objects: objects(right).into_iter().map(fields).filter(|fields| !fields.is_empty()).collect(),
        values: values(right),
        types: words(right)
            .into_iter()
            .filter(|word| all.contains_key(word) && word != "JsonValue")
            .collect(),
    }
}

fn typescript_kind(of: &str) -> &'static str {
    match of {
        "null" => "null",
        "string" => "string",
        "number" => "number",
        "boolean" => "boolean",
        "JsonValue" => "any",
        _ if of.starts_with('"') => "string",
        _ if of.starts_with("Array<") => "list",
        _ if of.starts_with('{') => "object",
        _ => "type",
    }
}

fn of_json(schema: &Value) -> Shape {
    let mut shape = Shape::default();
    references(schema, &mut shape.types);
    collect(schema, &mut shape);
    shape
}

fn collect(schema: &Value, shape: &mut Shape) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(values)) = members.get("enum") {
                shape.values.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            shape.objects.extend(json_fields(members).filter(|fields| !fields.is_empty()));
            for (_, inner) in members.iter().filter(|(word, _)| *word != "default") {
                collect(inner, shape);
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, shape)),
        _ => {}
    }
}

fn json_fields(object: &Map<String, Value>) -> impl Iterator<Item = BTreeSet<String>> {
    let required: Vec<&str> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = object.get("properties").and_then(Value::as_object);
    properties.into_iter().map(move |properties| {
        let one =
            |(name, of): (&String, &Value)| field(name, !required.contains(&name.as_str()), &json_kinds(of));
        properties.iter().map(one).collect()
    })
}

fn json_kinds(schema: &Value) -> BTreeSet<&'static str> {
    let kind = |kind: &str| match kind {
        "null" => "null",
        "string" => "string",
        "integer" | "number" => "number",
        "boolean" => "boolean",
        "array" => "list",
        "object" => "object",
        other => panic!("unknown type {other}"),
    };
    match (&schema["type"], &schema["anyOf"]) {
        (Value::String(only), _) => BTreeSet::from([kind(only)]),
        (Value::Array(kinds), _) => kinds.iter().filter_map(Value::as_str).map(kind).collect(),
        (_, Value::Array(parts)) => parts.iter().flat_map(json_kinds).collect(),
        _ if ["$ref", "allOf"].iter().any(|word| !schema[*word].is_null()) => BTreeSet::from(["type"]),
        _ => BTreeSet::from(["any"]),
    }
}

/// Whether a reader that accepts the one object has all it needs in the other, and nothing else comes.
fn fits(accepted: &BTreeSet<String>, sent: &BTreeSet<String>) -> bool {
    let erased = |fields: &BTreeSet<String>| -> BTreeSet<String> {
        fields.iter().map(|field| field.replacen("?:", ":", 1)).collect()
    };
    erased(accepted) == erased(sent)
        && sent.iter().all(|field| !field.contains("?:") || accepted.contains(field))
}

fn check(scope: Scope) {
    let typescript = declarations(scope);
    // The view of the sender is TypeScript's, to the letter.
    let json = definitions(scope, Contract::Serialize);
    let shapes: BTreeMap<&String, Shape> = typescript
        .iter()
        .filter(|(name, _)| *name != "JsonValue" && !is_message(name))
        .map(|(name, declaration)| (name, of_typescript(&declaration.text, &typescript)))
        .collect();
    assert_eq!(shapes.keys().copied().collect::<Vec<_>>(), json.keys().collect::<Vec<_>>());

    let differences: Vec<String> = shapes
        .iter()
        .map(|(name, shape)| (name, shape, of_json(&json[*name])))
        .filter(|(_, shape, other)| *shape != other)
        .map(|(name, shape, other)| format!("{name}\n  TypeScript: {shape:?}\n  JSON:       {other:?}"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));

    // The view of the reader is in the files. It may ask for less, but not for anything else.
    for (name, schema) in definitions(scope, Contract::Deserialize) {
        let (sent, accepted) = (&shapes[&name], of_json(&schema));
        assert_eq!((&sent.values, &sent.types), (&accepted.values, &accepted.types), "{name}");
        for object in &sent.objects {
            assert!(accepted.objects.iter().any(|other| fits(other, object)), "{name}: {object:?}");
        }
    }
}

/// The messages are no types of the wire modules; both generators write them from the tables.
fn is_message(name: &str) -> bool {
    name == "ServerNotificationEnvelope" || TABLES.iter().any(|(union, _)| *union == name)
}

#[test]
fn both_schemas_say_the_same() {
    check(Scope::Stable);
    check(Scope::Experimental);
}

#[test]
fn messages_are_the_rows_of_the_tables() {
    for scope in [Scope::Stable, Scope::Experimental] {
        let all = declarations(scope);
        for (union, table) in TABLES {
            let expected: Vec<String> =
                super::roots::rows(table, scope).map(|row| row.name.to_owned()).collect();
            let found = objects(&all[union].text);
            let found: Vec<&str> = found
                .iter()
                .filter_map(|object| object.fields.first()?.of.strip_prefix('"')?.strip_suffix('"'))
                .collect();
            assert_eq!(found, expected, "{union}");
        }
    }
}

#[test]
fn experimental_fields_exist() {
    let all = declarations(Scope::Experimental);
    for (name, fields) in experimental::FIELDS {
        let (name, tag) = name.split_once("::").map_or((*name, None), |(name, tag)| (name, Some(tag)));
        let objects = objects(&all[name].text);
        let object = objects.iter().find(|object| tag.is_none_or(|tag| object.is_tagged(tag))).unwrap();
        for name_of_field in *fields {
            assert!(
                object.fields.iter().any(|field| field.name == *name_of_field),
                "{name}: {name_of_field}"
            );
        }
    }
}
