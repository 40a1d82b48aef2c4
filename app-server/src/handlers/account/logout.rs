//! `account/logout`: forgets the login, and ends one that is under way.

use codex_app_server_protocol::method::LogoutAccount;
use codex_app_server_protocol::v2::login::LogoutAccountResponse;
use codex_app_server_protocol::v2::shared::NoParams;

use super::refused;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<LogoutAccount> for Context {
    async fn handle(&self, _: NoParams) -> Result<Reply<LogoutAccountResponse>, RpcError> {
        self.auth().attempts().cancel_all();
        let context = self.clone();
        // Another process may be renewing the login, which is waited for.
        Ok(Reply::later(async move {
            context.auth().log_out().await.map_err(refused)?;
            Ok(Reply::then(LogoutAccountResponse {}, async move { context.tell_of_account().await }))
        }))
    }
}
