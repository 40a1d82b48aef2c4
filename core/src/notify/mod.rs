//! What a program of the user's is told when a turn is over: the setting `notify`, which no project can set. Pure.
//!
//! It is what the public codex tells, as one argument more. An argument has a limit, so of long messages only the
//! latest are told.

use codex_protocol::ids::{ConversationId, TurnId};
use serde::Serialize;

use crate::base::paths::AbsolutePath;
use crate::base::text::head;

/// Linux takes 128 KiB for one argument; in JSON a byte may become six.
const LONGEST_MESSAGES: usize = 12 * 1024;
const LONGEST_ANSWER: usize = 8 * 1024;

/// What is told of a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "agent-turn-complete", rename_all = "kebab-case")]
pub struct TurnIsComplete {
    thread_id: ConversationId,
    turn_id: TurnId,
    cwd: String,
    /// What the user has said in this conversation, the latest last.
    input_messages: Vec<String>,
    last_assistant_message: Option<String>,
}

impl TurnIsComplete {
    /// `messages` are those of the user, the latest first.
    pub fn new(
        (thread_id, turn_id): (ConversationId, TurnId),
        cwd: &AbsolutePath,
        messages: impl Iterator<Item = String>,
        answer: Option<&str>,
    ) -> Self {
        let mut left = LONGEST_MESSAGES;
        let mut input_messages = Vec::new();
        for message in messages {
            if left == 0 {
                break;
            }
            let told = head(&message, left);
            left = if told.len() < message.len() { 0 } else { left - told.len() };
            input_messages.push(told.to_owned());
        }
        input_messages.reverse();
        let last_assistant_message = answer.map(|answer| head(answer, LONGEST_ANSWER).to_owned());
        Self { thread_id, turn_id, cwd: cwd.to_string(), input_messages, last_assistant_message }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn turn(messages: &[&str], answer: Option<&str>) -> TurnIsComplete {
        let id = "01a20507-a775-7583-bb12-157c0e80978f".parse().unwrap();
        let cwd = AbsolutePath::new("/work").unwrap();
        let messages = messages.iter().map(|message| (*message).to_owned());
        TurnIsComplete::new((id, "t".into()), &cwd, messages, answer)
    }

    #[test]
    fn it_is_told_what_the_public_codex_tells() {
        let told = serde_json::to_string_pretty(&turn(&["later", "first"], Some("done"))).unwrap();
        expect![[r#"
            {
              "type": "agent-turn-complete",
              "thread-id": "01a20507-a775-7583-bb12-157c0e80978f",
              "turn-id": "t",
              "cwd": "/work",
              "input-messages": [
                "first",
                "later"
              ],
              "last-assistant-message": "done"
            }"#]]
        .assert_eq(&told);
    }

    #[test]
    fn whatever_was_said_fits_into_an_argument() {
        let long = "\u{1}".repeat(1_000_000);
        let turn = turn(&["last", &long, &long], Some(&long));
        assert!(serde_json::to_string(&turn).unwrap().len() < 128 * 1024 - 1);
        assert_eq!((turn.input_messages.len(), turn.input_messages[1].as_str()), (2, "last"));
    }
}
