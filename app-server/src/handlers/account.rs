//! `account/read`: who is logged in, and whether anybody needs to be.

use codex_app_server_protocol::method::GetAccount;
use codex_app_server_protocol::v2::account::{GetAccountParams, GetAccountResponse};

use crate::context::Context;
use crate::convert::to_wire::account::{account, user_id};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<GetAccount> for Context {
    fn lane(_: &GetAccountParams) -> Lane {
        Lane::Concurrent
    }

    /// With `refreshToken` the stored login is read anew, in case another program has refreshed it.
    async fn handle(&self, params: GetAccountParams) -> Result<Reply<GetAccountResponse>, RpcError> {
        let requires_openai_auth = self.base_config().await?.config.model_provider.requires_openai_auth;
        let auth = self.conversations().shared().auth.clone();
        if params.refresh_token {
            let stale = auth.clone();
            self.read_settings(move |_| stale.reload()).await?;
        }
        let credentials = auth.current().credentials;
        let response = GetAccountResponse {
            // A login that the provider does not want is nobody's account here.
            account: if requires_openai_auth { account(&credentials) } else { None },
            user_id: if requires_openai_auth { user_id(&credentials) } else { None },
            requires_openai_auth,
            workspace_routing: None,
        };
        Ok(response.into())
    }
}
