//! What the tools that run commands have in common: where and with which shell it runs, whether the model wants to
//! leave the sandbox, and that a patch in a script is applied as one.

use codex_protocol::ids::CallId;
use serde::Deserialize;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::paths::AbsolutePath;
use crate::exec::parse::patch_script::{self, PatchScript};
use crate::exec::shell::{Login, Shell};
use crate::sandbox;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::handlers::command::{CommandRequest, Patience, Wanted};
use crate::tools::handlers::exec_output::ExecOutput;
use crate::tools::handlers::patch_request;
use crate::tools::planning::Profile;
use crate::turn::port::SessionTaskContext;

/// A command as a tool asks for it.
pub struct Asked {
    pub form: Form,
    pub workdir: Option<String>,
    pub tty: bool,
    /// A patch takes the time that it takes, so that of one need not be right.
    pub patience: Result<Patience, ToolError>,
    pub permission: Permission,
}

pub enum Form {
    /// A program and its arguments.
    Words(Vec<String>),
    /// A text for a shell, which is the user's own if no other is named.
    Script { text: String, shell: Option<String>, login: Option<bool> },
}

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

impl SandboxPermissions {
    pub fn escalates(self) -> bool {
        self == Self::RequireEscalated
    }
}

const ONLY_PATCH: &str = "the command is a patch and does not say what to do with it; call the tool `apply_patch`, or \
                          write `apply_patch <<'EOF'` above it and `EOF` below";

impl Asked {
    /// Runs the command, or applies the patch that it is. How a command is told to the model, the tool says.
    pub async fn run(
        self,
        call: &ToolCall,
        context: &SessionTaskContext,
        told: impl FnOnce(ExecOutput) -> String,
    ) -> Result<ToolOutput, ToolError> {
        let Self { form, workdir, tty, patience, permission } = self;
        let cwd = directory(workdir.as_deref(), context);
        if let Some(script) = form.patch() {
            return apply_patch(script, &call.call_id, cwd, context).await;
        }
        let (argv, profile) = form.command(tty, context)?;
        let patience = patience?;
        let (call_id, tool) = (call.call_id.clone(), call.name.clone());
        let wanted = Wanted { call_id, tool, argv, profile, cwd, tty, patience, permission };
        Ok(ToolOutput::text(told(CommandRequest::run(wanted, context).await?)))
    }
}

impl Form {
    fn patch(&self) -> Option<PatchScript> {
        match self {
            Self::Words(words) => patch_script::find_in(words),
            Self::Script { text, .. } => patch_script::find(text),
        }
    }

    fn command(self, tty: bool, context: &SessionTaskContext) -> Result<(Vec<String>, Profile), ToolError> {
        let (text, shell, asked) = match self {
            Self::Words(words) => return Ok((words, Profile::EachTime)),
            Self::Script { text, shell, login } => (text, shell, login),
        };
        let login = login(asked, context)?;
        // The snapshot is that of the user's own shell, and of one that is not typed to.
        let profile = if shell.is_some() || tty { Profile::EachTime } else { profile(asked, login, &text) };
        let argv = match shell {
            Some(path) => Shell::at(&path).argv(login, &text),
            None => context.services.shell.argv(login, &text),
        };
        Ok((argv, profile))
    }
}

/// Where a call wants to run.
fn directory(workdir: Option<&str>, context: &SessionTaskContext) -> AbsolutePath {
    workdir.map_or_else(|| context.turn.cwd.clone(), |workdir| context.turn.cwd.join(workdir))
}

/// Why a command cannot run in a directory, if it cannot. As with a plan, the disk may not answer.
async fn check_directory(
    directory: &AbsolutePath,
    context: &SessionTaskContext,
) -> Result<Result<(), String>, Interrupted> {
    let path = directory.clone();
    let look = context.services.group.spawn_blocking(move || no_place(&path));
    Ok(match or_cancelled(&context.token, look).await? {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(problem),
        Err(panic) => Err(panic.to_string()),
    })
}

/// The same. Blocks.
pub(super) fn no_place(directory: &AbsolutePath) -> Option<String> {
    let problem = sandbox::check_folder(directory).err()?;
    Some(format!("{problem}; make it, or name another one as `workdir`"))
}

/// Carries out a command that is nothing but a patch.
async fn apply_patch(
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
    check_directory(&cwd, context).await?.map_err(ToolError::RespondToModel)?;
    patch_request::apply(call_id, patch, cwd, context).await
}

/// Whether the shell is a login shell: as asked for, if the configuration has them.
fn login(asked: Option<bool>, context: &SessionTaskContext) -> Result<Login, ToolError> {
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
fn profile(asked: Option<bool>, login: Login, script: &str) -> Profile {
    match (asked, login) {
        (None, Login::Yes) => Profile::OnceFor { script: script.to_owned() },
        (Some(_), _) | (None, Login::No) => Profile::EachTime,
    }
}
