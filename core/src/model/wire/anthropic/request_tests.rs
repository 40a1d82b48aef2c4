//! What a server is sent.

use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::model::tool_spec::ToolSpec;
use crate::model::wire::Server;
use crate::model::wire::testkit::prompt;

const TARGET: Target<'static> = Target { server: Server::Stateless, provider: "p" };

fn body(prompt: &Prompt) -> Value {
    serde_json::from_slice(&encode(prompt, &TARGET).unwrap().body).unwrap()
}

fn check_messages(prompt: &Prompt, expected: Expect) {
    let body = body(prompt);
    let messages = body["messages"].as_array().unwrap();
    expected.assert_eq(&messages.iter().map(|message| format!("{message}\n")).collect::<String>());
}

fn says(role: &str, text: &str) -> Value {
    json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
}

fn thought(text: &str, encrypted: &str) -> Value {
    json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": text}], "encrypted_content": encrypted})
}

fn call(id: &str) -> Value {
    json!({"type": "function_call", "name": "f", "arguments": "{\"x\": 1}", "call_id": id})
}

#[test]
fn a_whole_request() {
    let mut prompt = prompt("claude-opus-4-6", vec![says("developer", "You may write."), says("user", "hi")]);
    prompt.parallel_tool_calls = false;
    prompt.effort = Some("xhigh".into());
    prompt.output_schema = Some(json!({"type": "object"}));
    prompt.tools = Arc::new([
        ToolSpec::function("exec_command", "d", json!({"type": "object"})),
        ToolSpec::function("odd", "d", Value::Null),
    ]);
    expect![[r#"
        {
          "model": "claude-opus-4-6",
          "max_tokens": 128000,
          "system": [
            {
              "type": "text",
              "text": "Be good."
            },
            {
              "type": "text",
              "text": "You may write.",
              "cache_control": {
                "type": "ephemeral"
              }
            }
          ],
          "messages": [
            {
              "role": "user",
              "content": [
                {
                  "type": "text",
                  "text": "hi",
                  "cache_control": {
                    "type": "ephemeral"
                  }
                }
              ]
            }
          ],
          "tools": [
            {
              "name": "exec_command",
              "description": "d",
              "input_schema": {
                "type": "object"
              }
            },
            {
              "name": "odd",
              "description": "d",
              "input_schema": {
                "type": "object",
                "properties": {}
              },
              "cache_control": {
                "type": "ephemeral"
              }
            }
          ],
          "tool_choice": {
            "type": "auto",
            "disable_parallel_tool_use": true
          },
          "thinking": {
            "type": "adaptive"
          },
          "output_config": {
            "effort": "max",
            "format": {
              "type": "json_schema",
              "schema": {
                "type": "object"
              }
            }
          },
          "stream": true
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&body(&prompt)).unwrap());
}

#[test]
fn calls_results_and_images() {
    let prompt = prompt(
        "claude-sonnet-4-5",
        vec![
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "two"},
                {"type": "input_image", "image_url": "data:image/jpg;base64,AA=="},
                {"type": "input_image", "image_url": "https://h/a.png"},
                {"type": "input_image", "image_url": "data:image/tiff;base64,AA=="}]}),
            says("assistant", "Looking."),
            call("a"),
            call("b"),
            call("c"),
            json!({"type": "function_call_output", "call_id": "a", "output": " "}),
            json!({"type": "function_call_output", "call_id": "b", "output": [
                {"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "data:image/png;base64,BB=="}]}),
            says("user", "go on"),
            says("assistant", "Done."),
            says("user", "thanks"),
        ],
    );
    check_messages(
        &prompt,
        expect![[r#"
        {"role":"user","content":[{"type":"text","text":"two"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AA=="}},{"type":"image","source":{"type":"url","url":"https://h/a.png"}},{"type":"text","text":"[an image of a kind that the model server does not take]"}]}
        {"role":"assistant","content":[{"type":"text","text":"Looking."},{"type":"tool_use","id":"a","name":"f","input":{"x":1}},{"type":"tool_use","id":"b","name":"f","input":{"x":1}},{"type":"tool_use","id":"c","name":"f","input":{"x":1}}]}
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"a"},{"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"BB=="}}]},{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"aborted"}],"is_error":true},{"type":"text","text":"go on","cache_control":{"type":"ephemeral"}}]}
        {"role":"assistant","content":[{"type":"text","text":"Done."}]}
        {"role":"user","content":[{"type":"text","text":"thanks","cache_control":{"type":"ephemeral"}}]}
    "#]],
    );
}

#[test]
fn thoughts_go_back_to_whom_they_are_from() {
    let items = vec![
        says("user", "one"),
        thought("why", "codex-wire thinking p SIG"),
        json!({"type": "reasoning", "summary": [], "encrypted_content": "codex-wire redacted-thinking p DATA"}),
        thought("other", "codex-wire thinking q SIG"),
        thought("encrypted", "gAAA"),
        call("a"),
    ];
    let mut thinking = prompt("claude-sonnet-4-5", items);
    thinking.effort = Some("low".into());
    check_messages(
        &thinking,
        expect![[r#"
        {"role":"user","content":[{"type":"text","text":"one","cache_control":{"type":"ephemeral"}}]}
        {"role":"assistant","content":[{"type":"thinking","thinking":"why","signature":"SIG"},{"type":"redacted_thinking","data":"DATA"},{"type":"tool_use","id":"a","name":"f","input":{"x":1}}]}
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"aborted"}],"is_error":true,"cache_control":{"type":"ephemeral"}}]}
    "#]],
    );
    thinking.effort = Some("none".into());
    let plain = body(&thinking);
    assert!(plain.get("thinking").is_none() && !plain["messages"].to_string().contains("why"), "{plain}");
    thinking.model = "kimi-k2".into();
    assert!(body(&thinking)["messages"].to_string().contains("why"));
}

#[test]
fn a_turn_that_began_without_a_thought_goes_on_without() {
    let thinking = |model: &str, items: &[Value]| {
        let mut prompt = prompt(model, items.to_vec());
        prompt.effort = Some("medium".into());
        body(&prompt)["thinking"].clone()
    };
    let begun = [says("user", "one"), call("a")];
    let over = [says("user", "one"), call("a"), says("user", "two")];
    assert_eq!(thinking("claude-sonnet-4-5", &begun), Value::Null);
    assert_eq!(thinking("claude-sonnet-4-5", &over), json!({"type": "enabled", "budget_tokens": 10_000}));
    assert_eq!(thinking("claude-sonnet-4-6", &begun), json!({"type": "adaptive"}));
    assert_eq!(thinking("claude-3-5-haiku", &over), Value::Null);
}

#[test]
fn an_answer_may_be_as_long_as_the_catalog_says_and_the_window_has_room() {
    let most = |prompt: &Prompt| body(prompt)["max_tokens"].as_i64().unwrap();
    for (model, tokens) in [
        ("claude-3-5-haiku-latest", 8_192),
        ("claude-opus-4-1", 32_000),
        ("claude-sonnet-4-5", 64_000),
        ("other-model", 16_384),
    ] {
        assert_eq!(most(&prompt(model, vec![])), tokens, "{model}");
    }
    let mut described = prompt("other-model", vec![]);
    described.info.max_output_tokens = 50_000;
    assert_eq!(most(&described), 50_000);
    described.info.max_output_tokens = 0;
    assert_eq!(most(&described), 1);
    // Of 200000 tokens about 150000 are taken, and about all.
    let long = |bytes: usize| most(&prompt("claude-sonnet-4-5", vec![says("user", &"x".repeat(bytes))]));
    assert!((49_000..=50_000).contains(&long(450_000)), "{}", long(450_000));
    assert_eq!(long(600_000), 32_000);
}

#[test]
fn thinking_between_calls_is_asked_for_where_a_model_needs_to_be_asked() {
    let feature = |model: &str, effort: &str, tools: &[ToolSpec]| {
        let mut prompt = prompt(model, vec![]);
        prompt.effort = Some(effort.into());
        prompt.tools = tools.into();
        encode(&prompt, &TARGET).unwrap().feature
    };
    let tools = [ToolSpec::function("f", "d", json!({"type": "object"}))];
    assert_eq!(feature("claude-sonnet-4-5", "high", &tools), Some("interleaved-thinking-2025-05-14"));
    assert_eq!(feature("claude-sonnet-4-5", "none", &tools), None);
    assert_eq!(feature("claude-sonnet-4-5", "high", &[]), None);
    for model in ["claude-3-7-sonnet-latest", "claude-3-5-haiku-latest", "claude-opus-4-6", "kimi-k2"] {
        assert_eq!(feature(model, "high", &tools), None, "{model}");
    }
}
