//! `account/*`: who is logged in, logging in and out, and what the account may still use.

mod login_cancel;
mod login_start;
mod logout;
mod rate_limits;
mod read;
mod tokens;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::login::{AccountLoginCompletedNotification, AccountUpdatedNotification};
use codex_core::auth::{self, AuthManager};

use crate::context::Context;
use crate::convert::to_wire::account::{auth_mode, plan_type};
use crate::error::RpcError;

impl Context {
    fn auth(&self) -> &AuthManager {
        &self.conversations().shared().auth
    }

    /// Tells everybody how a login ended. `id` is absent for one that took no while.
    async fn tell_of_login(&self, id: Option<String>, outcome: Result<(), String>) {
        let completed = AccountLoginCompletedNotification {
            login_id: id,
            success: outcome.is_ok(),
            error: outcome.as_ref().err().cloned(),
            onboarding_entrypoint: None,
        };
        self.threads().broadcast(&ServerNotification::AccountLoginCompleted(completed)).await;
        if outcome.is_ok() {
            self.tell_of_account().await;
        }
    }

    /// Tells everybody who is logged in.
    async fn tell_of_account(&self) {
        let credentials = self.auth().current().credentials;
        let updated = AccountUpdatedNotification {
            auth_mode: auth_mode(&credentials),
            plan_type: plan_type(&credentials),
        };
        self.threads().broadcast(&ServerNotification::AccountUpdated(updated)).await;
    }
}

/// A login that cannot be carried out.
fn refused(error: auth::Error) -> RpcError {
    match error {
        auth::Error::Forbidden(_) | auth::Error::HandedIn => RpcError::invalid_request(error.to_string()),
        auth::Error::NoKey(_) => RpcError::invalid_request(format!("`apiKey`: {error}")),
        error => RpcError::internal(error.to_string()).caused_by(error),
    }
}
