//! Answers as servers stream them, and as they should not.

use expect_test::{Expect, expect};

use crate::model::wire::Wire;
use crate::model::wire::testkit::{check_answer, data_of};

fn check(data: &[&str], expected: Expect) {
    check_answer(Wire::Chat, data, &expected);
}

#[test]
fn a_recorded_answer() {
    check(
        &data_of(include_str!("recorded.txt")),
        expect![[r#"
        ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
        RawReasoningDelta { content_index: 0, delta: "Look" }
        RawReasoningDelta { content_index: 0, delta: "ing around." }
        ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "Looking around." }]), encrypted_content: Some("codex-wire chat p reasoning_content") })
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("Grüß")
        TextDelta("e, 世")
        TextDelta("界!")
        ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "Grüße, 世界!" }], phase: None })
        ItemDone(FunctionCall { id: None, name: "exec_command", namespace: None, arguments: "{\"cmd\":\"ls\"}", call_id: call_a })
        ItemDone(FunctionCall { id: None, name: "view_image", namespace: None, arguments: "{\"path\":\"ä.png\"}", call_id: call_b })
        Completed { response_id: "gen-1", usage: Some(TokenUsage { input_tokens: 100, cached_input_tokens: 64, cache_write_input_tokens: 0, output_tokens: 20, reasoning_output_tokens: 5, total_tokens: 120 }) }
    "#]],
    );
}

#[test]
fn what_a_server_adds_to_a_call_is_kept_before_it() {
    check(
        &[
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"S"}}},{"index":1,"id":"b","function":{"name":"f","arguments":"{}"},"extra_content":"odd"}]},"finish_reason":"tool_calls"}]}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemDone(Reasoning { id: None, summary: [], content: None, encrypted_content: Some("codex-wire chat-call p {\"google\":{\"thought_signature\":\"S\"}}") })
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{}", call_id: a })
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{}", call_id: b })
            Completed { response_id: "", usage: None }
        "#]],
    );
}

#[test]
fn answers_that_end_in_other_ways() {
    // Without `[DONE]`.
    check(
        &[r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#],
        expect![[r#"
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("a")
        ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a" }], phase: None })
        Completed { response_id: "", usage: None }
    "#]],
    );
    // Without a reason.
    check(
        &[r#"{"choices":[{"delta":{"content":"a"}}]}"#, "[DONE]"],
        expect![[r#"
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("a")
        ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a" }], phase: None })
        Completed { response_id: "", usage: None }
    "#]],
    );
    // With neither.
    check(
        &[r#"{"choices":[{"delta":{"content":"a"}}]}"#],
        expect![[r#"
        ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
        TextDelta("a")
    "#]],
    );
    // Stopped, in the middle of a call.
    check(
        &[
            r#"{"choices":[{"delta":{"content":"a","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]}"#,
            r#"{"choices":[{"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("a")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a" }], phase: None })
            error: Incomplete { reason: "max_output_tokens", usage: Some(TokenUsage { input_tokens: 1, cached_input_tokens: 0, cache_write_input_tokens: 0, output_tokens: 2, reasoning_output_tokens: 0, total_tokens: 3 }) }
        "#]],
    );
    check(
        &[r#"{"choices":[{"delta":{},"finish_reason":"content_filter"}]}"#],
        expect![[r#"
        error: Incomplete { reason: "content_filter", usage: None }
    "#]],
    );
}

#[test]
fn failures_in_mid_answer() {
    check(
        &[
            r#"{"choices":[{"delta":{"content":"a"}}]}"#,
            r#"{"error":{"message":"try again in 2s","code":429}}"#,
        ],
        expect![[r#"
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("a")
            error: RateLimited { status: None, message: "try again in 2s", retry_after: Some(2s) }
        "#]],
    );
    check(
        &[
            r#"{"id":"g","error":{"code":502,"message":"provider went away"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}"#,
        ],
        expect![[r#"
            error: Failed { code: Some("502"), message: "provider went away" }
        "#]],
    );
    check(
        &[r#"{"choices":[{"finish_reason":"error"}]}"#],
        expect![[r#"
        error: Failed { code: None, message: "the model server finished with an error" }
    "#]],
    );
    check(
        &[r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#],
        expect![[r#"
            error: ContextWindowExceeded
        "#]],
    );
    check(
        &[r#"{"choices":[{"delta":{"content":"a"}"#],
        expect![[r#"
        error: Decode { reason: "a chunk of it: EOF while parsing an object at line 1 column 36: {\"choices\":[{\"delta\":{\"content\":\"a\"}" }
    "#]],
    );
    check(
        &[r#"{"choices":{"delta":1}}"#],
        expect![[r#"
        error: Decode { reason: "a chunk of it: invalid type: map, expected a sequence at line 1 column 11: {\"choices\":{\"delta\":1}}" }
    "#]],
    );
}

#[test]
fn what_says_nothing_is_ignored() {
    check(
        &[
            "",
            "ping",
            "[]",
            "{}",
            r#"{"choices":null}"#,
            r#"{"choices":[]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#,
            "[DONE]",
            "{",
        ],
        expect![[r#"
            Completed { response_id: "", usage: None }
        "#]],
    );
}

#[test]
fn habits_of_servers() {
    // A whole answer in one chunk, as a message; calls as objects, without ids; `stop` in spite of a call.
    check(
        &[
            r#"{"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]},"finish_reason":"stop"}],"usage":null}"#,
        ],
        expect![[r#"
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{\"x\":1}", call_id: call_s_1 })
            Completed { response_id: "", usage: None }
        "#]],
    );
    // A whole answer beside a piece that says nothing, and counts that are no counts yet.
    check(
        &[
            r#"{"choices":[{"delta":{"content":""},"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#,
        ],
        expect![[r#"
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("a")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a" }], phase: None })
            Completed { response_id: "", usage: None }
        "#]],
    );
    // The same thought in two fields, then blanks, then a call in the old form.
    check(
        &[
            r#"{"choices":[{"delta":{"role":"assistant","content":"","reasoning":"hm","reasoning_content":"hm"}}]}"#,
            r#"{"choices":[{"delta":{"content":"\n\n"}}]}"#,
            r#"{"choices":[{"delta":{"function_call":{"name":"f","arguments":"{\"x\""}}}]}"#,
            r#"{"choices":[{"delta":{"function_call":{"arguments":":1}"}},"finish_reason":"function_call"}]}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            RawReasoningDelta { content_index: 0, delta: "hm" }
            ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "hm" }]), encrypted_content: Some("codex-wire chat p reasoning_content") })
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{\"x\":1}", call_id: call_s_1 })
            Completed { response_id: "", usage: None }
        "#]],
    );
    // Thinking as a part of content, a refusal, half a character, an id that is a number.
    check(
        &[
            r#"{"id":7,"choices":[{"index":"0","delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]}]}}]}"#,
            r#"{"choices":[{"delta":{"refusal":"I won't. \ud83d"}}]}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            RawReasoningDelta { content_index: 0, delta: "t" }
            ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "t" }]), encrypted_content: Some("codex-wire chat p reasoning") })
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("I won't. �")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "I won't. �" }], phase: None })
            Completed { response_id: "7", usage: None }
        "#]],
    );
}

#[test]
fn parts_of_reasoning_are_kept_with_it() {
    // Shown once, signed at its end, and followed by a call.
    check(
        &[
            r#"{"choices":[{"delta":{"reasoning":"Let ","reasoning_details":[{"type":"reasoning.text","text":"Let ","index":0}]}}]}"#,
            r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.text","text":"me.","index":0}]}}]}"#,
            r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"SIG","index":0}]}}]}"#,
            r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            RawReasoningDelta { content_index: 0, delta: "Let " }
            RawReasoningDelta { content_index: 0, delta: "me." }
            ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "Let me." }]), encrypted_content: Some("codex-wire chat-details p [{\"type\":\"reasoning.text\",\"text\":\"Let me.\",\"index\":0,\"signature\":\"SIG\"}]") })
            ItemDone(FunctionCall { id: None, name: "f", namespace: None, arguments: "{}", call_id: c })
            Completed { response_id: "", usage: None }
        "#]],
    );
    // Encrypted, after the text and by itself; what is no list is none.
    check(
        &[
            r#"{"choices":[{"delta":{"reasoning":"hm","reasoning_details":"odd"}}]}"#,
            r#"{"choices":[{"delta":{"content":"a"}}]}"#,
            r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"D","id":"r"}]},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ],
        expect![[r#"
            ItemAdded(Reasoning { id: None, summary: [], content: None, encrypted_content: None })
            RawReasoningDelta { content_index: 0, delta: "hm" }
            ItemDone(Reasoning { id: None, summary: [], content: Some([ReasoningText { text: "hm" }]), encrypted_content: Some("codex-wire chat p reasoning") })
            ItemAdded(Message { id: None, role: "assistant", content: [], phase: None })
            TextDelta("a")
            ItemDone(Message { id: None, role: "assistant", content: [OutputText { text: "a" }], phase: None })
            ItemDone(Reasoning { id: None, summary: [], content: None, encrypted_content: Some("codex-wire chat-details p [{\"type\":\"reasoning.encrypted\",\"data\":\"D\",\"id\":\"r\"}]") })
            Completed { response_id: "", usage: None }
        "#]],
    );
}
