//! What the model is told about the machine and about what it may do, and how that changes.

use std::path::PathBuf;

use codex_protocol::policy::{AskForApproval, SandboxPolicy};
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::rollout::TurnContextItem;

use crate::context::skills::{LIST_OPEN, SKILL_OPEN};

const OPEN: &str = "<environment_context>";
const CLOSE: &str = "</environment_context>";
/// Around what stands in the place of an earlier part of a conversation.
pub const SUMMARY_OPEN: &str = "<conversation_summary>";
pub const SUMMARY_CLOSE: &str = "</conversation_summary>";
/// Around what the model is told of something that the user did beside the conversation.
pub const ACTION_OPEN: &str = "<user_action>";
pub const ACTION_CLOSE: &str = "</user_action>";

/// The facts of one turn.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentContext {
    pub cwd: PathBuf,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    /// File name of the user's shell; told once.
    pub shell: Option<String>,
}

impl EnvironmentContext {
    pub fn of(item: &TurnContextItem) -> Self {
        Self {
            cwd: item.cwd.clone(),
            approval_policy: item.approval_policy,
            sandbox_policy: item.sandbox_policy.clone(),
            shell: None,
        }
    }

    /// The message that opens a conversation.
    pub fn message(&self) -> ResponseItem {
        let mut lines = vec![self.cwd_line()];
        lines.push(self.approval_line());
        lines.extend(self.sandbox_lines());
        lines.extend(self.shell.as_ref().map(|shell| format!("  <shell>{}</shell>", escaped(shell))));
        message(lines)
    }

    /// A message with what differs from an earlier turn; none if nothing does.
    pub fn change_since(&self, earlier: &Self) -> Option<ResponseItem> {
        let mut lines = Vec::new();
        if self.cwd != earlier.cwd {
            lines.push(self.cwd_line());
        }
        if self.approval_policy != earlier.approval_policy {
            lines.push(self.approval_line());
        }
        if self.sandbox_policy != earlier.sandbox_policy {
            lines.extend(self.sandbox_lines());
        }
        (!lines.is_empty()).then(|| message(lines))
    }

    fn cwd_line(&self) -> String {
        format!("  <cwd>{}</cwd>", escaped(&self.cwd.to_string_lossy()))
    }

    fn approval_line(&self) -> String {
        let name = match self.approval_policy {
            AskForApproval::UnlessTrusted => "untrusted",
            AskForApproval::OnFailure => "on-failure",
            AskForApproval::OnRequest => "on-request",
            AskForApproval::Never => "never",
            AskForApproval::Granular(_) => "granular",
        };
        format!("  <approval_policy>{name}</approval_policy>")
    }

    fn sandbox_lines(&self) -> Vec<String> {
        let mode = match &self.sandbox_policy {
            SandboxPolicy::DangerFullAccess => "danger-full-access",
            SandboxPolicy::ReadOnly { .. } => "read-only",
            SandboxPolicy::WorkspaceWrite(write) if !write.writes_something() => "read-only",
            SandboxPolicy::ExternalSandbox { .. } => "external-sandbox",
            SandboxPolicy::WorkspaceWrite(_) => "workspace-write",
        };
        let network = if self.sandbox_policy.has_network() { "enabled" } else { "restricted" };
        let mut lines = vec![
            format!("  <sandbox_mode>{mode}</sandbox_mode>"),
            format!("  <network_access>{network}</network_access>"),
        ];
        if let SandboxPolicy::WorkspaceWrite(write) = &self.sandbox_policy
            && !write.writable_roots.is_empty()
        {
            lines.push("  <writable_roots>".into());
            let roots = write.writable_roots.iter();
            lines.extend(roots.map(|root| format!("    <root>{}</root>", escaped(&root.to_string_lossy()))));
            lines.push("  </writable_roots>".into());
        }
        lines
    }
}

fn message(lines: Vec<String>) -> ResponseItem {
    ResponseItem::message("user", format!("{OPEN}\n{}\n{CLOSE}", lines.join("\n")))
}

/// A folder's name is somebody else's text: it must not close a tag.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether a user message was made by the engine and not by the user.
pub fn is_engine_made(content: &[ContentItem]) -> bool {
    let marks = [
        "# AGENTS.md instructions for ",
        "<user_instructions>",
        OPEN,
        "<user_shell_command>",
        "<codex_internal_context",
        ACTION_OPEN,
        SUMMARY_OPEN,
        LIST_OPEN,
        SKILL_OPEN,
    ];
    content.iter().filter_map(ContentItem::as_text).any(|text| {
        let text = text.trim_start();
        marks.iter().any(|mark| text.starts_with(mark))
    })
}

#[cfg(test)]
mod tests {
    use codex_protocol::policy::WorkspaceWrite;
    use expect_test::expect;

    use super::*;

    fn sample() -> EnvironmentContext {
        EnvironmentContext {
            cwd: "/w".into(),
            approval_policy: AskForApproval::OnRequest,
            sandbox_policy: SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                writable_roots: vec!["/r".into()],
                ..Default::default()
            }),
            shell: Some("bash".into()),
        }
    }

    fn text(item: &ResponseItem) -> String {
        let ResponseItem::Message { content, .. } = item else { panic!() };
        content.iter().filter_map(ContentItem::as_text).collect()
    }

    #[test]
    fn everything_is_told_once() {
        expect![[r#"
            <environment_context>
              <cwd>/w</cwd>
              <approval_policy>on-request</approval_policy>
              <sandbox_mode>workspace-write</sandbox_mode>
              <network_access>restricted</network_access>
              <writable_roots>
                <root>/r</root>
              </writable_roots>
              <shell>bash</shell>
            </environment_context>"#]]
        .assert_eq(&text(&sample().message()));
    }

    #[test]
    fn only_changes_are_told_again() {
        let same = EnvironmentContext { shell: None, ..sample() };
        assert_eq!(same.change_since(&sample()), None);
        let moved = EnvironmentContext { cwd: "/<b>".into(), ..sample() };
        expect![[r#"
            <environment_context>
              <cwd>/&lt;b&gt;</cwd>
            </environment_context>"#]]
        .assert_eq(&text(&moved.change_since(&sample()).unwrap()));
    }

    #[test]
    fn engine_made_messages_are_known() {
        let made = [ContentItem::InputText { text: "  <environment_context>x".into() }];
        let users = [ContentItem::InputText { text: "what is <environment_context>?".into() }];
        assert!(is_engine_made(&made));
        assert!(!is_engine_made(&users));
    }
}
