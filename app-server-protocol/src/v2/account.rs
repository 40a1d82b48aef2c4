//! Who is logged in. Credentials themselves never cross this wire.

use serde::{Deserialize, Serialize};

use super::shared::nullable;

/// Asks who is logged in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAccountParams {
    /// Renew the login first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refresh_token: bool,
}

/// Who is logged in, and whether that matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAccountResponse {
    /// The account, or `null`; always `null` when the active model provider needs none.
    pub account: Option<Account>,
    /// The vendor's id of the user.
    #[serde(default)]
    pub user_id: Option<String>,
    /// Whether the active model provider needs this login.
    pub requires_openai_auth: bool,
    /// Where the vendor serves this account from.
    pub workspace_routing: Option<WorkspaceRouting>,
}

/// A login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Account {
    /// An API key.
    ApiKey,
    /// A ChatGPT account.
    Chatgpt {
        /// Its e-mail address.
        #[serde(deserialize_with = "nullable")]
        #[cfg_attr(feature = "schema", schemars(with = "super::shared::Nullable<String>"))]
        email: Option<String>,
        /// What it has subscribed to.
        plan_type: PlanType,
        /// The workspace it is used in.
        workspace_name: Option<String>,
    },
    /// Credentials for Amazon Bedrock.
    AmazonBedrock {
        /// They are kept by this server and not by the AWS tools.
        #[serde(default)]
        uses_codex_managed_credentials: bool,
    },
    /// Credentials of Google Cloud.
    Gcp,
}

/// What a ChatGPT account has subscribed to, in the vendor's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PlanType {
    Free,
    Go,
    Plus,
    Pro,
    Prolite,
    Promax,
    Team,
    SelfServeBusinessProlite,
    SelfServeBusinessUsageBased,
    Business,
    Ent26,
    EnterpriseCbpAutomation,
    EnterpriseCbpUsageBased,
    Enterprise,
    Edu,
    EduPlus,
    EduPro,
    Sci,
    SciPlus,
    Unknown,
}

/// Where the vendor serves an account from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceRouting {
    /// The account.
    pub chatgpt_account_id: String,
    /// The origin of its services.
    pub backend_origin: String,
    /// A region that the account is bound to.
    pub account_routing_override: AccountRoutingOverride,
}

/// A region that an account is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AccountRoutingOverride {
    #[serde(rename = "NO_CONSTRAINT")]
    NOCONSTRAINT,
    Us,
    UsCr,
}
