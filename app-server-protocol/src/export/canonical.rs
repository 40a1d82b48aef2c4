//! One way to write each JSON schema down, whatever the version of the generator: keys sorted, descriptions on
//! one line per paragraph, and only words that validators of draft 7 understand.

use serde_json::{Map, Value, json};

/// Rewrites a schema and everything in it.
pub fn canonical(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.into_iter().map(|(key, value)| (key, canonical(value))).collect();
            constant_to_enum(&mut members);
            reference_alone(&mut members);
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = unwrap_lines(text);
            }
            Value::Object(members)
        }
        Value::Array(entries) => Value::Array(entries.into_iter().map(canonical).collect()),
        other => other,
    }
}

/// Pretty JSON with sorted keys and a final line feed.
pub fn to_text(value: &Value) -> String {
    // Writing a `Value` cannot fail: its keys are strings.
    let mut text = serde_json::to_string_pretty(&sorted(value)).unwrap_or_default();
    text.push('\n');
    text
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut pairs: Vec<(&String, &Value)> = members.iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_str());
            Value::Object(pairs.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Array(entries) => Value::Array(entries.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Generators of client code for draft 7 know enumerations better than constants.
fn constant_to_enum(members: &mut Map<String, Value>) {
    if let Some(constant @ Value::String(_)) = members.get("const").cloned() {
        members.remove("const");
        members.insert("enum".to_owned(), json!([constant]));
        members.entry("type").or_insert_with(|| json!("string"));
    }
}

/// In draft 7 everything beside `$ref` is ignored.
fn reference_alone(members: &mut Map<String, Value>) {
    if members.len() > 1
        && let Some(reference) = members.remove("$ref")
    {
        members.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// Joins the lines of a paragraph: where they break is a matter of the source file.
fn unwrap_lines(text: &str) -> String {
    text.split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(schema: Value, expected: Expect) {
        expected.assert_eq(&sorted(&canonical(schema)).to_string());
    }

    #[test]
    fn forms() {
        check(json!({"const": "a"}), expect![[r#"{"enum":["a"],"type":"string"}"#]]);
        check(json!({"$ref": "#/definitions/A"}), expect![[r##"{"$ref":"#/definitions/A"}"##]]);
        check(
            json!({"properties": {"b": {"$ref": "#/definitions/A", "description": "One\ntwo.\n\nThree."}}}),
            expect![[
                r##"{"properties":{"b":{"allOf":[{"$ref":"#/definitions/A"}],"description":"One two.\n\nThree."}}}"##
            ]],
        );
    }
}
