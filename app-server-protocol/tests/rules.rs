//! The conventions of the wire, checked on the generated schema. What the wire of the public `codex` does
//! otherwise stands in the tables of exceptions, because clients rely on it; nothing new should join them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use codex_app_server_protocol::method::MethodInfo;
use codex_app_server_protocol::{ClientRequest, ServerNotification, ServerRequest, export};
use serde_json::{Map, Value};

/// Types whose fields have another spelling: they repeat the configuration file, the model server or MCP.
const OTHER_SPELLING: &[(&str, &str)] = &[
    ("AppsConfig", "keys of the configuration file"),
    ("AppsDefaultConfig", "keys of the configuration file"),
    ("BrowserUseConfig", "keys of the configuration file"),
    ("BrowserUseOriginPolicyConfig", "keys of the configuration file"),
    ("ComputerUseConfig", "keys of the configuration file"),
    ("ComputerUseMacosConfig", "keys of the configuration file"),
    ("ComputerUseWindowsExeConfig", "keys of the configuration file"),
    ("Config", "keys of the configuration file"),
    ("OtelRequirements", "keys of the configuration file"),
    ("OtelTlsConfig", "keys of the configuration file"),
    ("OtelToolResultLogConfig", "keys of the configuration file"),
    ("SandboxWorkspaceWrite", "keys of the configuration file"),
    ("ToolsConfig", "keys of the configuration file"),
    ("WebSearchToolConfig", "keys of the configuration file"),
    ("ManagedHooksRequirements", "names of hook events"),
    ("AskForApproval", "wire: the granular form"),
    ("CommandExecutionApprovalDecision", "wire"),
    ("PatchChangeKind", "wire: move_path"),
    ("Settings", "wire"),
    ("CollaborationModeMask", "wire"),
    ("SubAgentSource", "wire"),
    ("UserInput", "wire: text_elements"),
    ("ConfigWriteErrorData", "wire"),
    ("InputErrorData", "wire"),
    ("ContentItem", "the model server's"),
    ("FunctionCallOutputContentItem", "the model server's"),
    ("InternalChatMessageMetadataPassthrough", "the model server's"),
    ("LocalShellAction", "the model server's"),
    ("ResponseItem", "the model server's"),
    ("AgentMessageInputContent", "the model server's"),
    ("McpToolCallResult", "MCP: _meta"),
    ("FuzzyFileSearchResult", "wire"),
    ("ConversationGitInfo", "wire: origin_url"),
];

/// Unions whose members carry no common tag.
const UNTAGGED: &[(&str, &str)] = &[
    ("RequestId", "wire: JSON-RPC"),
    ("JSONRPCMessage", "wire: JSON-RPC"),
    ("ForcedChatgptWorkspaceIds", "wire: one or several"),
    ("FunctionCallOutputBody", "the model server's"),
    ("ThreadListCwdFilter", "wire: one or several"),
    ("ThreadItemsListCursor", "wire: a cursor or an item"),
    ("CodexErrorInfo", "wire: values of later versions"),
    ("ContentItem", "the model server's: address or file"),
    ("FunctionCallOutputContentItem", "the model server's: address or file"),
    ("UserInput", "wire: address or file"),
    ("ThreadItem", "wire: image or file"),
    ("GetConversationSummaryParams", "wire: path or id"),
];

/// Lists that come whole.
const UNPAGED: &[(&str, &str)] =
    &[("collaborationMode/list", "wire"), ("modelProvider/list", "wire"), ("skills/list", "wire")];

/// Names of methods that are not `resource/verb` with a singular resource.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("initialize", "wire"),
    ("error", "wire"),
    ("warning", "wire"),
    ("configWarning", "wire"),
    ("deprecationNotice", "wire"),
    ("thread/turns/list", "wire"),
    ("thread/items/list", "wire"),
    ("thread/items/read", "wire"),
    ("thread/backgroundTerminals/list", "wire"),
    ("thread/backgroundTerminals/terminate", "wire"),
    ("thread/backgroundTerminals/clean", "wire"),
    ("modelProvider/capabilities/read", "wire"),
    ("skills/list", "wire"),
    ("skills/extraRoots/set", "wire"),
    ("skills/config/write", "wire"),
    ("skills/changed", "wire"),
    ("account/rateLimits/updated", "wire"),
    ("account/rateLimits/read", "wire"),
    ("getAuthStatus", "wire: the older API"),
    ("account/chatgptAuthTokens/refresh", "wire"),
    ("configRequirements/read", "wire"),
    ("fs/readFile", "wire"),
    ("fs/writeFile", "wire"),
    ("fs/createDirectory", "wire"),
    ("fs/getMetadata", "wire"),
    ("fs/readDirectory", "wire"),
    ("fs/remove", "wire"),
    ("fs/copy", "wire"),
    ("fs/watch", "wire"),
    ("fs/unwatch", "wire"),
    ("fs/changed", "wire"),
    ("fuzzyFileSearch", "wire"),
    ("gitDiffToRemote", "wire: the older API"),
    ("getConversationSummary", "wire: the older API"),
    ("thread/settings/update", "wire"),
    ("thread/settings/updated", "wire"),
    ("thread/inject_items", "wire"),
    ("item/permissions/requestApproval", "wire"),
];

/// Fields of results and notifications that are left out instead of being `null`.
const LEFT_OUT: &[(&str, &str)] = &[
    ("ConfigLayer.disabledReason", "wire"),
    ("ConfigReadResponse.layers", "wire"),
    ("ConfigWarningNotification.path", "wire"),
    ("ConfigWarningNotification.range", "wire"),
    ("PermissionsRequestApprovalResponse.strictAutoReview", "wire"),
    ("ThreadNameUpdatedNotification.threadName", "wire"),
];

/// Times that are no integers.
const TIMES_AS_TEXT: &[(&str, &str)] = &[("ConversationSummary.updatedAt", "wire: the older API")];

fn files() -> &'static BTreeMap<String, String> {
    static FILES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FILES.get_or_init(export::render)
}

fn definitions() -> Map<String, Value> {
    let bundle = &files()["json-experimental/codex_app_server_protocol.v2.schemas.json"];
    let bundle: Value = serde_json::from_str(bundle).unwrap();
    bundle["definitions"].as_object().unwrap().clone()
}

fn excepted(table: &[(&str, &str)], name: &str) -> bool {
    table.iter().any(|(entry, _)| *entry == name)
}

/// Fails with all complaints, and with entries of a table that nothing needs any more.
fn report(complaints: Vec<(String, String)>, table: &[(&str, &str)]) {
    let used: BTreeSet<&str> = complaints.iter().map(|(name, _)| name.as_str()).collect();
    let unused: Vec<_> = table.iter().filter(|(name, _)| !used.contains(name)).collect();
    let open: Vec<String> = complaints
        .iter()
        .filter(|(name, _)| !excepted(table, name))
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    assert!(open.is_empty(), "{}", open.join("\n"));
    assert!(unused.is_empty(), "exceptions that are none: {unused:?}");
}

/// Calls `look` with every object schema in a schema that has fields.
fn each_object<'a>(schema: &'a Value, look: &mut impl FnMut(&'a Map<String, Value>)) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) {
                look(members);
            }
            members.values().for_each(|value| each_object(value, look));
        }
        Value::Array(entries) => entries.iter().for_each(|value| each_object(value, look)),
        _ => {}
    }
}

fn fields(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    object["properties"].as_object().unwrap().iter()
}

/// Whether this is a member of a union whose one key is a word: not a field, but a value.
fn is_variant(object: &Map<String, Value>) -> bool {
    object.get("additionalProperties") == Some(&Value::Bool(false))
        && object["properties"].as_object().is_some_and(|fields| fields.len() == 1)
}

fn is_tag(schema: &Value) -> bool {
    schema["enum"].as_array().is_some_and(|values| values.len() == 1)
}

fn allows(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        _ => {
            let parts = ["anyOf", "oneOf"].iter().filter_map(|word| schema[*word].as_array()).flatten();
            parts.into_iter().any(|part| allows(part, kind))
        }
    }
}

#[test]
fn every_type_and_field_is_documented() {
    let mut complaints = Vec::new();
    for (name, schema) in &definitions() {
        if schema["description"].as_str().is_none_or(str::is_empty) {
            complaints.push((name.clone(), "no description".to_owned()));
        }
        each_object(schema, &mut |object| {
            // Fields of messages repeat what the row says.
            for (field, of) in fields(object) {
                let is_envelope = name.starts_with("JSONRPC") || object["properties"].get("method").is_some();
                if of["description"].is_null() && !is_tag(of) && !is_envelope && !is_variant(object) {
                    complaints.push((format!("{name}.{field}"), "no description".to_owned()));
                }
            }
        });
    }
    report(complaints, &[]);
}

#[test]
fn fields_are_in_camel_case() {
    let mut complaints = Vec::new();
    for (name, schema) in &definitions() {
        each_object(schema, &mut |object| {
            for (field, _) in fields(object).filter(|_| !is_variant(object)) {
                let camel = field.starts_with(|c: char| c.is_ascii_lowercase())
                    && field.chars().all(|c| c.is_ascii_alphanumeric());
                if !camel {
                    complaints.push((name.clone(), format!("{field} is not in camel case")));
                }
            }
        });
    }
    report(complaints, OTHER_SPELLING);
}

#[test]
fn times_are_integers() {
    let mut complaints = Vec::new();
    for (name, schema) in &definitions() {
        each_object(schema, &mut |object| {
            for (field, of) in fields(object) {
                if (field.ends_with("At") || field.ends_with("Ms")) && !allows(of, "integer") {
                    complaints.push((format!("{name}.{field}"), "a time is an integer".to_owned()));
                }
            }
        });
    }
    report(complaints, TIMES_AS_TEXT);
}

#[test]
fn lists_are_paged() {
    let definitions = definitions();
    let has = |name: &str, field: &str| !definitions[name]["properties"][field].is_null();
    let mut complaints = Vec::new();
    for row in ClientRequest::METHODS.iter().filter(|row| row.name.ends_with("/list")) {
        let paged = has(row.params, "cursor") && has(row.params, "limit") && has(row.response, "nextCursor");
        if !paged || !has(row.response, "data") {
            complaints.push((row.name.to_owned(), "not paged".to_owned()));
        }
    }
    report(complaints, UNPAGED);
}

#[test]
fn unions_can_be_told_apart() {
    let mut complaints = Vec::new();
    for (name, schema) in &definitions() {
        each_union(schema, &mut |variants| {
            let is_nullable = variants.len() == 2 && variants.iter().any(|variant| variant["type"] == "null");
            if !is_nullable && !is_tagged(variants) && !is_keyed(variants) {
                complaints.push((name.clone(), "members without a common tag".to_owned()));
            }
        });
    }
    report(complaints, UNTAGGED);
}

fn each_union<'a>(schema: &'a Value, look: &mut impl FnMut(&'a Vec<Value>)) {
    match schema {
        Value::Object(members) => {
            for word in ["oneOf", "anyOf"] {
                if let Some(Value::Array(variants)) = members.get(word) {
                    look(variants);
                }
            }
            members.values().for_each(|value| each_union(value, look));
        }
        Value::Array(entries) => entries.iter().for_each(|value| each_union(value, look)),
        _ => {}
    }
}

/// All members have a field of one name with one value of their own.
fn is_tagged(variants: &[Value]) -> bool {
    ["type", "kind", "mode", "method"]
        .iter()
        .any(|tag| variants.iter().all(|variant| is_tag(&variant["properties"][*tag])))
}

/// All members are words, or objects with one key of their own.
fn is_keyed(variants: &[Value]) -> bool {
    variants.iter().all(|variant| {
        let is_words = variant["enum"].is_array();
        is_words || variant.as_object().is_some_and(is_variant)
    })
}

#[test]
fn optional_params_may_be_null() {
    let mut complaints = Vec::new();
    for (name, schema) in definitions().iter().filter(|(name, _)| name.ends_with("Params")) {
        let required: Vec<&Value> = schema["required"].as_array().into_iter().flatten().collect();
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            let is_flag = allows(of, "boolean");
            let is_list = allows(of, "array");
            let has_default = !of["default"].is_null();
            let may_be_null = allows(of, "null") || *of == Value::Bool(true) || is_any(of);
            if !required.contains(&&Value::from(field.as_str()))
                && !may_be_null
                && !is_flag
                && !is_list
                && !has_default
            {
                complaints.push((format!("{name}.{field}"), "optional, but not nullable".to_owned()));
            }
        }
    }
    report(complaints, &[]);
}

fn is_any(schema: &Value) -> bool {
    schema.as_object().is_some_and(|members| members.keys().all(|key| key == "description"))
}

#[test]
fn results_and_notifications_carry_all_their_fields() {
    let mut complaints = Vec::new();
    for (path, text) in files() {
        let Some(name) =
            path.strip_prefix("typescript-experimental/v2/").and_then(|path| path.strip_suffix(".ts"))
        else {
            continue;
        };
        if !name.ends_with("Response") && !name.ends_with("Notification") && name != "ConfigLayer" {
            continue;
        }
        // Fields that may be left out are `field?: …` outside of comments; dictionaries are `{ [key in …]?: … }`.
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])).collect();
        for (before, _) in code.match_indices("?:").map(|(at, _)| code.split_at(at)) {
            let field = before.rsplit(|symbol: char| !symbol.is_alphanumeric()).next().unwrap();
            if !field.is_empty() {
                complaints.push((format!("{name}.{field}"), "may be left out".to_owned()));
            }
        }
    }
    report(complaints, LEFT_OUT);
}

#[test]
fn names_follow_one_form() {
    let mut complaints = Vec::new();
    let mut check = |row: &MethodInfo, params: &str, response: &str| {
        let parts: Vec<&str> = row.name.split('/').collect();
        let is_camel = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_alphanumeric())
        };
        let is_plural = |part: &str| part.ends_with('s') && !part.ends_with("ss") && !part.ends_with("us");
        let (_, resources) = parts.split_last().unwrap();
        if resources.is_empty()
            || !parts.iter().all(|part| is_camel(part))
            || resources.iter().any(|part| is_plural(part))
        {
            complaints.push((row.name.to_owned(), "not resource/method".to_owned()));
        }
        let fits = |name: &str, suffix: &str| name.is_empty() || name.ends_with(suffix);
        assert!(fits(row.params, params), "{}: {} is no …{params}", row.name, row.params);
        assert!(fits(row.response, response), "{}: {} is no …{response}", row.name, row.response);
    };
    for row in ClientRequest::METHODS.iter().chain(ServerRequest::METHODS) {
        check(row, "Params", "Response");
    }
    for row in ServerNotification::METHODS {
        check(row, "Notification", "");
    }
    report(complaints, OTHER_NAMES);
}

#[test]
fn every_file_is_complete_and_fit_for_draft_7() {
    for (path, text) in
        export::render().iter().filter(|(path, _)| path.ends_with(".json") && *path != "meta.json")
    {
        let document: Value = serde_json::from_str(text).unwrap();
        check_references(path, &document, &document);
    }
}

fn check_references(path: &str, document: &Value, schema: &Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                assert!(members.len() == 1, "{path}: words beside {target} are ignored in draft 7");
                let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{path}: {target}"));
                assert!(document.pointer(pointer).is_some(), "{path}: {target} is not in the file");
            }
            members.values().for_each(|value| check_references(path, document, value));
        }
        Value::Array(entries) => entries.iter().for_each(|value| check_references(path, document, value)),
        _ => {}
    }
}
