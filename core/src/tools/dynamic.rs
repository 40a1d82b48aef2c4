//! Which tools of a client are accepted, and under which names the model knows them. Pure.
//!
//! Every server takes plain functions, so a tool of a group is one whose name begins with that of the group. Nothing is
//! searched for: tools that could be left out until they are searched for are offered at once.

use std::collections::HashSet;

use codex_protocol::dynamic_tool::{DynamicTool, DynamicToolSpec, GroupedTool};
use serde_json::{Map, Value, json};

use crate::tools::builtin;
use crate::tools::router::qualified;

/// A longer one is refused by model servers.
const LONGEST_NAME: usize = 128;
const LONGEST_GROUP: usize = 64;
/// Groups that model servers or tool servers have for themselves.
const RESERVED_GROUPS: [&str; 4] = ["functions", "multi_tool_use", "web", "mcp"];
/// Keywords of a schema that hold schemas by name, a schema, or several.
const NAMED_SCHEMAS: [&str; 4] = ["properties", "patternProperties", "$defs", "definitions"];
const SCHEMAS: [&str; 4] = ["items", "additionalProperties", "not", "contains"];
const LISTED_SCHEMAS: [&str; 4] = ["anyOf", "oneOf", "allOf", "prefixItems"];
/// A schema inside a schema inside a schema.
const DEEPEST: usize = 64;

/// Why a list of tools is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where, seen from the list: `[0].inputSchema.properties`.
    pub at: String,
    pub why: String,
}

/// A tool with its group.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedTool {
    pub group: Option<Group>,
    pub tool: DynamicTool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub description: String,
}

impl OfferedTool {
    /// The name under which the model calls it.
    pub fn name(&self) -> String {
        qualified(self.group.as_ref().map(|group| group.name.as_str()), &self.tool.name)
    }

    /// The schema as every server takes it: of an object.
    pub fn parameters(&self) -> Value {
        let mut schema = match &self.tool.input_schema {
            Value::Object(schema) => schema.clone(),
            _ => Map::new(),
        };
        schema.insert("type".into(), json!("object"));
        schema.entry("properties").or_insert_with(|| json!({}));
        Value::Object(schema)
    }
}

/// All tools, groups taken apart.
pub fn offered(specs: &[DynamicToolSpec]) -> Vec<OfferedTool> {
    let mut all = Vec::new();
    for spec in specs {
        match spec {
            DynamicToolSpec::Function(tool) => all.push(OfferedTool { group: None, tool: tool.clone() }),
            DynamicToolSpec::Namespace { name, description, tools } => {
                let group = Group { name: name.clone(), description: description.clone() };
                all.extend(tools.iter().map(|GroupedTool::Function(tool)| OfferedTool {
                    group: Some(group.clone()),
                    tool: tool.clone(),
                }));
            }
        }
    }
    all
}

/// Whether all of them can be offered.
pub fn check(specs: &[DynamicToolSpec]) -> Result<(), Refused> {
    let mut names = HashSet::new();
    for (index, spec) in specs.iter().enumerate() {
        let at = format!("[{index}]");
        match spec {
            DynamicToolSpec::Function(tool) => check_tool(tool, None, &at, &mut names)?,
            DynamicToolSpec::Namespace { name, tools, .. } => {
                check_group(name, &at)?;
                if tools.is_empty() {
                    return refused(format!("{at}.tools"), "must hold at least one tool");
                }
                for (index, GroupedTool::Function(tool)) in tools.iter().enumerate() {
                    check_tool(tool, Some(name), &format!("{at}.tools[{index}]"), &mut names)?;
                }
            }
        }
    }
    Ok(())
}

fn check_group(name: &str, at: &str) -> Result<(), Refused> {
    let at = format!("{at}.name");
    check_characters(name, &at, LONGEST_GROUP)?;
    if RESERVED_GROUPS.contains(&name) || name.starts_with("mcp__") {
        return refused(at, format!("is `{name}`, which is reserved; choose another name"));
    }
    Ok(())
}

fn check_tool(
    tool: &DynamicTool,
    group: Option<&str>,
    at: &str,
    names: &mut HashSet<String>,
) -> Result<(), Refused> {
    let name_at = format!("{at}.name");
    check_characters(&tool.name, &name_at, LONGEST_NAME)?;
    let name = qualified(group, &tool.name);
    if name.len() > LONGEST_NAME {
        return refused(name_at, format!("makes `{name}`, which has more than {LONGEST_NAME} characters"));
    }
    if group.is_none() && (name == "mcp" || name.starts_with("mcp__")) {
        return refused(
            name_at,
            format!("is `{name}`, which is reserved for tool servers; choose another name"),
        );
    }
    if builtin::NAMES.contains(&name.as_str()) {
        return refused(name_at, format!("is `{name}`, which is a tool of this server; choose another name"));
    }
    if tool.defer_loading && group.is_none() {
        return refused(format!("{at}.deferLoading"), "is for tools in a namespace; leave it out");
    }
    check_schema(&tool.input_schema, &format!("{at}.inputSchema"))?;
    if names.insert(name.clone()) {
        return Ok(());
    }
    refused(name_at, format!("makes `{name}`, which another tool is called already"))
}

fn check_characters(name: &str, at: &str, longest: usize) -> Result<(), Refused> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if name.is_empty() || name.len() > longest || !name.bytes().all(is_good) {
        let why =
            format!("must have 1 to {longest} characters, each a letter from A to Z, a digit, `_` or `-`");
        return refused(at, why);
    }
    Ok(())
}

/// The arguments of a call are an object.
fn check_schema(schema: &Value, at: &str) -> Result<(), Refused> {
    let is_object = |kind: &Value| kind == "object";
    let takes_objects = match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(is_object),
        Some(kind) => is_object(kind),
    };
    if *schema == Value::Bool(false) || !takes_objects {
        return refused(format!("{at}.type"), "must be `object`: the arguments of a call have names");
    }
    check_part(schema, at, DEEPEST)
}

fn check_part(schema: &Value, at: &str, depth: usize) -> Result<(), Refused> {
    let Some(depth) = depth.checked_sub(1) else {
        return refused(at, format!("is deeper than {DEEPEST} schemas in each other"));
    };
    let Value::Object(fields) = schema else {
        let is_whole = schema.is_boolean();
        return if is_whole { Ok(()) } else { refused(at, "must be a JSON schema: an object or a boolean") };
    };
    for (key, value) in fields {
        let at = format!("{at}.{key}");
        match (key.as_str(), value) {
            (key, Value::Object(schemas)) if NAMED_SCHEMAS.contains(&key) => {
                for (name, schema) in schemas {
                    check_part(schema, &format!("{at}.{name}"), depth)?;
                }
            }
            (key, _) if NAMED_SCHEMAS.contains(&key) => return refused(at, "must be an object of schemas"),
            ("items", Value::Array(schemas)) => check_list(schemas, &at, depth)?,
            (key, schema) if SCHEMAS.contains(&key) => check_part(schema, &at, depth)?,
            (key, Value::Array(schemas)) if LISTED_SCHEMAS.contains(&key) => check_list(schemas, &at, depth)?,
            (key, _) if LISTED_SCHEMAS.contains(&key) => return refused(at, "must be a list of schemas"),
            ("required", value) => {
                let is_list = value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
                if !is_list {
                    return refused(at, "must be a list of names");
                }
            }
            ("enum", value) if !value.is_array() => return refused(at, "must be a list of values"),
            _ => {}
        }
    }
    Ok(())
}

fn check_list(schemas: &[Value], at: &str, depth: usize) -> Result<(), Refused> {
    schemas
        .iter()
        .enumerate()
        .try_for_each(|(index, schema)| check_part(schema, &format!("{at}[{index}]"), depth))
}

fn refused(at: impl Into<String>, why: impl Into<String>) -> Result<(), Refused> {
    Err(Refused { at: at.into(), why: why.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tools: Value) -> String {
        let specs: Vec<DynamicToolSpec> = serde_json::from_value(tools).unwrap();
        match super::check(&specs) {
            Ok(()) => offered(&specs).iter().map(OfferedTool::name).collect::<Vec<_>>().join(" "),
            Err(Refused { at, why }) => format!("{at} {why}"),
        }
    }

    fn tool(name: &str, schema: Value) -> Value {
        json!({"type": "function", "name": name, "description": "d", "inputSchema": schema})
    }

    fn named(name: &str) -> Value {
        tool(name, json!({}))
    }

    fn group(name: &str, tools: &[Value]) -> Value {
        json!({"type": "namespace", "name": name, "description": "d", "tools": tools})
    }

    #[test]
    fn tools_have_names() {
        assert_eq!(
            check(json!([named("look-up_1"), group("ns", &[named("look"), named("exec_command")])])),
            "look-up_1 ns__look ns__exec_command"
        );
        assert_eq!(check(json!([named(&"a".repeat(128))])).len(), 128);
        let characters = "must have 1 to 128 characters, each a letter from A to Z, a digit, `_` or `-`";
        for name in ["", "a b", "ä", "a.b", " a", &"a".repeat(129)] {
            assert_eq!(check(json!([named("x"), named(name)])), format!("[1].name {characters}"), "{name}");
        }
        for (name, why) in [
            ("exec_command", "is `exec_command`, which is a tool of this server; choose another name"),
            ("mcp__a__b", "is `mcp__a__b`, which is reserved for tool servers; choose another name"),
        ] {
            assert_eq!(check(json!([named(name)])), format!("[0].name {why}"));
        }
        assert_eq!(
            check(json!([named("n__a"), group("n", &[named("a")])])),
            "[1].tools[0].name makes `n__a`, which another tool is called already"
        );
        assert_eq!(
            check(json!([group("mcp", &[named("a")])])),
            "[0].name is `mcp`, which is reserved; choose another name"
        );
        assert_eq!(check(json!([group("n", &[])])), "[0].tools must hold at least one tool");
        let long = check(json!([group(&"n".repeat(60), &[named(&"a".repeat(100))])]));
        assert!(long.ends_with("which has more than 128 characters"), "{long}");
        let mut deferred = named("a");
        deferred["deferLoading"] = json!(true);
        assert_eq!(check(json!([group("n", &[deferred.clone()])])), "n__a");
        assert_eq!(check(json!([deferred])), "[0].deferLoading is for tools in a namespace; leave it out");
    }

    #[test]
    fn schemas_are_of_objects() {
        for schema in [
            json!(true),
            json!({}),
            json!({"type": ["object", "null"]}),
            json!({"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}, "required": ["a"],
                   "additionalProperties": false, "$defs": {"b": {"anyOf": [{"items": {"type": "null"}}]}}}),
        ] {
            assert_eq!(check(json!([tool("a", schema.clone())])), "a", "{schema}");
        }
        let mut deep = json!({});
        for _ in 0..70 {
            deep = json!({ "not": deep });
        }
        for (schema, refused) in [
            (json!(null), " must be a JSON schema: an object or a boolean"),
            (json!("x"), " must be a JSON schema: an object or a boolean"),
            (json!(false), ".type must be `object`: the arguments of a call have names"),
            (json!({"type": "string"}), ".type must be `object`: the arguments of a call have names"),
            (json!({"properties": 5}), ".properties must be an object of schemas"),
            (json!({"properties": {"a": 5}}), ".properties.a must be a JSON schema: an object or a boolean"),
            (json!({"anyOf": [{"not": []}]}), ".anyOf[0].not must be a JSON schema: an object or a boolean"),
            (json!({"oneOf": {}}), ".oneOf must be a list of schemas"),
            (json!({"required": "a"}), ".required must be a list of names"),
            (json!({"properties": {"a": {"enum": "x"}}}), ".properties.a.enum must be a list of values"),
        ] {
            assert_eq!(
                check(json!([tool("a", schema.clone())])),
                format!("[0].inputSchema{refused}"),
                "{schema}"
            );
        }
        assert!(check(json!([tool("a", deep)])).ends_with("is deeper than 64 schemas in each other"));
    }

    #[test]
    fn a_server_is_sent_a_schema_of_an_object() {
        let parameters = |schema: Value| {
            let specs: Vec<DynamicToolSpec> = serde_json::from_value(json!([tool("a", schema)])).unwrap();
            offered(&specs)[0].parameters()
        };
        assert_eq!(parameters(json!(true)), json!({"type": "object", "properties": {}}));
        let whole = json!({"type": "object", "properties": {"a": true}, "required": ["a"]});
        assert_eq!(parameters(whole.clone()), whole);
    }
}
