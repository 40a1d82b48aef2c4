//! `account/rateLimits/read`: what the account may still use, from the vendor's service.

use std::collections::BTreeMap;

use codex_app_server_protocol::method::GetAccountRateLimits;
use codex_app_server_protocol::v2::rate_limits::{
    GetAccountRateLimitsParams, GetAccountRateLimitsResponse, RateLimitResetCreditsSummary, RateLimitSnapshot,
};
use codex_core::auth::Credentials;
use codex_core::model::account_limits::{self, AccountLimits};

use crate::context::Context;
use crate::convert::to_wire::usage::rate_limits;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<GetAccountRateLimits> for Context {
    fn lane(_: &GetAccountRateLimitsParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        _: GetAccountRateLimitsParams,
    ) -> Result<Reply<GetAccountRateLimitsResponse>, RpcError> {
        match self.auth().look_again().await.credentials {
            Credentials::None => {
                return Err(RpcError::invalid_request(
                    "codex account authentication required to read rate limits",
                ));
            }
            Credentials::ApiKey(_) => {
                return Err(RpcError::invalid_request("chatgpt authentication required to read rate limits"));
            }
            Credentials::ChatGpt(_) => {}
        }
        let identity = self.conversations().shared().identity.get();
        let user_agent = identity.map(|identity| identity.user_agent.clone()).unwrap_or_default();
        let limits = account_limits::read(self.auth(), &user_agent).await.map_err(|error| {
            RpcError::internal(format!("failed to fetch codex rate limits: {error}")).caused_by(error)
        })?;
        Ok(response(limits).into())
    }
}

fn response(limits: AccountLimits) -> GetAccountRateLimitsResponse {
    let AccountLimits { main, all, account_id, allowed, spending_stopped, reset_credits } = limits;
    let mut by_id: BTreeMap<String, RateLimitSnapshot> =
        all.into_iter().map(|(id, limit)| (id, rate_limits(Some(limit)))).collect();
    let main = RateLimitSnapshot { spend_control_reached: spending_stopped, ..rate_limits(Some(main)) };
    if let Some(id) = &main.limit_id {
        by_id.insert(id.clone(), main.clone());
    }
    GetAccountRateLimitsResponse {
        rate_limits: main,
        rate_limits_by_limit_id: Some(by_id),
        rate_limit_reset_credits: reset_credits
            .map(|available_count| RateLimitResetCreditsSummary { available_count, credits: None }),
        rate_limit_upsell: None,
        ordinary_usage_allowed: allowed,
        account_id,
    }
}
