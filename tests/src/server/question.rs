//! Requests of the server, and the answers of a test.

use serde_json::{Value, json};

use super::AppServer;

/// A request of the server that waits for its answer.
#[derive(Debug, Clone)]
pub struct Question {
    /// To be sent back.
    pub id: Value,
    /// What is asked.
    pub params: Value,
}

impl AppServer {
    /// Waits for a request of the server.
    pub fn asked(&mut self, method: &str) -> Question {
        let message = self.take(method, |message| message["method"] == method && message.get("id").is_some());
        Question { id: message["id"].clone(), params: message["params"].clone() }
    }

    /// Answers a request of the server.
    pub fn reply(&mut self, question: &Question, result: Value) {
        self.send_message(&json!({"id": question.id, "result": result}));
    }

    /// Answers a question about an action, and hears that the client is told of that.
    pub fn decide(&mut self, question: &Question, decision: Value) {
        self.reply(question, json!({"decision": decision}));
        assert_eq!(self.expect("serverRequest/resolved")["requestId"], question.id);
    }

    /// Answers a request of the server with an error.
    pub fn reply_error(&mut self, question: &Question, code: i64, message: &str) {
        self.send_message(&json!({"id": question.id, "error": {"code": code, "message": message}}));
    }
}
