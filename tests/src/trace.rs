//! What crossed the pipe, as text: raw for a failing test, told as a story for one that compares.
//!
//! A story has one line per message with the few words that matter, ids numbered by first appearance, deltas of
//! one item put together. Informational messages are left out of it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::normalize::Normalizer;

/// Lines longer than this are cut in the output of a failing test.
const WIDTH: usize = 2000;

/// Both directions as they were, long lines cut.
pub fn raw<'a>(lines: impl Iterator<Item = (bool, &'a str)>) -> String {
    let mut text = String::new();
    for (from_server, line) in lines {
        let arrow = if from_server { '←' } else { '→' };
        let cut: String = line.chars().take(WIDTH).collect();
        let more = if cut.len() < line.len() { " …" } else { "" };
        writeln!(text, "{arrow} {cut}{more}").expect("a string takes text");
    }
    text
}

/// The story that messages of a server tell.
pub fn story(messages: &[Value], normalizer: &mut Normalizer) -> String {
    let mut text = String::new();
    let mut last_delta = String::new();
    for message in messages {
        let Some(method) = message["method"].as_str() else { continue };
        if !is_told(method) {
            continue;
        }
        let params = &message["params"];
        if let Some(delta) = params["delta"].as_str() {
            let place = format!("{method} {}", params["itemId"]);
            if place == last_delta {
                text.truncate(text.trim_end_matches(['"', '\n']).len());
                writeln!(text, "{}\"", delta.escape_debug()).expect("a string takes text");
            } else {
                writeln!(text, "{method} \"{}\"", delta.escape_debug()).expect("a string takes text");
            }
            last_delta = place;
            continue;
        }
        last_delta.clear();
        writeln!(text, "{method}{}", normalizer.text(&words(params))).expect("a string takes text");
    }
    text
}

fn is_told(method: &str) -> bool {
    ["turn/", "item/", "error", "thread/status", "serverRequest"]
        .iter()
        .any(|start| method.starts_with(start))
}

/// The words of a message that a reader wants, each with a space before it.
fn words(params: &Value) -> String {
    let mut text = String::new();
    let item = &params["item"];
    for word in [&params["turn"]["status"], &item["type"], &item["status"], &params["status"]["type"]] {
        if let Some(word) = word.as_str() {
            write!(text, " {word}").expect("a string takes text");
        }
    }
    let told = [
        ("", &item["text"]),
        ("", &item["command"]),
        ("", &item["aggregatedOutput"]),
        ("exit ", &item["exitCode"]),
        ("will retry ", &params["willRetry"]),
        ("flags ", &params["status"]["activeFlags"]),
    ];
    for (name, value) in told.into_iter().filter(|(_, value)| !value.is_null()) {
        write!(text, " {name}{value}").expect("a string takes text");
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_story() {
        let messages = [
            json!({"method": "turn/started", "params": {"turn": {"status": "inProgress"}}}),
            json!({"method": "item/started", "params": {"item": {"type": "agentMessage", "text": ""}}}),
            json!({"method": "item/agentMessage/delta", "params": {"itemId": "a", "delta": "one "}}),
            json!({"method": "account/rateLimits/updated", "params": {}}),
            json!({"method": "item/agentMessage/delta", "params": {"itemId": "a", "delta": "two"}}),
            json!({"method": "item/agentMessage/delta", "params": {"itemId": "b", "delta": "three"}}),
            json!({"method": "turn/completed", "params": {"turn": {"status": "completed"}}}),
        ];
        expect![[r#"
            turn/started inProgress
            item/started agentMessage ""
            item/agentMessage/delta "one two"
            item/agentMessage/delta "three"
            turn/completed completed
        "#]]
        .assert_eq(&story(&messages, &mut Normalizer::new(&[])));
    }

    #[test]
    fn long_lines_are_cut() {
        let long = "x".repeat(WIDTH + 5);
        let text = raw([(true, "{}"), (false, long.as_str())].into_iter());
        assert!(text.starts_with("← {}\n→ xxx") && text.ends_with("x …\n"), "{text}");
    }
}
