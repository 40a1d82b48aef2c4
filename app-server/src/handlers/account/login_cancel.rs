//! `account/login/cancel`: gives a login up that was started. How it ended is told to everybody.

use codex_app_server_protocol::method::CancelLoginAccount;
use codex_app_server_protocol::v2::login::{
    CancelLoginAccountParams, CancelLoginAccountResponse, CancelLoginAccountStatus,
};
use uuid::Uuid;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<CancelLoginAccount> for Context {
    async fn handle(
        &self,
        params: CancelLoginAccountParams,
    ) -> Result<Reply<CancelLoginAccountResponse>, RpcError> {
        let id = Uuid::parse_str(&params.login_id)
            .map_err(|_| RpcError::invalid_request(format!("invalid login id: {}", params.login_id)))?;
        let status = match self.auth().attempts().cancel(id) {
            true => CancelLoginAccountStatus::Canceled,
            false => CancelLoginAccountStatus::NotFound,
        };
        Ok(CancelLoginAccountResponse { status }.into())
    }
}
