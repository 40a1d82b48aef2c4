//! What the model is shown of a command: the plain text form of its output.

use std::time::Duration;

use crate::context::truncate::{OutputLimit, tokens_of};

/// A piece of a command's output with the facts around it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecOutput {
    pub text: String,
    pub wall_seconds: f64,
    /// Set when the command has ended.
    pub exit_code: Option<i32>,
    /// The time after which it was ended.
    pub timed_out: Option<Duration>,
    /// Names the command while it runs.
    pub session_id: i32,
    /// What the model should know besides, such as that the sandbox was in the way.
    pub notes: Vec<String>,
}

impl ExecOutput {
    /// The text for the model; the chunk's name lets it tell two pieces apart.
    pub fn render(self, limit: OutputLimit) -> String {
        let chunk = uuid::Uuid::new_v4().simple().to_string();
        let state = match self.exit_code {
            Some(code) => format!("Process exited with code {code}"),
            None => format!("Process running with session ID {}", self.session_id),
        };
        let notes: String = self.notes.iter().map(|note| format!("Note: {note}\n")).collect();
        let tokens = tokens_of(self.text.len());
        format!(
            "Chunk ID: {}\nWall time: {:.4} seconds\n{state}\n{notes}Original token count: {tokens}\nOutput:\n{}",
            crate::base::text::head(&chunk, 6),
            self.wall_seconds,
            limit.cut(self.text)
        )
    }

    /// The text for the model of a tool whose commands never run on.
    pub fn render_ended(self, limit: OutputLimit) -> String {
        let code = self.exit_code.unwrap_or(-1);
        let notes: String = self.notes.iter().map(|note| format!("Note: {note}\n")).collect();
        let text = match self.timed_out {
            Some(time) => {
                format!("command timed out after {} milliseconds\n{}", time.as_millis(), self.text)
            }
            None => self.text,
        };
        let (lines, whole) = (text.lines().count(), text.len());
        let cut = limit.cut(text);
        let total = if cut.len() == whole { String::new() } else { format!("Total output lines: {lines}\n") };
        format!(
            "Exit code: {code}\nWall time: {:.1} seconds\n{total}{notes}Output:\n{cut}",
            self.wall_seconds
        )
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn shown(exit_code: Option<i32>) -> String {
        let output = ExecOutput {
            text: "one\n".into(),
            wall_seconds: 0.00012,
            exit_code,
            timed_out: None,
            session_id: 7,
            notes: Vec::new(),
        };
        let text = output.render(OutputLimit::default());
        text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    }

    #[test]
    fn an_ended_command_shows_its_code() {
        expect![[r#"
            Wall time: 0.0001 seconds
            Process exited with code 3
            Original token count: 1
            Output:
            one
        "#]]
        .assert_eq(&shown(Some(3)));
    }

    #[test]
    fn a_running_command_shows_its_session() {
        expect![[r#"
            Wall time: 0.0001 seconds
            Process running with session ID 7
            Original token count: 1
            Output:
            one
        "#]]
        .assert_eq(&shown(None));
    }

    #[test]
    fn a_tool_without_sessions_shows_the_end_alone() {
        let ended = |text: &str, timed_out| ExecOutput {
            text: text.into(),
            wall_seconds: 0.26,
            exit_code: Some(124),
            timed_out,
            session_id: 7,
            notes: vec!["it was dark".into()],
        };
        let late = ended("one\n", Some(Duration::from_millis(250))).render_ended(OutputLimit::default());
        let long = ended(&"x\n".repeat(1_000), None).render_ended(OutputLimit::tokens(2));
        expect![[r#"
            Exit code: 124
            Wall time: 0.3 seconds
            Note: it was dark
            Output:
            command timed out after 250 milliseconds
            one
            ---
            Exit code: 124
            Wall time: 0.3 seconds
            Total output lines: 1000
            Note: it was dark
            Output:
            x
            x
            …498 tokens truncated…x
            x
        "#]]
        .assert_eq(&[late, long].join("---\n"));
    }
}
