//! The server's questions: what is shown of them, and what is answered.
//!
//! Nothing is approved that nobody said yes to: at the end of input, at Ctrl-C and at every unclear answer the
//! request is denied.

use codex_app_server_protocol::ServerRequest;
use codex_app_server_protocol::v2::approval::{
    CommandExecutionApprovalDecision, CommandExecutionRequestApprovalResponse, FileChangeApprovalDecision,
    FileChangeRequestApprovalResponse,
};
use codex_app_server_protocol::v2::dynamic_tool::DynamicToolCallResponse;
use codex_app_server_protocol::v2::permission::{
    GrantedPermissionProfile, PermissionGrantScope, PermissionsRequestApprovalResponse,
    RequestPermissionProfile,
};
use codex_app_server_protocol::v2::user_input::ToolRequestUserInputResponse;
use serde_json::Value;

use super::Error;
use super::options::Approvals;
use super::person::Person;
use super::user_input;
use crate::convert::to_wire::command::line;

/// What a person can say to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Accept,
    AcceptForSession,
    /// And all commands that begin with the words of the offer, from now on.
    AcceptForGood,
    Decline,
    Cancel,
}

/// Decides by flag, or by asking.
pub struct Approver {
    approvals: Approvals,
    has_person: bool,
}

impl Approver {
    /// Without somebody to ask and without a flag, everything is denied.
    pub fn new(approvals: Approvals, has_person: bool) -> Approver {
        Approver { approvals, has_person }
    }

    /// The answer to a question, as the wire wants it.
    pub async fn decide(&self, question: &ServerRequest, person: &mut Person<'_>) -> Result<Value, Error> {
        if let ServerRequest::DynamicToolCall(_) = question {
            // None were offered.
            return Ok(answer(question, Decision::Decline)?);
        }
        let (decision, why) = match self.approvals {
            Approvals::Ask if self.has_person => return in_person(question, person).await,
            Approvals::Ask => (Decision::Decline, "since nobody is there to ask; see --yes"),
            Approvals::Accept => (Decision::Accept, "because of --yes"),
            Approvals::Decline => (Decision::Decline, "because of --deny"),
        };
        person.terminal.complain(describe(question));
        let what = match (question, decision) {
            (ServerRequest::ToolRequestUserInput(_), Decision::Accept) => "answered by the first option",
            (ServerRequest::ToolRequestUserInput(_), _) => "not answered",
            (_, Decision::Accept) => "approved",
            (_, _) => "denied",
        };
        person.terminal.complain(format_args!("  {what}, {why}"));
        Ok(answer(question, decision)?)
    }
}

async fn in_person(question: &ServerRequest, person: &mut Person<'_>) -> Result<Value, Error> {
    if let ServerRequest::ToolRequestUserInput(params) = question {
        return Ok(serde_json::to_value(user_input::ask(params, person).await?)?);
    }
    person.terminal.complain(describe(question));
    let decision = ask(question, person).await?;
    Ok(answer(question, decision)?)
}

async fn ask(question: &ServerRequest, person: &mut Person<'_>) -> Result<Decision, Error> {
    person.typed.forget();
    let (words, letters) = match offer(question) {
        Some(words) => {
            let words = line(words);
            (format!("yes, no, yes for this session, or always for what begins with `{words}`?"), "y/n/s/a")
        }
        None => ("yes, no, or yes for this session?".to_owned(), "y/n/s"),
    };
    loop {
        person.terminal.ask(format!("  {words} [{letters}] "));
        let line = tokio::select! {
            line = person.typed.line() => line?,
            () = person.interrupts.next() => return Ok(Decision::Cancel),
        };
        let Some(line) = line else { return Ok(Decision::Decline) };
        match understand(&line) {
            Some(Decision::AcceptForGood) if offer(question).is_none() => {}
            Some(decision) => return Ok(decision),
            None => {}
        }
        person.terminal.complain(format!("  type one of {letters}"));
    }
}

/// The words that can be allowed for good.
fn offer(question: &ServerRequest) -> Option<&[String]> {
    match question {
        ServerRequest::CommandExecutionRequestApproval(params) => {
            params.proposed_execpolicy_amendment.as_deref()
        }
        ServerRequest::FileChangeRequestApproval(_)
        | ServerRequest::PermissionsRequestApproval(_)
        | ServerRequest::ToolRequestUserInput(_)
        | ServerRequest::DynamicToolCall(_)
        | ServerRequest::ChatgptAuthTokensRefresh(_) => None,
    }
}

fn understand(line: &str) -> Option<Decision> {
    match line.trim().to_lowercase().as_str() {
        "y" | "yes" => Some(Decision::Accept),
        "s" | "session" => Some(Decision::AcceptForSession),
        "a" | "always" => Some(Decision::AcceptForGood),
        "n" | "no" => Some(Decision::Decline),
        _ => None,
    }
}

fn describe(question: &ServerRequest) -> String {
    let (what, reason) = match question {
        ServerRequest::CommandExecutionRequestApproval(params) => {
            let command = params.command.as_deref().unwrap_or("a command");
            let place = params.cwd.as_ref().map(|cwd| format!("\n  in {cwd}")).unwrap_or_default();
            (format!("May this run?\n  {command}{place}"), params.reason.as_deref())
        }
        ServerRequest::FileChangeRequestApproval(params) => {
            let root = params.grant_root.as_ref().map(|root| format!(" and further ones below {root}"));
            (
                format!("May the changes shown above be made{}?", root.unwrap_or_default()),
                params.reason.as_deref(),
            )
        }
        ServerRequest::PermissionsRequestApproval(params) => {
            let files = params.permissions.file_system.as_ref();
            let list = |what: &str, paths: Option<&Vec<String>>| {
                paths.map(|paths| format!("\n  {what} {}", paths.join(", "))).unwrap_or_default()
            };
            let (read, write) = (files.and_then(|f| f.read.as_ref()), files.and_then(|f| f.write.as_ref()));
            let network = if params.permissions.network.is_some() { "\n  use the network" } else { "" };
            let asked = [list("read", read), list("write in", write)].concat();
            (format!("May later commands do this, too?{asked}{network}"), params.reason.as_deref())
        }
        ServerRequest::DynamicToolCall(params) => (format!("The tool {} is called.", params.tool), None),
        ServerRequest::ToolRequestUserInput(params) => {
            let questions = params.questions.iter().flat_map(user_input::shown);
            (questions.collect::<Vec<_>>().join("\n"), None)
        }
        ServerRequest::ChatgptAuthTokensRefresh(_) => {
            ("New tokens of the login are wanted.".to_owned(), None)
        }
    };
    reason.map_or_else(|| what.clone(), |reason| format!("{what}\n  because: {reason}"))
}

fn answer(question: &ServerRequest, decision: Decision) -> Result<Value, serde_json::Error> {
    match question {
        ServerRequest::CommandExecutionRequestApproval(_) => {
            let decision = match (decision, offer(question)) {
                (Decision::AcceptForGood, Some(words)) => {
                    CommandExecutionApprovalDecision::AcceptWithExecpolicyAmendment {
                        execpolicy_amendment: words.to_vec(),
                    }
                }
                // Nothing was offered to be allowed for good.
                (Decision::Accept | Decision::AcceptForGood, _) => CommandExecutionApprovalDecision::Accept,
                (Decision::AcceptForSession, _) => CommandExecutionApprovalDecision::AcceptForSession,
                (Decision::Decline, _) => CommandExecutionApprovalDecision::Decline,
                (Decision::Cancel, _) => CommandExecutionApprovalDecision::Cancel,
            };
            serde_json::to_value(CommandExecutionRequestApprovalResponse { decision })
        }
        ServerRequest::FileChangeRequestApproval(_) => {
            let decision = match decision {
                Decision::Accept | Decision::AcceptForGood => FileChangeApprovalDecision::Accept,
                Decision::AcceptForSession => FileChangeApprovalDecision::AcceptForSession,
                Decision::Decline => FileChangeApprovalDecision::Decline,
                Decision::Cancel => FileChangeApprovalDecision::Cancel,
            };
            serde_json::to_value(FileChangeRequestApprovalResponse { decision })
        }
        ServerRequest::PermissionsRequestApproval(params) => {
            let RequestPermissionProfile { network, file_system } = params.permissions.clone();
            let permissions = match decision {
                // Allowing for good is not offered here.
                Decision::Accept | Decision::AcceptForSession | Decision::AcceptForGood => {
                    GrantedPermissionProfile { network, file_system }
                }
                Decision::Decline | Decision::Cancel => GrantedPermissionProfile::default(),
            };
            let scope = match decision {
                Decision::AcceptForSession => PermissionGrantScope::Session,
                Decision::Accept | Decision::AcceptForGood | Decision::Decline | Decision::Cancel => {
                    PermissionGrantScope::Turn
                }
            };
            serde_json::to_value(PermissionsRequestApprovalResponse {
                permissions,
                scope,
                strict_auto_review: None,
            })
        }
        ServerRequest::DynamicToolCall(_) => {
            serde_json::to_value(DynamicToolCallResponse { content_items: Vec::new(), success: false })
        }
        // There are none to be had here, and what is no answer counts as a refusal.
        ServerRequest::ChatgptAuthTokensRefresh(_) => Ok(Value::Null),
        // A no is no answer to it.
        ServerRequest::ToolRequestUserInput(params) => serde_json::to_value(match decision {
            Decision::Accept => user_input::first_options(params),
            Decision::AcceptForSession | Decision::AcceptForGood | Decision::Decline | Decision::Cancel => {
                ToolRequestUserInputResponse::default()
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use codex_app_server_protocol::v2::approval::CommandExecutionRequestApprovalParams;

    use serde_json::json;

    use super::*;

    #[test]
    fn only_clear_words_approve() {
        assert_eq!(understand(" Y\n"), Some(Decision::Accept));
        assert_eq!(understand("session"), Some(Decision::AcceptForSession));
        assert_eq!(understand("No"), Some(Decision::Decline));
        for unclear in ["", "yn", "ok", "yes please", "1"] {
            assert_eq!(understand(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn a_question_shows_the_command_the_place_and_the_reason() {
        let params = CommandExecutionRequestApprovalParams {
            command: Some("rm -r build".into()),
            cwd: Some("/w".into()),
            reason: Some("it is in the way".into()),
            ..CommandExecutionRequestApprovalParams::default()
        };
        let question = ServerRequest::CommandExecutionRequestApproval(params);
        assert_eq!(describe(&question), "May this run?\n  rm -r build\n  in /w\n  because: it is in the way");
        let said = answer(&question, Decision::AcceptForSession).unwrap();
        assert_eq!(said, json!({"decision": "acceptForSession"}));
        assert_eq!(offer(&question), None);
    }

    #[test]
    fn what_is_allowed_for_good_is_what_was_offered() {
        let words = vec!["touch".to_owned(), "a".to_owned()];
        let params = CommandExecutionRequestApprovalParams {
            proposed_execpolicy_amendment: Some(words.clone()),
            ..CommandExecutionRequestApprovalParams::default()
        };
        let question = ServerRequest::CommandExecutionRequestApproval(params);
        let said = answer(&question, Decision::AcceptForGood).unwrap();
        assert_eq!(
            said,
            json!({"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": words}}})
        );
    }
}
