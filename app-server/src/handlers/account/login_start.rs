//! `account/login/start`: logs in with a key or with tokens at once, or begins a login that the user carries out on a page.
//!
//! No other request waits for it. A login that takes a while is ended by another one.

use codex_app_server_protocol::method::LoginAccount;
use codex_app_server_protocol::v2::login::{LoginAccountParams, LoginAccountResponse, LoginAppBrand};
use codex_core::auth;
use codex_core::auth::external::HandedIn;
use codex_core::auth::login::LoginError;
use codex_core::auth::login::browser::Wishes;
use codex_core::base::secret::Secret;
use codex_core::config::login::ForcedMethod;

use super::refused;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<LoginAccount> for Context {
    async fn handle(&self, params: LoginAccountParams) -> Result<Reply<LoginAccountResponse>, RpcError> {
        if self.auth().is_handed_in() && !matches!(params, LoginAccountParams::ChatgptAuthTokens { .. }) {
            return Err(refused(auth::Error::HandedIn));
        }
        let context = self.clone();
        Ok(Reply::later(async move { context.log_in(params).await }))
    }
}

impl Context {
    async fn log_in(&self, params: LoginAccountParams) -> Result<Reply<LoginAccountResponse>, RpcError> {
        match params {
            LoginAccountParams::ApiKey { api_key } => self.log_in_with_key(Secret::new(api_key)).await,
            LoginAccountParams::Chatgpt {
                use_hosted_login_success_page,
                codex_streamlined_login: _,
                app_brand,
            } => self.begin_in_browser(last_page(use_hosted_login_success_page, app_brand)).await,

            LoginAccountParams::ChatgptDeviceCode => self.begin_with_device().await,
            LoginAccountParams::ChatgptAuthTokens { access_token, chatgpt_account_id, chatgpt_plan_type } => {
                let (access_token, account_id) = (Secret::new(access_token), chatgpt_account_id);
                self.hand_in_tokens(HandedIn { access_token, account_id, plan: chatgpt_plan_type }).await
            }
            LoginAccountParams::AmazonBedrock { .. } | LoginAccountParams::AmazonBedrockAccessKeys { .. } => {
                Err(RpcError::invalid_request(
                    "`type`: this server does not log in to Amazon Bedrock; describe its address and key in a table \
                     of `[model_providers]`",
                ))
            }
        }
    }

    async fn log_in_with_key(&self, key: Secret) -> Result<Reply<LoginAccountResponse>, RpcError> {
        self.auth().allows(ForcedMethod::Api).map_err(refused)?;
        self.auth().log_in_with_key(key).await.map_err(refused)?;
        let context = self.clone();
        Ok(Reply::then(
            LoginAccountResponse::ApiKey,
            async move { context.tell_of_login(None, Ok(())).await },
        ))
    }

    async fn begin_in_browser(
        &self,
        last_page: Option<String>,
    ) -> Result<Reply<LoginAccountResponse>, RpcError> {
        self.auth().allows(ForcedMethod::Chatgpt).map_err(refused)?;
        let attempt = self.auth().begin_login().await;
        let wishes = Wishes { originator: self.identity().originator().to_owned(), last_page };
        let login = self.auth().open_login_page(&wishes).await.map_err(not_begun)?;
        let response =
            LoginAccountResponse::Chatgpt { login_id: attempt.id.to_string(), auth_url: login.url.clone() };
        let (manager, id) = (self.auth().clone(), attempt.id.to_string());
        Ok(self.goes_on(response, id, async move { manager.finish_in_browser(&attempt, login).await }))
    }

    async fn begin_with_device(&self) -> Result<Reply<LoginAccountResponse>, RpcError> {
        self.auth().allows(ForcedMethod::Chatgpt).map_err(refused)?;
        let attempt = self.auth().begin_login().await;
        let login = self.auth().open_device_login().await.map_err(not_begun)?;
        let response = LoginAccountResponse::ChatgptDeviceCode {
            login_id: attempt.id.to_string(),
            verification_url: login.page.clone(),
            user_code: login.user_code().to_owned(),
        };
        let (manager, id) = (self.auth().clone(), attempt.id.to_string());
        Ok(self.goes_on(response, id, async move { manager.finish_with_device(&attempt, login).await }))
    }

    /// The answer comes first; how the login ends is told when it has.
    fn goes_on(
        &self,
        response: LoginAccountResponse,
        id: String,
        login: impl Future<Output = Result<(), LoginError>> + Send + 'static,
    ) -> Reply<LoginAccountResponse> {
        let context = self.clone();
        Reply::then(response, async move {
            let group = context.conversations().shared().group.clone();
            group.spawn(async move {
                let outcome = login.await.map_err(|error| {
                    tracing::info!("the login has ended: {error}");
                    error.to_string()
                });
                context.tell_of_login(Some(id), outcome).await;
            });
        })
    }
}

/// The vendor's page that comes last, if the client wants it.
fn last_page(wanted: bool, brand: Option<LoginAppBrand>) -> Option<String> {
    let brand = match brand {
        None | Some(LoginAppBrand::Codex) => "codex",
        Some(LoginAppBrand::Chatgpt) => "chatgpt",
    };
    wanted.then(|| format!("https://chatgpt.com/codex/open-app?source=login&app_brand={brand}"))
}

/// A login that does not begin.
fn not_begun(error: LoginError) -> RpcError {
    match error {
        LoginError::Stored(error) => refused(error),
        LoginError::NoDeviceCodes => RpcError::invalid_request(error.to_string()),
        error => RpcError::internal(format!("the login cannot begin: {error}")).caused_by(error),
    }
}
