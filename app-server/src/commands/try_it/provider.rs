//! What a thread is started with, where the user has configured nothing: the rehearsal model, the sandbox, and
//! questions before it is left.
//!
//! Only what the server says about itself is looked at, as any client could. A key that the server uses is an account
//! to it.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::{ConfigRead, GetAccount};
use codex_app_server_protocol::v2::account::GetAccountParams;
use codex_app_server_protocol::v2::config::ConfigReadParams;
use codex_app_server_protocol::v2::settings::{AskForApproval, SandboxMode};
use codex_core::config::home::Surroundings;

use super::Error;
use super::client::Client;
use super::person::Person;

/// The provider inside the server that needs neither account nor network.
const REHEARSAL: &str = "rehearsal";

/// What to name when a thread is started; nothing where the configuration says it.
pub struct Chosen {
    pub model_provider: Option<String>,
    pub sandbox: Option<SandboxMode>,
    pub approval_policy: Option<AskForApproval>,
}

pub async fn choose(
    client: &mut Client,
    surroundings: &Surroundings,
    person: &mut Person<'_>,
) -> Result<Chosen, Error> {
    let cwd = Some(surroundings.directory.to_string());
    let read = client.request::<ConfigRead>(ConfigReadParams { include_layers: false, cwd }, person).await?;
    let account = client.request::<GetAccount>(GetAccountParams::default(), person).await?;
    let is_configured = read.config.model_provider.is_some() && read.origins.contains_key("model_provider");
    // One that cannot be used is not in the configuration as read; the refusal of the thread will say why.
    let is_unusable = client.was_told(|told| match told {
        ServerNotification::ConfigWarning(warning) => warning.summary.contains("`model_provider`"),
        _ => false,
    });
    let is_set = |key: &str| read.origins.contains_key(key);
    let mut chosen = Chosen {
        model_provider: None,
        sandbox: (!is_set("sandbox_mode")).then_some(SandboxMode::WorkspaceWrite),
        approval_policy: (!is_set("approval_policy")).then_some(AskForApproval::OnRequest),
    };
    if is_configured || is_unusable || account.account.is_some() || !account.requires_openai_auth {
        return Ok(chosen);
    }
    person
        .terminal
        .complain("No account and no model provider is configured: the built-in `rehearsal` model answers.");
    chosen.model_provider = Some(REHEARSAL.to_owned());
    Ok(chosen)
}
