//! Logging in and out. What a client hands in here is secret and printed nowhere; nothing of it is ever sent back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::PlanType;
use super::shared::nullable;

/// How to log in, with what is needed for it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LoginAccountParams {
    /// With an API key, which is stored.
    ApiKey {
        /// The key.
        api_key: String,
    },
    /// With a ChatGPT account, in a browser on this machine.
    Chatgpt {
        /// Send the browser to the vendor's own page when all is done.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        use_hosted_login_success_page: bool,
        /// The vendor's pages ask as little as possible.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        codex_streamlined_login: bool,
        /// Whose name the vendor's pages show.
        #[serde(default)]
        app_brand: Option<LoginAppBrand>,
    },
    /// With a ChatGPT account, by a code that is typed in any browser.
    ChatgptDeviceCode,
    /// With tokens that the client has and renews. They are not stored.
    ChatgptAuthTokens {
        /// The token that requests are signed with.
        access_token: String,
        /// The account it belongs to.
        chatgpt_account_id: String,
        /// What the account has subscribed to; absent: what the token says.
        chatgpt_plan_type: Option<String>,
    },
    /// With a key for Amazon Bedrock.
    AmazonBedrock {
        /// The key.
        api_key: String,
        /// The region to use.
        region: String,
    },
    /// With access keys for Amazon Bedrock.
    AmazonBedrockAccessKeys {
        /// The id of the key.
        access_key_id: String,
        /// The key.
        secret_access_key: String,
        /// The token that goes with keys that expire.
        session_token: Option<String>,
        /// The region to use.
        region: String,
    },
}

impl LoginAccountParams {
    /// The kind of login, by its name on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => "apiKey",
            Self::Chatgpt { .. } => "chatgpt",
            Self::ChatgptDeviceCode => "chatgptDeviceCode",
            Self::ChatgptAuthTokens { .. } => "chatgptAuthTokens",
            Self::AmazonBedrock { .. } => "amazonBedrock",
            Self::AmazonBedrockAccessKeys { .. } => "amazonBedrockAccessKeys",
        }
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for LoginAccountParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginAccountParams({})", self.kind())
    }
}

/// Whose name the vendor's pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum LoginAppBrand {
    Codex,
    Chatgpt,
}

/// What happens next. Logins that take a while end with `account/login/completed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LoginAccountResponse {
    /// The key is stored.
    ApiKey,
    /// The user has to log in on a page.
    Chatgpt {
        /// Names this login.
        login_id: String,
        /// The page to open in a browser on this machine.
        auth_url: String,
    },
    /// The user has to type a code on a page.
    ChatgptDeviceCode {
        /// Names this login.
        login_id: String,
        /// The page to open in any browser.
        verification_url: String,
        /// The code to type there.
        user_code: String,
    },
    /// The tokens are in use.
    ChatgptAuthTokens,
    /// The key is stored.
    AmazonBedrock,
}

/// Gives a login up that was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CancelLoginAccountParams {
    /// The login.
    pub login_id: String,
}

/// Whether there was something to give up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CancelLoginAccountResponse {
    /// What became of the login.
    pub status: CancelLoginAccountStatus,
}

/// What became of a login that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CancelLoginAccountStatus {
    /// It has ended.
    Canceled,
    /// There is no such login, or it has ended before.
    NotFound,
}

/// Nobody is logged in any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LogoutAccountResponse {}

/// A login has ended, well or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AccountLoginCompletedNotification {
    /// The login; `null` for one that took no while.
    pub login_id: Option<String>,
    /// Whether somebody is logged in by it.
    pub success: bool,
    /// Why not.
    pub error: Option<String>,
    /// Where the vendor's desktop app goes on.
    pub onboarding_entrypoint: Option<DesktopOnboardingEntrypoint>,
}

/// Where the vendor's desktop app goes on after a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DesktopOnboardingEntrypoint {
    LifeSciences,
}

/// Who is logged in has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AccountUpdatedNotification {
    /// How; `null` when nobody is.
    pub auth_mode: Option<AuthMode>,
    /// What the account has subscribed to.
    pub plan_type: Option<PlanType>,
}

/// How somebody is logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AuthMode {
    /// With an API key.
    #[serde(rename = "apikey")]
    ApiKey,
    /// With a ChatGPT account.
    Chatgpt,
    /// With tokens of a ChatGPT account that the client renews.
    ChatgptAuthTokens,
    /// With headers of requests.
    Headers,
    /// As an agent.
    AgentIdentity,
    /// With a token that a person has made.
    PersonalAccessToken,
    /// With a key for Amazon Bedrock.
    BedrockApiKey,
    /// With access keys for Amazon Bedrock.
    BedrockAccessKeys,
}

/// Asks how somebody is logged in. Kept from the older API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAuthStatusParams {
    /// Tell the token, too.
    pub include_token: Option<bool>,
    /// Renew the login first.
    pub refresh_token: Option<bool>,
}

/// How somebody is logged in. Everything of a login is `null` when the active model provider needs none.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAuthStatusResponse {
    /// How; `null` when nobody is.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(feature = "schema", schemars(with = "super::shared::Nullable<AuthMode>"))]
    pub auth_method: Option<AuthMode>,
    /// The key or the token, only if it was asked for.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(feature = "schema", schemars(with = "super::shared::Nullable<String>"))]
    pub auth_token: Option<String>,
    /// Whether the active model provider needs a login.
    #[serde(deserialize_with = "nullable")]
    #[cfg_attr(feature = "schema", schemars(with = "super::shared::Nullable<bool>"))]
    pub requires_openai_auth: Option<bool>,
}

/// Secrets stay out of logs.
impl fmt::Debug for GetAuthStatusResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetAuthStatusResponse")
            .field("auth_method", &self.auth_method)
            .field("requires_openai_auth", &self.requires_openai_auth)
            .finish_non_exhaustive()
    }
}

/// Has the client renew the tokens that it logged in with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChatgptAuthTokensRefreshParams {
    /// Why.
    pub reason: ChatgptAuthTokensRefreshReason,
    /// The account that was in use.
    pub previous_account_id: Option<String>,
}

/// Why tokens have to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ChatgptAuthTokensRefreshReason {
    /// A server did not accept the ones in use.
    Unauthorized,
}

/// The new tokens.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChatgptAuthTokensRefreshResponse {
    /// The token that requests are signed with.
    pub access_token: String,
    /// The account it belongs to.
    pub chatgpt_account_id: String,
    /// What the account has subscribed to; absent: what the token says.
    pub chatgpt_plan_type: Option<String>,
}

/// Secrets stay out of logs.
impl fmt::Debug for ChatgptAuthTokensRefreshResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatgptAuthTokensRefreshResponse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_printed() {
        let params: LoginAccountParams =
            serde_json::from_str(r#"{"type":"apiKey","apiKey":"sk-1"}"#).unwrap();
        assert_eq!(format!("{params:?}"), "LoginAccountParams(apiKey)");
        let tokens: ChatgptAuthTokensRefreshResponse =
            serde_json::from_str(r#"{"accessToken":"sk-1","chatgptAccountId":"a"}"#).unwrap();
        assert!(!format!("{tokens:?}").contains("sk-1"));
    }
}
