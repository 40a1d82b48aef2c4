//! What the model server answers: the script of a test, and its form on the Responses wire.
//!
//! A reply is a list of parts that are streamed in order. A `Gate` in it holds the stream until the test opens
//! the gate, so that "in the middle of" is a place in the script and not a matter of time.

use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

use crate::PATIENCE;

/// Holds a stream until the test opens it.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// A closed gate.
    pub fn new() -> Gate {
        Gate::default()
    }

    /// Lets everyone through, now and later.
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open.
    pub fn wait(&self) {
        let (lock, changed) = &*self.0;
        drop(changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, |open| !*open).unwrap());
    }
}

/// One answer of the model.
#[derive(Clone, Default)]
pub struct Reply {
    pub(crate) parts: Vec<Part>,
    pub(crate) end: End,
    /// Only for requests whose last user message contains this.
    pub(crate) only_for: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Part {
    /// One message of the assistant.
    Text(Vec<Piece>),
    /// That many numbered words, made while they are sent.
    Words(usize),
    Reasoning(String),
    /// What the model server did by itself.
    Search(Value),
    Call {
        name: String,
        arguments: String,
        id: Option<String>,
    },
    Gate(Gate),
    /// Bytes of the stream as they are.
    Raw(String),
}

#[derive(Clone)]
pub(crate) enum Piece {
    Delta(String),
    Gate(Gate),
}

#[derive(Clone, Default)]
pub(crate) enum End {
    #[default]
    Completed,
    /// The connection breaks.
    Disconnect,
    /// Nothing more comes, and nothing is broken.
    Silent,
    /// `response.failed` with this code.
    Failed(String),
    /// An HTTP error instead of a stream.
    Status { code: u16, headers: Vec<(String, String)>, body: Value },
}

impl Reply {
    /// Says a text in one piece.
    pub fn text(text: &str) -> Reply {
        Reply::default().and_text(&[text])
    }

    /// Says so many words, each a delta: `word0 word1 …`.
    pub fn words(count: usize) -> Reply {
        Reply::default().and(Part::Words(count))
    }

    /// Thinks, in a summary of one part.
    pub fn reasoning(summary: &str) -> Reply {
        Reply::default().and(Part::Reasoning(summary.to_owned()))
    }

    /// The model server searches the web.
    pub fn search(action: &Value) -> Reply {
        Reply::default().and(Part::Search(action.clone()))
    }

    /// Calls a function.
    pub fn call(name: &str, arguments: &Value) -> Reply {
        Reply::default().and_call(name, arguments)
    }

    /// Runs a command with the shell tool.
    pub fn shell(command: &str) -> Reply {
        Reply::call("exec_command", &json!({"cmd": command}))
    }

    /// Streams these bytes and nothing else.
    pub fn raw(text: &str) -> Reply {
        Reply { end: End::Silent, ..Reply::default() }.and(Part::Raw(text.to_owned()))
    }

    /// Answers with an HTTP error.
    pub fn status(code: u16, body: Value) -> Reply {
        Reply { end: End::Status { code, headers: Vec::new(), body }, ..Reply::default() }
    }

    /// Says more, one delta per piece. After a gate in a text, the text goes on.
    pub fn and_text(mut self, pieces: &[&str]) -> Reply {
        let pieces = pieces.iter().map(|piece| Piece::Delta((*piece).to_owned()));
        match self.parts.last_mut() {
            Some(Part::Text(text)) if matches!(text.last(), Some(Piece::Gate(_))) => text.extend(pieces),
            _ => self.parts.push(Part::Text(pieces.collect())),
        }
        self
    }

    /// Calls one more function; several calls of one reply may run in parallel.
    pub fn and_call(self, name: &str, arguments: &Value) -> Reply {
        self.and(Part::Call { name: name.to_owned(), arguments: arguments.to_string(), id: None })
    }

    /// The same, with an id of the script's.
    pub fn and_call_with_id(self, name: &str, arguments: &Value, id: &str) -> Reply {
        let (name, arguments) = (name.to_owned(), arguments.to_string());
        self.and(Part::Call { name, arguments, id: Some(id.to_owned()) })
    }

    /// The parts of another reply, in the same response.
    pub fn and_all_of(mut self, other: Reply) -> Reply {
        self.parts.extend(other.parts);
        self
    }

    /// Stops here until the gate is open; in the middle of a message if that was the last part.
    pub fn until(mut self, gate: &Gate) -> Reply {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(Piece::Gate(gate.clone())),
            _ => self.parts.push(Part::Gate(gate.clone())),
        }
        self
    }

    pub(crate) fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.parts.iter().flat_map(|part| match part {
            Part::Gate(gate) => vec![gate],
            Part::Text(pieces) => pieces.iter().filter_map(Piece::gate).collect(),
            Part::Words(_) | Part::Reasoning(_) | Part::Search(_) | Part::Call { .. } | Part::Raw(_) => {
                Vec::new()
            }
        })
    }

    /// Breaks the connection at the end.
    pub fn then_disconnect(self) -> Reply {
        Reply { end: End::Disconnect, ..self }
    }

    /// Fails at the end.
    pub fn then_fail(self, code: &str) -> Reply {
        Reply { end: End::Failed(code.to_owned()), ..self }
    }

    /// Adds a header to an HTTP error.
    pub fn with_header(mut self, name: &str, value: &str) -> Reply {
        if let End::Status { headers, .. } = &mut self.end {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Only for a turn whose last user message contains the text; for tests with several threads.
    pub fn only_for(self, text: &str) -> Reply {
        Reply { only_for: Some(text.to_owned()), ..self }
    }

    fn and(mut self, part: Part) -> Reply {
        self.parts.push(part);
        self
    }
}

impl Piece {
    fn gate(&self) -> Option<&Gate> {
        match self {
            Piece::Gate(gate) => Some(gate),
            Piece::Delta(_) => None,
        }
    }
}

/// Writes the events of one reply, one call of `send` per piece that must leave at once.
pub(crate) struct Events<'a> {
    /// Which request is answered, from 1.
    pub number: usize,
    /// Takes bytes of the stream; an error ends it, because the other side has gone.
    pub send: &'a mut dyn FnMut(&[u8]) -> std::io::Result<()>,
}

impl Events<'_> {
    pub(crate) fn stream(&mut self, reply: &Reply) -> std::io::Result<()> {
        let response = format!("resp_{}", self.number);
        self.event(
            "response.created",
            json!({"response": {"id": response, "status": "in_progress", "output": []}}),
        )?;
        let mut output: Vec<Value> = Vec::new();
        for part in &reply.parts {
            let index = output.len();
            match part {
                Part::Gate(gate) => gate.wait(),
                Part::Raw(text) => (self.send)(text.as_bytes())?,
                Part::Text(pieces) => output.push(self.text(index, &mut pieces.iter().cloned())?),
                Part::Words(count) => {
                    output.push(
                        self.text(index, &mut (0..*count).map(|word| Piece::Delta(format!("word{word} "))))?,
                    );
                }
                Part::Reasoning(summary) => output.push(self.reasoning(index, summary)?),
                Part::Search(action) => {
                    let id = format!("ws_{}_{index}", self.number);
                    let begun = json!({"type": "web_search_call", "id": id, "status": "in_progress"});
                    self.item("response.output_item.added", index, &begun)?;
                    let item =
                        json!({"type": "web_search_call", "id": id, "status": "completed", "action": action});
                    self.item("response.output_item.done", index, &item)?;
                    output.push(item);
                }
                Part::Call { name, arguments, id } => {
                    let call_id = id.clone().unwrap_or_else(|| format!("call_{}_{index}", self.number));
                    let item = json!({"type": "function_call", "id": format!("fc_{}_{index}", self.number),
                        "call_id": call_id, "name": name, "arguments": arguments, "status": "completed"});
                    self.item("response.output_item.added", index, &item)?;
                    self.item("response.output_item.done", index, &item)?;
                    output.push(item);
                }
            }
        }
        match &reply.end {
            End::Completed => {
                let usage = json!({"input_tokens": 100, "input_tokens_details": {"cached_tokens": 0},
                    "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 120});
                let whole = json!({"id": response, "status": "completed", "output": output, "usage": usage});
                self.event("response.completed", json!({"response": whole}))
            }
            End::Failed(code) => {
                let error = json!({"code": code, "message": "the script says so"});
                let whole = json!({"id": response, "status": "failed", "output": output, "error": error});
                self.event("response.failed", json!({"response": whole}))
            }
            End::Disconnect | End::Silent | End::Status { .. } => Ok(()),
        }
    }

    fn text(&mut self, index: usize, pieces: &mut dyn Iterator<Item = Piece>) -> std::io::Result<Value> {
        let id = format!("msg_{}_{index}", self.number);
        let item =
            |content: Value| json!({"type": "message", "id": id, "role": "assistant", "content": content});
        self.item("response.output_item.added", index, &item(json!([])))?;
        let mut whole = String::new();
        let mut pending = String::new();
        for piece in pieces {
            let piece = match piece {
                Piece::Delta(text) => text,
                Piece::Gate(gate) => {
                    (self.send)(pending.as_bytes())?;
                    pending.clear();
                    gate.wait();
                    continue;
                }
            };
            let delta = json!({"type": "response.output_text.delta", "item_id": id, "output_index": index,
                "content_index": 0, "delta": piece});
            pending.push_str(&frame("response.output_text.delta", &delta));
            whole.push_str(&piece);
            if pending.len() > 32 * 1024 {
                (self.send)(pending.as_bytes())?;
                pending.clear();
            }
        }
        (self.send)(pending.as_bytes())?;
        let done = item(json!([{"type": "output_text", "text": whole, "annotations": []}]));
        self.item("response.output_item.done", index, &done)?;
        Ok(done)
    }

    fn reasoning(&mut self, index: usize, summary: &str) -> std::io::Result<Value> {
        let id = format!("rs_{}_{index}", self.number);
        let item = |summary: Value| json!({"type": "reasoning", "id": id, "summary": summary});
        self.item("response.output_item.added", index, &item(json!([])))?;
        let at = json!({"item_id": id, "output_index": index, "summary_index": 0});
        let with = |key: &str, value: Value| {
            let mut fields = at.clone();
            fields[key] = value;
            fields
        };
        self.event(
            "response.reasoning_summary_part.added",
            with("part", json!({"type": "summary_text", "text": ""})),
        )?;
        self.event("response.reasoning_summary_text.delta", with("delta", json!(summary)))?;
        let done = item(json!([{"type": "summary_text", "text": summary}]));
        self.item("response.output_item.done", index, &done)?;
        Ok(done)
    }

    fn item(&mut self, kind: &str, index: usize, item: &Value) -> std::io::Result<()> {
        self.event(kind, json!({"output_index": index, "item": item}))
    }

    fn event(&mut self, kind: &str, mut fields: Value) -> std::io::Result<()> {
        fields["type"] = json!(kind);
        (self.send)(frame(kind, &fields).as_bytes())
    }
}

fn frame(kind: &str, data: &Value) -> String {
    format!("event: {kind}\ndata: {data}\n\n")
}
