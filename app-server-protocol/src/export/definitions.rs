//! The schemas of all types that the tables reach, by name.
//!
//! The same types have two: what a reader must accept, and what a writer sends. They differ in what is required:
//! a result always carries all its fields, but its readers are not told to insist on those that may be `null`.
//! JSON schema is written from the first, TypeScript from the second.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use super::canonical::canonical;
use crate::experimental::{self, Scope};
use crate::jsonrpc::{ErrorObject, RequestId};
use crate::method::MethodInfo;
use crate::v2::*;
use crate::{ClientNotification, ClientRequest, ServerNotification, ServerRequest};
use crate::{
    error_code, for_each_client_notification, for_each_client_request, for_each_server_notification,
    for_each_server_request,
};

/// Schemas by the name of their type.
pub(super) type Definitions = BTreeMap<String, Value>;

/// The type of the params of methods that take none. It is nowhere shown.
pub(super) const NO_PARAMS: &str = "NoParams";

/// Types that no table names.
const BESIDE_THE_TABLES: &[&str] =
    &["RequestId", "JSONRPCErrorError", "ConfigWriteErrorData", "InputErrorData", "OverloadedErrorData"];

/// Whose view a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// What must be accepted.
    Reader,
    /// What is sent.
    Writer,
}

/// The rows of a table that a scope has.
pub(super) fn rows(table: &'static [MethodInfo], scope: Scope) -> impl Iterator<Item = &'static MethodInfo> {
    table.iter().filter(move |row| scope == Scope::Experimental || !row.experimental)
}

/// The types that the rows of a scope name, and those beside the tables.
pub(super) fn roots(scope: Scope) -> BTreeSet<&'static str> {
    [ClientRequest::METHODS, ClientNotification::METHODS, ServerRequest::METHODS, ServerNotification::METHODS]
        .into_iter()
        .flat_map(|table| rows(table, scope))
        .flat_map(|row| [row.params, row.response])
        .filter(|name| !name.is_empty() && *name != NO_PARAMS)
        .chain(BESIDE_THE_TABLES.iter().copied())
        .collect()
}

/// All definitions of a scope.
pub(super) fn definitions(scope: Scope, view: View) -> Definitions {
    let mut all: Definitions =
        generate(view).into_iter().map(|(name, schema)| (name, canonical(schema))).collect();
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

fn generate(view: View) -> impl IntoIterator<Item = (String, Value)> {
    let settings = match view {
        View::Reader => SchemaSettings::draft07().for_deserialize(),
        View::Writer => SchemaSettings::draft07().for_serialize(),
    };
    let mut generator = settings.into_generator();

    fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
        generator.subschema_for::<T>();
    }
    macro_rules! add_requests {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
            $variant:ident($params:ty) -> $response:ty;)*) => {
            $(add::<$params>(&mut generator);
            add::<$response>(&mut generator);)*
        };
    }
    macro_rules! add_notifications {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*) => {
            $(add::<$params>(&mut generator);)*
        };
    }
    for_each_client_request!(add_requests);
    for_each_server_request!(add_requests);
    for_each_client_notification!(add_notifications);
    for_each_server_notification!(add_notifications);
    add::<RequestId>(&mut generator);
    add::<ErrorObject>(&mut generator);
    add::<error_code::ConfigWriteErrorData>(&mut generator);
    add::<error_code::InputErrorData>(&mut generator);
    add::<error_code::OverloadedErrorData>(&mut generator);
    generator.take_definitions(true)
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
