//! Tokens that the client hands in, and asking it for new ones.

use std::time::Duration;

use codex_app_server_protocol::ServerRequest;
use codex_app_server_protocol::v2::login::{
    ChatgptAuthTokensRefreshParams, ChatgptAuthTokensRefreshReason, ChatgptAuthTokensRefreshResponse,
    LoginAccountResponse,
};
use codex_core::auth::external::{Ask, HandInError, HandedIn};
use codex_core::base::secret::Secret;
use codex_core::config::login::ForcedMethod;
use tokio::sync::mpsc;

use super::refused;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::Reply;
use crate::outgoing::Outgoing;

/// How long the client may take to renew its tokens.
const PATIENCE: Duration = Duration::from_secs(10);

impl Context {
    pub(super) async fn hand_in_tokens(
        &self,
        tokens: HandedIn,
    ) -> Result<Reply<LoginAccountResponse>, RpcError> {
        self.auth().allows(ForcedMethod::Chatgpt).map_err(refused)?;
        self.auth().attempts().cancel_all();
        let (asker, asks) = mpsc::channel(1);
        self.auth().hand_in(tokens, asker).map_err(|error| match error {
            HandInError::Forbidden(error) => refused(error),
            HandInError::Token(_) => RpcError::internal(format!("failed to set external auth: {error}")),
        })?;
        let shared = self.conversations().shared();
        let ended = shared.token.clone();
        let asking = answer_all(asks, self.outgoing().clone());
        shared.group.spawn(async move {
            tokio::select! {
                () = asking => {}
                () = ended.cancelled() => {}
            }
        });
        let context = self.clone();
        let response = LoginAccountResponse::ChatgptAuthTokens;
        Ok(Reply::then(response, async move { context.tell_of_login(None, Ok(())).await }))
    }
}

/// Asks the client, as often as that is needed.
async fn answer_all(mut asks: mpsc::Receiver<Ask>, outgoing: Outgoing) {
    while let Some(Ask { previous_account, answer }) = asks.recv().await {
        let renewed = tokio::time::timeout(PATIENCE, ask(&outgoing, previous_account)).await;
        let late = || Err(format!("it has not answered within {} seconds", PATIENCE.as_secs()));
        let _nobody_waits = answer.send(renewed.unwrap_or_else(|_| late()));
    }
}

async fn ask(outgoing: &Outgoing, previous_account_id: Option<String>) -> Result<HandedIn, String> {
    let params = ChatgptAuthTokensRefreshParams {
        reason: ChatgptAuthTokensRefreshReason::Unauthorized,
        previous_account_id,
    };
    let mut question = outgoing.ask(ServerRequest::ChatgptAuthTokensRefresh(params)).await;
    let answer: ChatgptAuthTokensRefreshResponse =
        question.answer().await.map_err(|refusal| refusal.to_string())?;
    Ok(HandedIn {
        access_token: Secret::new(answer.access_token),
        account_id: answer.chatgpt_account_id,
        plan: answer.chatgpt_plan_type,
    })
}
