//! The handshake: who the client is, what it can do, and what the server says about itself.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Who the client is and what it can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InitializeParams {
    /// Who the client is.
    pub client_info: ClientInfo,
    /// What the client can do; absent for the plain protocol.
    pub capabilities: Option<InitializeCapabilities>,
}

/// A client, as it names itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ClientInfo {
    /// Name for programs. It becomes part of HTTP headers and must be fit for that.
    pub name: String,
    /// Name for people.
    pub title: Option<String>,
    /// Version of the client.
    pub version: String,
}

/// What a client can do, fixed for the life of the connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InitializeCapabilities {
    /// The client shows approvals that only a human may answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required_human_approval: bool,
    /// The client runs gateway logins itself, when the user asks for them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit_gateway_oauth: bool,
    /// The client wants experimental methods and fields.
    #[serde(default)]
    pub experimental_api: bool,
    /// The client can attest to what it is, when asked by the vendor's services.
    #[serde(default)]
    pub request_attestation: bool,
    /// The client can show the vendor's own forms when an MCP server asks something.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mcp_server_openai_form_elicitation: bool,
    /// Notifications not to send to this connection, by their exact names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_out_notification_methods: Option<Vec<String>>,
    /// Settings of extensions to the protocol, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Map<String, Value>>,
}

/// What the server is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InitializeResponse {
    /// Name and version of the server as it presents itself to model servers; `NAME/VERSION (OS;
    /// ARCH) …`.
    pub user_agent: String,
    /// Absolute path of the server's home directory.
    pub codex_home: String,
    /// `unix` or `windows`.
    pub platform_family: String,
    /// `linux`, `macos` or `windows`.
    pub platform_os: String,
}
