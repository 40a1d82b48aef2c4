//! `initialize`: the client introduces itself, the connection opens.

use std::sync::Arc;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::WIRE_VERSION;
use codex_app_server_protocol::method::Initialize;
use codex_app_server_protocol::v2::initialize::{InitializeParams, InitializeResponse};
use codex_app_server_protocol::v2::notice::ConfigWarningNotification;

use crate::client::Client;
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};
use crate::identity::is_header_value;

impl Context {
    /// What is wrong with the settings. Everything but threads works with defaults in their place.
    async fn warn_of_settings(&self) {
        let auth = self.conversations().shared().auth.clone();
        let telemetry = Arc::clone(self.telemetry());
        let configured = self.read_settings(move |configs| {
            let loaded = configs.load_base();
            auth.configure(&loaded.config.login);
            let mut problems = Vec::new();
            let login = auth.current().problem;
            problems.extend(login.map(|problem| format!("The stored login is not used: {problem}")));
            problems.extend(telemetry.problem(&loaded.config.otel));
            (loaded, problems)
        });
        match configured.await {
            Ok((loaded, problems)) => {
                for summary in problems {
                    let warning =
                        ConfigWarningNotification { summary, details: None, path: None, range: None };
                    self.outgoing().notify(&ServerNotification::ConfigWarning(warning)).await;
                }
                for warning in loaded.warnings {
                    let warning = ServerNotification::ConfigWarning(to_wire::config::warning(warning));
                    self.outgoing().notify(&warning).await;
                }
                self.warn_of_rules(&loaded.config).await;
            }
            Err(error) => tracing::error!("the settings were not looked at: {error}"),
        }
    }
}

impl Handle<Initialize> for Context {
    async fn handle(&self, params: InitializeParams) -> Result<Reply<InitializeResponse>, RpcError> {
        let client = Client::from(params);
        if !is_header_value(&client.name) {
            return Err(RpcError::bad_client_name(&client.name));
        }
        let client = self.introduce(client)?;
        self.identity().introduce(client);
        let user_agent = self.identity().user_agent(client);
        self.conversations().introduce(codex_core::conversations::Identity {
            originator: self.identity().originator().to_owned(),
            user_agent: user_agent.clone(),
            version: WIRE_VERSION.to_owned(),
            terminal: self.identity().terminal().to_owned(),
        });
        let response = InitializeResponse {
            user_agent,
            codex_home: self.configs().codex_home().to_string(),
            platform_family: std::env::consts::FAMILY.to_owned(),
            platform_os: std::env::consts::OS.to_owned(),
        };
        let context = self.clone();
        Ok(Reply::then(response, async move { context.warn_of_settings().await }))
    }
}
