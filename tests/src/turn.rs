//! One finished turn, as the messages that told of it.
//!
//! Everything here is read out of the notifications; nothing is asked of the server.

use serde_json::Value;

/// The messages of one turn, the last of them `turn/completed`.
pub struct Turn {
    messages: Vec<Value>,
}

impl Turn {
    pub(crate) fn new(messages: Vec<Value>) -> Turn {
        Turn { messages }
    }

    /// All of them, in the order in which they came.
    pub fn messages(&self) -> &[Value] {
        &self.messages
    }

    /// The turn as its end tells it.
    pub fn end(&self) -> &Value {
        self.messages.last().map_or(&Value::Null, |message| &message["params"]["turn"])
    }

    /// The id.
    pub fn id(&self) -> &str {
        self.end()["id"].as_str().unwrap_or_default()
    }

    /// `completed`, `interrupted` or `failed`.
    pub fn status(&self) -> &str {
        self.end()["status"].as_str().unwrap_or_default()
    }

    /// The params of all notifications with this method.
    pub fn all(&self, method: &str) -> Vec<&Value> {
        self.messages
            .iter()
            .filter(|message| message["method"] == method)
            .map(|message| &message["params"])
            .collect()
    }

    /// The completed items of this type.
    pub fn items(&self, kind: &str) -> Vec<&Value> {
        let completed = self.all("item/completed").into_iter().map(|params| &params["item"]);
        completed.filter(|item| item["type"] == kind).collect()
    }

    /// The only completed item of this type.
    pub fn item(&self, kind: &str) -> &Value {
        match self.items(kind).as_slice() {
            [item] => item,
            items => panic!("{} items of type {kind}: {items:?}", items.len()),
        }
    }

    /// The text of the last agent message.
    pub fn text(&self) -> &str {
        self.items("agentMessage").last().and_then(|item| item["text"].as_str()).unwrap_or_default()
    }

    /// The streamed pieces with this method, put together.
    pub fn streamed(&self, method: &str) -> String {
        self.all(method).iter().filter_map(|params| params["delta"].as_str()).collect()
    }
}
