//! Runs the program that a user wants told of finished turns.
//!
//! It runs outside of the sandbox, for it is the user's own choice, and in the home directory of the server, for a
//! project must not be able to lend it code. It hears only of turns that are on the disk. Nobody waits for it; what it
//! has started ends with it, after its time, or a moment after its conversation.

use std::sync::Arc;
use std::time::Duration;

use codex_protocol::policy::SandboxPolicy;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::context::environment::is_engine_made;
use crate::exec::process::{self, ProcessRequest};
use crate::exec::streams::Stdin;
use crate::notify::TurnIsComplete;
use crate::sandbox::command::CommandSpec;
use crate::session::Session;
use crate::session::active_turn::ActiveTurn;
use crate::turn::services::SessionServices;

/// It is ended after that.
const TIME: Duration = Duration::from_secs(60);
/// How long it may go on when its conversation ends.
const LAST_MOMENT: Duration = Duration::from_millis(500);

impl Session {
    /// A program of the user's is to be told that the turn is over, if there is one.
    pub(super) fn telling_program(&self, active: &ActiveTurn) -> Option<impl Future<Output = ()> + use<>> {
        let program = self.services.config.notify.clone().filter(|program| !program.is_empty())?;
        let messages = self.state.history.items().iter().rev().filter_map(|item| match &**item {
            ResponseItem::Message { role, content, .. } if role == "user" && !is_engine_made(content) => {
                Some(content.iter().filter_map(ContentItem::as_text).collect::<Vec<_>>().join("\n"))
            }
            _ => None,
        });
        let (ids, cwd) = ((self.id, active.id().clone()), &active.context.cwd);
        let turn = TurnIsComplete::new(ids, cwd, messages, active.last_agent_message.as_deref());
        let (services, recorder, token) =
            (Arc::clone(&self.services), self.recorder.clone(), self.token.clone());
        Some(async move {
            // Like the client, it hears only of what is stored; that it is not has been said by then.
            if recorder.flush().await.is_err() {
                return;
            }
            let name = program.first().cloned().unwrap_or_default();
            match run(program, &turn, &services, &token).await {
                Ok(0) => {}
                Ok(code) => tracing::info!(program = name, code, "the program `notify` has failed"),
                Err(error) => tracing::warn!(program = name, error, "the program `notify` cannot be run"),
            }
        })
    }
}

/// Runs the program to its end; returns its exit code.
async fn run(
    mut argv: Vec<String>,
    turn: &TurnIsComplete,
    services: &SessionServices,
    token: &CancellationToken,
) -> Result<i32, String> {
    argv.push(serde_json::to_string(turn).map_err(|error| error.to_string())?);
    let home = services.config.codex_home.clone();
    let command = CommandSpec { argv, cwd: home.clone(), env: services.variables.all() };
    let sandbox = Arc::clone(&services.sandbox);
    let planned = services
        .group
        .spawn_blocking(move || sandbox.plan(&SandboxPolicy::DangerFullAccess, &home, command))
        .await
        .map_err(|error| error.to_string())?;
    let launch = planned.map_err(|error| error.to_string())?;
    let end = CancellationToken::new();
    let place = Arc::new(Semaphore::new(1)).acquire_owned().await.map_err(|error| error.to_string())?;
    let request = ProcessRequest {
        launch,
        stdin: Stdin::Null,
        terminal: None,
        time: Some(TIME),
        end: end.clone(),
        place,
    };
    let (_process, output) =
        process::start(request, &services.group).await.map_err(|error| error.to_string())?;
    let exit = output.exit();
    tokio::pin!(exit);
    let left_alone = async {
        token.cancelled().await;
        sleep(LAST_MOMENT).await;
    };
    tokio::select! {
        exit = &mut exit => return Ok(exit.code),
        () = left_alone => end.cancel(),
    }
    Ok(exit.await.code)
}
