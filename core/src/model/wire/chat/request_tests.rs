//! What a server is sent.

use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::model::tool_spec::{FreeformTool, ToolSpec, WebSearchTool};
use crate::model::wire::testkit::prompt;

const TARGET: Target<'static> = Target { server: Server::Stateless, provider: "p" };

fn body(prompt: &Prompt, target: &Target<'_>) -> Value {
    serde_json::from_slice(&encode(prompt, target).unwrap()).unwrap()
}

fn check_messages(items: Vec<Value>, expected: Expect) {
    let body = body(&prompt("other-model", items), &TARGET);
    let messages = body["messages"].as_array().unwrap();
    expected.assert_eq(&messages.iter().map(|message| format!("{message}\n")).collect::<String>());
}

fn says(role: &str, text: &str) -> Value {
    json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
}

fn call(id: &str) -> Value {
    json!({"type": "function_call", "name": "f", "arguments": "{}", "call_id": id})
}

fn thought(text: &str, encrypted: &str) -> Value {
    json!({"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": text}], "encrypted_content": encrypted})
}

#[test]
fn a_whole_request() {
    let mut prompt = prompt("gpt-5.5", vec![says("user", "hi")]);
    prompt.parallel_tool_calls = false;
    prompt.effort = Some("high".into());
    prompt.service_tier = Some("flex".into());
    prompt.output_schema = Some(json!({"type": "object"}));
    prompt.tools = Arc::new([
        ToolSpec::function("exec_command", "d", json!({"type": "object"})),
        ToolSpec::Freeform(FreeformTool {
            name: "apply_patch".into(),
            description: "d".into(),
            syntax: "lark".into(),
            definition: "start: x".into(),
        }),
        ToolSpec::WebSearch(WebSearchTool::default()),
    ]);
    expect![[r#"
        {
          "model": "gpt-5.5",
          "messages": [
            {
              "role": "system",
              "content": "Be good."
            },
            {
              "role": "user",
              "content": "hi"
            }
          ],
          "stream": true,
          "stream_options": {
            "include_usage": true
          },
          "tools": [
            {
              "type": "function",
              "function": {
                "name": "exec_command",
                "description": "d",
                "parameters": {
                  "type": "object"
                }
              }
            },
            {
              "type": "function",
              "function": {
                "name": "apply_patch",
                "description": "d\n\nThe text in `input` follows this grammar (lark):\nstart: x",
                "parameters": {
                  "type": "object",
                  "properties": {
                    "input": {
                      "type": "string",
                      "description": "The whole text."
                    }
                  },
                  "required": [
                    "input"
                  ],
                  "additionalProperties": false
                }
              }
            }
          ],
          "tool_choice": "auto",
          "parallel_tool_calls": false,
          "reasoning_effort": "high",
          "verbosity": "low",
          "service_tier": "flex",
          "response_format": {
            "type": "json_schema",
            "json_schema": {
              "name": "codex_output_schema",
              "strict": true,
              "schema": {
                "type": "object"
              }
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&body(&prompt, &TARGET)).unwrap());
}

#[test]
fn a_server_is_only_asked_for_what_its_model_takes() {
    let plain = body(&prompt("other-model", vec![]), &TARGET);
    expect![[r#"{"model":"other-model","messages":[{"role":"system","content":"Be good."},{"role":"user","content":"Go on."}],"stream":true,"stream_options":{"include_usage":true}}"#]].assert_eq(&plain.to_string());
    let mistral = body(&prompt("devstral", vec![]), &Target { server: Server::Mistral, ..TARGET });
    assert_eq!(mistral.get("stream_options"), None);
    // Efforts and parallel calls are spoken of only where that says something.
    let thinks = |server| {
        let mut prompt = prompt("gpt-5.5", vec![]);
        prompt.tools = Arc::new([ToolSpec::function("f", "d", json!({"type": "object"}))]);
        let body = body(&prompt, &Target { server, ..TARGET });
        assert_eq!((&body["tool_choice"], body.get("parallel_tool_calls")), (&json!("auto"), None));
        body["reasoning_effort"].clone()
    };
    assert_eq!((thinks(Server::Stateless), thinks(Server::Mistral)), (json!("medium"), Value::Null));
    let verbosity = |model: &str| {
        let mut prompt = prompt(model, vec![]);
        prompt.verbosity = Some(Verbosity::High);
        body(&prompt, &TARGET)["verbosity"].clone()
    };
    assert_eq!((verbosity("other-model"), verbosity("llama3.3")), (json!("high"), Value::Null));
    // The key of its cache, which others may refuse.
    let key =
        |server| body(&prompt("gpt-5.5", vec![]), &Target { server, ..TARGET })["prompt_cache_key"].clone();
    assert_eq!(key(Server::OpenAi), "01a204c2-4887-7bf2-88cb-1e909b637fb4");
    for other in [Server::Stateless, Server::Azure, Server::Mistral] {
        assert_eq!(key(other), Value::Null, "{other:?}");
    }
}

#[test]
fn calls_outputs_and_images() {
    check_messages(
        vec![
            says("user", "one"),
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "two"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA=="}]}),
            says("assistant", "Looking."),
            json!({"type": "function_call", "name": "f", "arguments": "{}", "call_id": "a"}),
            json!({"type": "custom_tool_call", "call_id": "b", "name": "apply_patch", "input": "x"}),
            json!({"type": "custom_tool_call_output", "call_id": "b", "output": "done"}),
            json!({"type": "function_call_output", "call_id": "a", "output": [
                {"type": "input_image", "image_url": "data:image/png;base64,BB=="}]}),
            says("assistant", "Done."),
        ],
        expect![[r#"
            {"role":"system","content":"Be good."}
            {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}
            {"role":"assistant","content":"Looking.","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"apply_patch","arguments":"{\"input\":\"x\"}"}}]}
            {"role":"tool","tool_call_id":"a","content":"(an image, shown in the next message)"}
            {"role":"tool","tool_call_id":"b","content":"done"}
            {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,BB=="}}]}
            {"role":"assistant","content":"Done."}
            {"role":"user","content":"Go on."}
        "#]],
    );
}

#[test]
fn reasoning_goes_back_to_whom_it_is_from_until_the_user_speaks() {
    check_messages(
        vec![
            says("user", "one"),
            thought("old", "codex-wire chat p reasoning"),
            says("assistant", "a"),
            says("user", "two"),
            thought("new", "codex-wire chat p reasoning_content"),
            call("a"),
            thought("other", "codex-wire chat q reasoning"),
            thought("encrypted", "gAAA"),
            thought("field", "codex-wire chat p telepathy"),
            thought("signed", "codex-wire thinking p x"),
            call("b"),
        ],
        expect![[r#"
            {"role":"system","content":"Be good."}
            {"role":"user","content":"one"}
            {"role":"assistant","content":"a"}
            {"role":"user","content":"two"}
            {"role":"assistant","content":null,"reasoning_content":"new","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]}
            {"role":"tool","tool_call_id":"a","content":"aborted"}
            {"role":"tool","tool_call_id":"b","content":"aborted"}
        "#]],
    );
}

#[test]
fn mistral_has_ids_of_its_own() {
    assert_eq!(short_id("aB3dE6gH9"), "aB3dE6gH9");
    let id = short_id("call_1");
    assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) && id != short_id("call_2"));
}

#[test]
fn what_a_server_has_added_to_a_call_goes_back_with_that_call() {
    check_messages(
        vec![
            says("user", "one"),
            thought("", r#"codex-wire chat-call p {"google":{"thought_signature":"S"}}"#),
            call("a"),
            thought("", r#"codex-wire chat-call q {"another":"server's"}"#),
            call("b"),
            thought("", "codex-wire chat-call p no object"),
            call("c"),
            says("user", "two"),
        ],
        expect![[r#"
            {"role":"system","content":"Be good."}
            {"role":"user","content":"one"}
            {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}
            {"role":"tool","tool_call_id":"a","content":"aborted"}
            {"role":"tool","tool_call_id":"b","content":"aborted"}
            {"role":"tool","tool_call_id":"c","content":"aborted"}
            {"role":"user","content":"two"}
        "#]],
    );
}

#[test]
fn parts_of_reasoning_go_back_as_they_came() {
    check_messages(
        vec![
            says("user", "one"),
            thought("old", r#"codex-wire chat-details p [{"text":"old"}]"#),
            says("assistant", "a"),
            says("user", "two"),
            thought("new", "codex-wire chat p reasoning"),
            thought("", r#"codex-wire chat-details p [{"text":"new","signature":"S"},{"data":"D"}]"#),
            thought("", r#"codex-wire chat-details q [{"text":"another's"}]"#),
            thought("", "codex-wire chat-details p no list"),
            thought("", r#"codex-wire chat-details p [{"data":"E"}]"#),
            call("a"),
        ],
        expect![[r#"
            {"role":"system","content":"Be good."}
            {"role":"user","content":"one"}
            {"role":"assistant","content":"a"}
            {"role":"user","content":"two"}
            {"role":"assistant","content":null,"reasoning_details":[{"text":"new","signature":"S"},{"data":"D"},{"data":"E"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}
            {"role":"tool","tool_call_id":"a","content":"aborted"}
        "#]],
    );
}
