//! `account/read`, and `getAuthStatus` of the older API: who is logged in, and whether anybody needs to be.

use codex_app_server_protocol::method::{GetAccount, GetAuthStatus};
use codex_app_server_protocol::v2::account::{GetAccountParams, GetAccountResponse};
use codex_app_server_protocol::v2::login::{GetAuthStatusParams, GetAuthStatusResponse};
use codex_core::auth::Credentials;

use crate::context::Context;
use crate::convert::to_wire::account::{account, auth_mode, user_id};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<GetAccount> for Context {
    fn lane(_: &GetAccountParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: GetAccountParams) -> Result<Reply<GetAccountResponse>, RpcError> {
        let requires_openai_auth = self.base_config().await?.config.model_provider.requires_openai_auth;
        let credentials = self.login(requires_openai_auth, params.refresh_token).await;
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

impl Handle<GetAuthStatus> for Context {
    fn lane(_: &GetAuthStatusParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: GetAuthStatusParams) -> Result<Reply<GetAuthStatusResponse>, RpcError> {
        let wants_login = self.base_config().await?.config.model_provider.requires_openai_auth;
        let credentials = self.login(wants_login, params.refresh_token == Some(true)).await;
        let credentials = if wants_login { credentials } else { Credentials::default() };
        let token = credentials.bearer().filter(|_| params.include_token == Some(true));
        let response = GetAuthStatusResponse {
            auth_method: auth_mode(&credentials),
            auth_token: token.map(|token| token.reveal().to_owned()),
            requires_openai_auth: Some(wants_login),
        };
        Ok(response.into())
    }
}

impl Context {
    /// The stored login, which another program may have changed, renewed on request. One that cannot be renewed at the
    /// moment stays as it is.
    async fn login(&self, is_wanted: bool, is_to_be_renewed: bool) -> Credentials {
        let credentials = self.auth().look_again().await.credentials;
        // Nobody is asked for the login of a provider that wants none.
        if let Credentials::ChatGpt(login) = &credentials
            && is_wanted
            && is_to_be_renewed
            && let Err(error) = self.auth().renew(&login.access_token).await
        {
            tracing::warn!("the login is not renewed: {error}");
        }
        self.auth().current().credentials
    }
}
