//! The JSON schemas of all types that the tables reach, by name.
//!
//! The same types have two: what a reader must accept, and what a writer sends. They differ in what is required:
//! a result always carries all its fields, but its readers are not told to insist on those that may be `null`.
//! The files hold the first; TypeScript shows the second, and a test compares it with that.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use ts_rs::TS;

use super::canonical::canonical;
use super::roots::{Visitor, roots, visit_roots};
use crate::experimental::{self, Scope};

/// Schemas by the name of their type.
pub(super) type Definitions = BTreeMap<String, Value>;

/// All definitions of a scope, as a reader or as a writer sees them.
pub(super) fn definitions(scope: Scope, contract: Contract) -> Definitions {
    let mut all: Definitions =
        generate(contract).into_iter().map(|(name, schema)| (name, canonical(schema))).collect();
    if scope == Scope::Stable {
        for (name, fields) in experimental::FIELDS {
            remove_fields(&mut all, name, fields);
        }
    }
    let mut reached = BTreeSet::new();
    for root in roots(scope) {
        reach(root, &all, &mut reached);
    }
    all.retain(|name, _| reached.contains(name));
    all
}

/// The names of the types that a schema mentions.
pub(super) fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                found.extend(target.rsplit('/').next().map(str::to_owned));
            }
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(entries) => entries.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// A type and everything it is made of.
pub(super) fn reach(name: &str, all: &Definitions, reached: &mut BTreeSet<String>) {
    if !reached.insert(name.to_owned()) {
        return;
    }
    let mut found = BTreeSet::new();
    if let Some(schema) = all.get(name) {
        references(schema, &mut found);
    }
    for next in found {
        reach(&next, all, reached);
    }
}

fn generate(contract: Contract) -> impl IntoIterator<Item = (String, Value)> {
    let settings = SchemaSettings::draft07().with(|settings| settings.contract = contract);
    let mut generator = settings.into_generator();
    visit_roots(&mut generator);
    generator.take_definitions(true)
}

impl Visitor for SchemaGenerator {
    fn visit<T: JsonSchema + TS + 'static>(&mut self) {
        self.subschema_for::<T>();
    }
}

/// Takes fields out of a type, or, for `Type::tag`, out of one variant of it.
fn remove_fields(all: &mut Definitions, name: &str, fields: &[&str]) {
    let (name, tag) = name.split_once("::").map_or((name, None), |(name, tag)| (name, Some(tag)));
    let Some(schema) = all.get_mut(name) else { return };
    match tag {
        None => remove_properties(schema, fields),
        Some(tag) => {
            let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
            for variant in variants.into_iter().flatten().filter(|variant| has_tag(variant, tag)) {
                remove_properties(variant, fields);
            }
        }
    }
}

fn has_tag(variant: &Value, tag: &str) -> bool {
    variant.get("properties").and_then(Value::as_object).is_some_and(|properties| {
        properties.values().any(|property| property.pointer("/enum/0").and_then(Value::as_str) == Some(tag))
    })
}

fn remove_properties(schema: &mut Value, fields: &[&str]) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for field in fields {
            properties.remove(*field);
        }
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !fields.iter().any(|field| name == field));
    }
}
