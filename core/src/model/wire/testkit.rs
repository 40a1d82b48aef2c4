//! What tests of the wires begin with.

use std::sync::Arc;

use codex_protocol::ids::TurnId;
use codex_protocol::policy::ReasoningSummary;
use expect_test::Expect;
use serde_json::Value;

use crate::model::prompt::{Prompt, Purpose};
use crate::model::wire::lowered::Known;
use crate::model::wire::{Decoder, Events, Wire};

/// A request with these items and nothing else.
pub fn prompt(model: &str, items: Vec<Value>) -> Prompt {
    let input = items.into_iter().map(|item| Arc::new(serde_json::from_value(item).unwrap())).collect();
    Prompt {
        conversation_id: "01a204c2-4887-7bf2-88cb-1e909b637fb4".parse().unwrap(),
        turn_id: TurnId::from("t"),
        model: model.into(),
        info: crate::model::catalog::find(model),
        instructions: "Be good.".into(),
        input,
        tools: Arc::new([]),
        parallel_tool_calls: true,
        effort: None,
        summary: ReasoningSummary::Auto,
        verbosity: None,
        service_tier: None,
        output_schema: None,
        purpose: Purpose::Answer,
    }
}

/// What is said in a recorded stream.
pub fn data_of(recorded: &str) -> Vec<&str> {
    recorded.lines().filter_map(|line| line.strip_prefix("data: ")).collect()
}

/// Compares what comes of a stream over a wire, for the provider `p`.
pub fn check_answer(wire: Wire, data: &[&str], expected: &Expect) {
    let known = Arc::new(Known::of(&prompt("m", vec![]), "p"));
    expected.assert_eq(&read(wire.decoder(known, || "s".into()), data));
}

/// What comes of a stream with these events and an end, one line each.
pub fn read(mut decoder: Decoder, data: &[&str]) -> String {
    let mut text = String::new();
    let mut failed = false;
    let mut note = |result: Result<(), crate::model::error::Error>, events: &mut Events| {
        text.extend(events.drain(..).map(|event| format!("{event:?}\n")));
        if let Err(error) = result {
            text += &format!("error: {error:?}\n");
            failed = true;
        }
        failed
    };
    let mut events = Events::new();
    for data in data {
        let result = decoder.decode(data.as_bytes(), &mut events);
        if note(result, &mut events) {
            return text;
        }
    }
    let result = decoder.finish(&mut events);
    note(result, &mut events);
    text
}
