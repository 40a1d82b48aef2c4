//! `config/read` and `configRequirements/read`: the settings, and what an administrator demands of them.

use std::path::Path;

use codex_app_server_protocol::method::{ConfigRead, ConfigRequirementsRead};
use codex_app_server_protocol::v2::config::{ConfigReadParams, ConfigReadResponse};
use codex_app_server_protocol::v2::requirements::ConfigRequirementsReadResponse;
use codex_app_server_protocol::v2::shared::NoParams;

use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ConfigRead> for Context {
    fn lane(_: &ConfigReadParams) -> Lane {
        Lane::Concurrent
    }

    /// Projects have no settings of their own here, so that all folders read alike.
    async fn handle(&self, params: ConfigReadParams) -> Result<Reply<ConfigReadResponse>, RpcError> {
        let ConfigReadParams { include_layers, cwd } = params;
        if cwd.is_some_and(|cwd| Path::new(&cwd).as_os_str().is_empty()) {
            return Err(RpcError::invalid_request(
                "`cwd` must not be empty; leave it out for the server's own",
            ));
        }
        let view = self.read_settings(|configs| configs.read_view()).await?;
        Ok(to_wire::config::read_response(view, include_layers).into())
    }
}

impl Handle<ConfigRequirementsRead> for Context {
    fn lane(_: &NoParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, _: NoParams) -> Result<Reply<ConfigRequirementsReadResponse>, RpcError> {
        // No administrator's demands are read: there are none in force.
        let response =
            ConfigRequirementsReadResponse { supports_independent_speed_modes: None, requirements: None };
        Ok(response.into())
    }
}
