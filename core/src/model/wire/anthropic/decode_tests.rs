//! Answers as servers stream them, and as they should not.

use expect_test::{Expect, expect};

use crate::model::wire::Wire;
use crate::model::wire::testkit::{check_answer, data_of};

fn check(data: &[&str], expected: Expect) {
    check_answer(Wire::Anthropic, data, &expected);
}

#[test]
fn a_recorded_answer() {
    check(
        &data_of(include_str!("recorded.txt")),
        expect![[r#"
        ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
        SummaryPartAdded { summary_index: 0 }
        SummaryDelta { summary_index: 0, delta: "Looking " }
        SummaryDelta { summary_index: 0, delta: "around." }
        ItemDone(Reasoning { id: None, summary: [SummaryText { text: "Looking around." }], content: None, encrypted_content: Some("codex-wire thinking p EqQBCg==") })
        ItemDone(Reasoning { id: None, summary: [], content: None, encrypted_content: Some("codex-wire redacted-thinking p EmwKAh==") })
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("Grüß")
        TextDelta("e, 世界!")
        ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "Grüße, 世界!" }], phase: None })
        ItemDone(FunctionCall { id: None, name: "exec_command", namespace: None, arguments: "{\"cmd\": \"ls\"}", call_id: toolu_1 })
        ItemDone(FunctionCall { id: None, name: "update_plan", namespace: None, arguments: "{}", call_id: toolu_2 })
        Completed { response_id: "msg_1", usage: Some(TokenUsage { input_tokens: 100, cached_input_tokens: 60, cache_write_input_tokens: 10, output_tokens: 20, reasoning_output_tokens: 0, total_tokens: 120 }) }
    "#]],
    );
}

#[test]
fn reasons_to_stop() {
    let stop = |reason: &str| {
        format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}"}},"usage":{{"output_tokens":"3"}}}}"#
        )
    };
    let cut = [
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"x\":"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
    ];
    for (reason, expected) in [
        (
            "max_tokens",
            expect![[r#"
            error: Incomplete { reason: "max_output_tokens", usage: Some(TokenUsage { input_tokens: 0, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 3, reasoning_output_tokens: 0, total_tokens: 3 }) }
        "#]],
        ),
        (
            "tool_use",
            expect![[r#"
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{\"x\":", call_id: a })
            Completed { response_id: "", usage: Some(TokenUsage { input_tokens: 0, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 3, reasoning_output_tokens: 0, total_tokens: 3 }) }
        "#]],
        ),
        (
            "refusal",
            expect![[r#"
            error: Incomplete { reason: "refusal", usage: Some(TokenUsage { input_tokens: 0, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 3, reasoning_output_tokens: 0, total_tokens: 3 }) }
        "#]],
        ),
        (
            "model_context_window_exceeded",
            expect![[r#"
            error: ContextWindowExceeded
        "#]],
        ),
    ] {
        let stop = stop(reason);
        let data: Vec<&str> = cut.iter().copied().chain([stop.as_str()]).collect();
        check(&data, expected);
    }
}

#[test]
fn failures_in_mid_answer() {
    check(
        &[r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#],
        expect![[r#"
            error: Failed { code: Some("overloaded_error"), message: "Overloaded" }
        "#]],
    );
    check(
        &[r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}"#],
        expect![[r#"
        error: RateLimited { status: None, message: "slow", retry_after: None }
    "#]],
    );
    check(
        &[
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 3 tokens > 2 maximum"}}"#,
        ],
        expect![[r#"
            error: ContextWindowExceeded
        "#]],
    );
    check(
        &[r#"{"error":"boom"}"#],
        expect![[r#"
        error: Failed { code: None, message: "boom" }
    "#]],
    );
    check(
        &[r#"{"type":"content_block_delta","delta":{"text":"a"}"#],
        expect![[r#"
        error: Decode { reason: "an event of it: EOF while parsing an object at line 1 column 50: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"a\"}" }
    "#]],
    );
    check(
        &[r#"{"type":"content_block_delta","delta":{"text":"a"}}"#],
        expect![[r#"
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("a")
    "#]],
    );
}

#[test]
fn habits_of_servers() {
    // No starts and stops; a whole call in its start; numbers as text; no id.
    check(
        &[
            "",
            "[DONE]",
            r#"{"type":"hologram","delta":7,"index":{}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_delta","index":"0","delta":{"thinking":"hm"}}"#,
            r#"{"type":"content_block_delta","index":"1","delta":{"text":"a \ud83d"}}"#,
            r#"{"type":"content_block_start","index":"2","content_block":{"type":"tool_use","name":"f","input":{"x":1}}}"#,
            r#"{"type":"content_block_stop","index":"2"}"#,
            r#"{"type":"message_stop"}"#,
            r#"{"type":"message_stop"}"#,
        ],
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            SummaryPartAdded { summary_index: 0 }
            SummaryDelta { summary_index: 0, delta: "hm" }
            ItemDone(Reasoning { id: None, summary: [SummaryText { text: "hm" }], content: None, encrypted_content: Some("codex-wire thinking p ") })
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("a �")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a �" }], phase: None })
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{\"x\":1}", call_id: call_s_1 })
            Completed { response_id: "", usage: None }
        "#]],
    );
}
