//! The form of a scripted reply on the wires of Chat Completions and Anthropic Messages.
//!
//! What these wires have no word for (search by the server) is left out. Texts leave in large pieces, but never
//! beyond a gate.

use serde_json::{Value, json};

use crate::reply::{End, Part, Piece, Reply};

/// The API of one request, known by its path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Responses,
    Chat,
    Anthropic,
}

impl Spoken {
    pub(crate) fn at(path: &str) -> Option<Spoken> {
        [
            ("/responses", Spoken::Responses),
            ("/chat/completions", Spoken::Chat),
            ("/messages", Spoken::Anthropic),
        ]
        .into_iter()
        .find_map(|(end, spoken)| path.ends_with(end).then_some(spoken))
    }
}

/// Bytes on their way.
struct Output<'a> {
    send: &'a mut dyn FnMut(&[u8]) -> std::io::Result<()>,
    pending: String,
}

impl Output<'_> {
    fn event(&mut self, text: &str) -> std::io::Result<()> {
        self.pending.push_str(text);
        if self.pending.len() > 32 * 1024 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        (self.send)(self.pending.as_bytes())?;
        self.pending.clear();
        Ok(())
    }

    /// Each piece of a text; gates are waited for.
    fn pieces(&mut self, part: &Part, event: &dyn Fn(&str) -> String) -> std::io::Result<()> {
        let mut pieces: Box<dyn Iterator<Item = Piece>> = match part {
            Part::Text(pieces) => Box::new(pieces.iter().cloned()),
            Part::Words(count) => Box::new((0..*count).map(|word| Piece::Delta(format!("word{word} ")))),
            _ => Box::new(std::iter::empty()),
        };
        pieces.try_for_each(|piece| match piece {
            Piece::Delta(text) => self.event(&event(&text)),
            Piece::Gate(gate) => {
                self.flush()?;
                gate.wait();
                Ok(())
            }
        })
    }
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// Streams a reply as chunks of Chat Completions.
pub(crate) fn stream_chat(
    number: usize,
    reply: &Reply,
    send: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut output = Output { send, pending: String::new() };
    let chunk = |delta: &Value, finish: Value| {
        data(
            &json!({"id": format!("chatcmpl-{number}"), "object": "chat.completion.chunk", "model": "mock-model",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}),
        )
    };
    output.event(&chunk(&json!({"role": "assistant", "content": ""}), Value::Null))?;
    let mut calls = 0;
    for part in &reply.parts {
        match part {
            Part::Gate(gate) => {
                output.flush()?;
                gate.wait();
            }
            Part::Text(_) | Part::Words(_) => {
                output.pieces(part, &|text| chunk(&json!({"content": text}), Value::Null))?;
            }
            Part::Reasoning(text) => {
                output.event(&chunk(&json!({"reasoning_content": text}), Value::Null))?
            }
            Part::Search(_) => {}
            Part::Raw(text) => output.event(text)?,
            Part::Call { name, arguments, id } => {
                let id = id.clone().unwrap_or_else(|| format!("call_{number}_{calls}"));
                let middle = arguments.floor_char_boundary(arguments.len() / 2);
                let (head, tail) = arguments.split_at(middle);
                let begun = json!({"index": calls, "id": id, "type": "function",
                    "function": {"name": name, "arguments": head}});
                output.event(&chunk(&json!({"tool_calls": [begun]}), Value::Null))?;
                let rest = json!({"index": calls, "function": {"arguments": tail}});
                output.event(&chunk(&json!({"tool_calls": [rest]}), Value::Null))?;
                calls += 1;
            }
        }
    }
    match &reply.end {
        End::Completed => {
            let finish = if calls > 0 { "tool_calls" } else { "stop" };
            output.event(&chunk(&json!({}), json!(finish)))?;
            let usage = json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120});
            output
                .event(&data(&json!({"id": format!("chatcmpl-{number}"), "choices": [], "usage": usage})))?;
            output.event("data: [DONE]\n\n")?;
        }
        End::Failed(code) => {
            output.event(&data(&json!({"error": {"code": code, "message": "the script says so"}})))?;
        }
        End::Disconnect | End::Silent | End::Status { .. } => {}
    }
    output.flush()
}

/// Streams a reply as events of Anthropic Messages.
pub(crate) fn stream_anthropic(
    number: usize,
    reply: &Reply,
    send: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut output = Output { send, pending: String::new() };
    let event = |fields: Value| format!("event: {}\n{}", fields["type"].as_str().unwrap(), data(&fields));
    let begin = |index: usize, block: Value| {
        event(json!({"type": "content_block_start", "index": index, "content_block": block}))
    };
    let delta = |index: usize, delta: Value| {
        event(json!({"type": "content_block_delta", "index": index, "delta": delta}))
    };
    let end = |index: usize| event(json!({"type": "content_block_stop", "index": index}));
    let usage = json!({"input_tokens": 100, "cache_read_input_tokens": 0, "output_tokens": 1});
    output.event(&event(json!({"type": "message_start", "message": {"id": format!("msg_{number}"),
        "type": "message", "role": "assistant", "content": [], "usage": usage}})))?;
    output.event(&event(json!({"type": "ping"})))?;
    let (mut index, mut calls) = (0, 0);
    for part in &reply.parts {
        match part {
            Part::Gate(gate) => {
                output.flush()?;
                gate.wait();
                continue;
            }
            Part::Search(_) => continue,
            Part::Raw(text) => {
                output.event(text)?;
                continue;
            }
            Part::Text(_) | Part::Words(_) => {
                output.event(&begin(index, json!({"type": "text", "text": ""})))?;
                output.pieces(part, &|text| delta(index, json!({"type": "text_delta", "text": text})))?;
            }
            Part::Reasoning(text) => {
                output.event(&begin(index, json!({"type": "thinking", "thinking": "", "signature": ""})))?;
                output.event(&delta(index, json!({"type": "thinking_delta", "thinking": text})))?;
                let signature = format!("signature-{number}");
                output.event(&delta(index, json!({"type": "signature_delta", "signature": signature})))?;
            }
            Part::Call { name, arguments, id } => {
                let id = id.clone().unwrap_or_else(|| format!("toolu_{number}_{calls}"));
                calls += 1;
                output
                    .event(&begin(index, json!({"type": "tool_use", "id": id, "name": name, "input": {}})))?;
                let middle = arguments.floor_char_boundary(arguments.len() / 2);
                let (head, tail) = arguments.split_at(middle);
                for piece in [head, tail] {
                    let piece = json!({"type": "input_json_delta", "partial_json": piece});
                    output.event(&delta(index, piece))?;
                }
            }
        }
        output.event(&end(index))?;
        index += 1;
    }
    match &reply.end {
        End::Completed => {
            let reason = if calls > 0 { "tool_use" } else { "end_turn" };
            output.event(&event(json!({"type": "message_delta", "delta": {"stop_reason": reason},
                "usage": {"output_tokens": 20}})))?;
            output.event(&event(json!({"type": "message_stop"})))?;
        }
        End::Failed(code) => {
            let error = json!({"type": code, "message": "the script says so"});
            output.event(&event(json!({"type": "error", "error": error})))?;
        }
        End::Disconnect | End::Silent | End::Status { .. } => {}
    }
    output.flush()
}
