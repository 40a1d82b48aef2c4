//! What the rehearsal model says when no script says it.

use serde_json::{Map, Value, json};

use crate::base::text::head;
use crate::model::rehearsal::scene::Scene;
use crate::model::rehearsal::script::ScriptError;

/// The answer to a message that is no script.
pub fn plain(scene: &Scene) -> String {
    if let Some(schema) = &scene.output_schema {
        return example(schema, 0).to_string();
    }
    let said = scene.user_text.trim();
    let cut = head(said, 200);
    let more = if cut.len() < said.len() { "…" } else { "" };
    format!(
        "This is the rehearsal model. It is built in, needs neither account nor network, and plays whatever your \
         message tells it to. You wrote: “{cut}{more}”.\n\nSend `demo` to see a command, a plan and an approval, \
         `shell ls` to run a command, or `help` for everything else."
    )
}

/// What takes the place of a conversation.
pub fn summary(scene: &Scene) -> String {
    let said = scene.user_text.trim();
    let cut = head(said, 200);
    let more = if cut.len() < said.len() { "…" } else { "" };
    format!(
        "This is the note of the rehearsal model, which sums nothing up. Messages of the user so far: {}. The last of \
         them was “{cut}{more}”.\n{}",
        scene.turn,
        scene.standing()
    )
}

/// What a reviewer says that looks at nothing.
pub fn review(scene: &Scene) -> String {
    let seen = scene.filled("{output}");
    let explanation = match seen.trim() {
        "" => "This is the rehearsal model, which judges nothing. `git status` names no changes.".to_owned(),
        seen => {
            format!("This is the rehearsal model, which judges nothing. It has seen these changes:\n\n{seen}")
        }
    };
    json!({
        "findings": [],
        "overall_correctness": "patch is correct",
        "overall_explanation": explanation,
        "overall_confidence_score": 0.0,
    })
    .to_string()
}

/// The answer after a script's last call was answered.
pub fn after_the_last_call(scene: &Scene) -> String {
    match scene.output_schema {
        Some(_) => plain(scene),
        None => scene.filled("The script ends here. The last tool gave back:\n\n{output}"),
    }
}

/// The answer to a script that cannot be played.
pub fn not_playable(error: &ScriptError) -> String {
    format!(
        "This is the rehearsal model, and your message reads like a script, but {error}. Send `help` for the directives."
    )
}

/// The smallest value that fits a schema of the common kinds.
fn example(schema: &Value, depth: usize) -> Value {
    const DEEPEST: usize = 16;
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ => "null",
    };
    match kind {
        "object" if depth < DEEPEST => {
            let required = schema.get("required").and_then(Value::as_array);
            let names = required.into_iter().flatten().filter_map(Value::as_str);
            let fields = names.map(|name| {
                let field = schema.pointer(&format!("/properties/{name}")).unwrap_or(&Value::Null);
                (name.to_owned(), example(field, depth + 1))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        "string" => json!("rehearsal"),
        "number" | "integer" => json!(0),
        "boolean" => json!(false),
        "array" => json!([]),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_fits_its_schema() {
        let schema = json!({
            "type": "object", "required": ["name", "kind", "tags", "at"],
            "properties": {
                "name": {"type": "string"}, "kind": {"enum": ["b", "a"]}, "tags": {"type": "array"},
                "at": {"type": "object", "required": ["line"], "properties": {"line": {"type": ["integer", "null"]}}},
            },
        });
        let scene = Scene { output_schema: Some(schema), ..Scene::default() };
        assert_eq!(plain(&scene), r#"{"name":"rehearsal","kind":"b","tags":[],"at":{"line":0}}"#);
    }
}
