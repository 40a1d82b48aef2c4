//! What the tools that run commands have in common before anything runs: where, with which shell, whether the
//! model wants to leave the sandbox, and that a patch in a script is applied as one.

use codex_protocol::ids::CallId;
use serde::Deserialize;

use crate::base::cancel::or_cancelled;
use crate::base::paths::AbsolutePath;
use crate::exec::parse::patch_script::PatchScript;
use crate::exec::shell::Login;
use crate::tools::call::{ToolError, ToolOutput};
use crate::tools::handlers::command::Profile;
use crate::tools::handlers::patch_request;
use crate::turn::port::SessionTaskContext;

/// Whether a command is to run outside of the sandbox, and how the user is asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    pub escalates: bool,
    pub justification: Option<String>,
    /// The words that the model would have the user allow for good.
    pub prefix_rule: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxPermissions {
    #[default]
    UseDefault,
    RequireEscalated,
}

const ONLY_PATCH: &str = "the command is a patch and does not say what to do with it; call the tool `apply_patch`, or \
                          write `apply_patch <<'EOF'` above it and `EOF` below";

/// Where a call wants to run.
pub fn directory(workdir: Option<&str>, context: &SessionTaskContext) -> AbsolutePath {
    workdir.map_or_else(|| context.turn.cwd.clone(), |workdir| context.turn.cwd.join(workdir))
}

/// As with a plan, the disk may not answer.
pub async fn expect_directory(
    directory: &AbsolutePath,
    context: &SessionTaskContext,
) -> Result<(), ToolError> {
    let path = directory.clone();
    let look = context.services.group.spawn_blocking(move || path.as_path().is_dir());
    if or_cancelled(&context.token, look).await?.unwrap_or(false) {
        return Ok(());
    }
    Err(ToolError::RespondToModel(format!("the working directory `{directory}` does not exist")))
}

/// Carries out a command that is nothing but a patch.
pub async fn apply_patch(
    script: PatchScript,
    call_id: &CallId,
    mut cwd: AbsolutePath,
    context: &SessionTaskContext,
) -> Result<ToolOutput, ToolError> {
    let PatchScript::Applies { folder, patch } = script else {
        return Err(ToolError::RespondToModel(ONLY_PATCH.into()));
    };
    if let Some(folder) = folder {
        cwd = cwd.join(folder);
    }
    expect_directory(&cwd, context).await?;
    patch_request::apply(call_id, patch, cwd, context).await
}

/// Whether the shell is a login shell: as asked for, if the configuration has them.
pub fn login(asked: Option<bool>, context: &SessionTaskContext) -> Result<Login, ToolError> {
    match (asked, context.services.config.allow_login_shell) {
        (Some(true), false) => {
            let text = "login shells are switched off by the configuration; leave `login` out";
            Err(ToolError::RespondToModel(text.into()))
        }
        (Some(true) | None, true) => Ok(Login::Yes),
        (Some(false), _) | (None, false) => Ok(Login::No),
    }
}

/// A login shell that the model did not ask for need not be one, if it is as good.
pub fn profile(asked: Option<bool>, login: Login, script: &str) -> Profile {
    match (asked, login) {
        (None, Login::Yes) => Profile::OnceFor { script: script.to_owned() },
        (Some(_), _) | (None, Login::No) => Profile::EachTime,
    }
}
