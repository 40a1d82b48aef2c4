//! Having something read inside the sandbox of a turn.

use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};
use tokio::time::Duration;

use crate::tools::call::ToolError;
use crate::tools::errand::{self, Answered, Errand, ErrandError};
use crate::tools::files::job::{Answer, Job};
use crate::tools::files::reader::ARGUMENT;
use crate::turn::port::SessionTaskContext;

const PATIENCE: Duration = Duration::from_secs(30);
/// Enough for the largest image.
const LONGEST_ANSWER: u64 = 16 * 1024 * 1024;

/// What a job gives. Failures are told to the model.
pub async fn ask(context: &SessionTaskContext, job: &Job) -> Result<Answer, ToolError> {
    let failed = |why: String| ToolError::RespondToModel(format!("nothing could be read: {why}"));
    let job = serde_json::to_vec(job).map_err(|error| failed(error.to_string()))?;
    let policy = reading(&context.turn.sandbox_policy);
    let errand = Errand {
        argument: ARGUMENT,
        policy: &policy,
        cwd: &context.turn.cwd,
        patience: PATIENCE,
        last_moment: Duration::ZERO,
        longest_answer: LONGEST_ANSWER,
    };
    let Answered { answer, code } = errand::run(context, errand, job).await.map_err(|error| match error {
        ErrandError::Cancelled => ToolError::Interrupted,
        error @ (ErrandError::TooLong(_) | ErrandError::Failed(_)) => failed(error.to_string()),
    })?;
    match serde_json::from_slice(&answer) {
        Ok(Answer::Failed(why)) => Err(ToolError::RespondToModel(why)),
        Ok(answer) => Ok(answer),
        Err(_) => Err(failed(format!("the reader ended with code {code} and no answer"))),
    }
}

/// A text, as much of it as the model is shown.
pub async fn ask_text(context: &SessionTaskContext, job: &Job) -> Result<String, ToolError> {
    match ask(context, job).await? {
        Answer::Text(text) => Ok(context.turn.output_limit.cut(text)),
        Answer::Image(_) | Answer::Failed(_) => {
            Err(ToolError::RespondToModel("nothing could be read: the reader answered something else".into()))
        }
    }
}

/// The same walls for reading as those of commands, and nothing to write.
fn reading(policy: &SandboxPolicy) -> SandboxPolicy {
    match policy {
        SandboxPolicy::DangerFullAccess | SandboxPolicy::ExternalSandbox { .. } => policy.clone(),
        SandboxPolicy::ReadOnly { .. } => SandboxPolicy::ReadOnly { network_access: false },
        SandboxPolicy::WorkspaceWrite(write) => SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
            keep_cwd: true,
            exclude_tmpdir_env_var: true,
            exclude_slash_tmp: true,
            unreadable: write.unreadable.clone(),
            ..WorkspaceWrite::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_do_not_read_is_kept_and_nothing_is_written() {
        let write = WorkspaceWrite {
            writable_roots: vec!["/w".into()],
            unreadable: vec!["secret".into()],
            network_access: true,
            ..WorkspaceWrite::default()
        };
        let SandboxPolicy::WorkspaceWrite(reading) = reading(&SandboxPolicy::WorkspaceWrite(write)) else {
            panic!()
        };
        assert_eq!(reading.unreadable, ["secret"].map(std::path::PathBuf::from));
        assert!(!reading.writes_something() && !reading.network_access);
    }
}
