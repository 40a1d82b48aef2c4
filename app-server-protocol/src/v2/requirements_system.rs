//! Requirements that concern hooks, network access and telemetry export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Hooks that an administrator adds, by the event that runs them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ManagedHooksRequirements {
    /// Before the model is asked.
    #[serde(rename = "PreModelRequest", default)]
    pub pre_model_request: Vec<ConfiguredHookMatcherGroup>,
    /// After the model has answered.
    #[serde(rename = "PostModelRequest", default)]
    pub post_model_request: Vec<ConfiguredHookMatcherGroup>,
    /// Folder that the hooks' programs lie in.
    pub managed_dir: Option<String>,
    /// The same on Windows.
    pub windows_managed_dir: Option<String>,
    /// Before a tool runs.
    #[serde(rename = "PreToolUse")]
    pub pre_tool_use: Vec<ConfiguredHookMatcherGroup>,
    /// When an approval is needed.
    #[serde(rename = "PermissionRequest")]
    pub permission_request: Vec<ConfiguredHookMatcherGroup>,
    /// After a tool has run.
    #[serde(rename = "PostToolUse")]
    pub post_tool_use: Vec<ConfiguredHookMatcherGroup>,
    /// Before the history is compacted.
    #[serde(rename = "PreCompact")]
    pub pre_compact: Vec<ConfiguredHookMatcherGroup>,
    /// After the history is compacted.
    #[serde(rename = "PostCompact")]
    pub post_compact: Vec<ConfiguredHookMatcherGroup>,
    /// When a thread begins or is resumed.
    #[serde(rename = "SessionStart")]
    pub session_start: Vec<ConfiguredHookMatcherGroup>,
    /// When a thread leaves memory.
    #[serde(rename = "SessionEnd", default)]
    pub session_end: Vec<ConfiguredHookMatcherGroup>,
    /// When the user gives input.
    #[serde(rename = "UserPromptSubmit")]
    pub user_prompt_submit: Vec<ConfiguredHookMatcherGroup>,
    /// When another agent begins.
    #[serde(rename = "SubagentStart")]
    pub subagent_start: Vec<ConfiguredHookMatcherGroup>,
    /// When another agent ends.
    #[serde(rename = "SubagentStop")]
    pub subagent_stop: Vec<ConfiguredHookMatcherGroup>,
    /// When a turn ends by itself.
    #[serde(rename = "Stop")]
    pub stop: Vec<ConfiguredHookMatcherGroup>,
    /// When a turn is interrupted.
    #[serde(rename = "Interrupt", default)]
    pub interrupt: Vec<ConfiguredHookMatcherGroup>,
}

/// Hooks that run under one condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfiguredHookMatcherGroup {
    /// Pattern that the name of the tool or event must match; `null` for all.
    pub matcher: Option<String>,
    /// The hooks.
    pub hooks: Vec<ConfiguredHookHandler>,
}

/// What a hook does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ConfiguredHookHandler {
    /// Runs a command.
    Command {
        /// The command line.
        command: String,
        /// The command line on Windows, if another.
        command_windows: Option<String>,
        /// Seconds after which it is ended.
        timeout_sec: Option<u64>,
        /// Do not wait for it.
        #[serde(rename = "async")]
        is_async: bool,
        /// What to show while it runs.
        status_message: Option<String>,
        /// How much of its output the model gets at most.
        additional_context_limit: Option<u64>,
    },
    /// Calls a tool of an MCP server.
    McpTool {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
        /// What it is called with.
        input: Map<String, Value>,
        /// Seconds after which the call is given up.
        timeout_sec: Option<u64>,
        /// What to show while it runs.
        status_message: Option<String>,
    },
    /// Asks a model.
    Prompt,
    /// Starts an agent.
    Agent,
}

/// What commands may reach in the network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NetworkRequirements {
    /// Whether there is a filtering proxy.
    pub enabled: Option<bool>,
    /// Port of its HTTP side.
    pub http_port: Option<u16>,
    /// Port of its SOCKS side.
    pub socks_port: Option<u16>,
    /// Whether it may use another proxy.
    pub allow_upstream_proxy: Option<bool>,
    /// Whether it may listen to other machines.
    pub dangerously_allow_non_loopback_proxy: Option<bool>,
    /// Whether every Unix socket may be reached.
    pub dangerously_allow_all_unix_sockets: Option<bool>,
    /// Rules by domain.
    pub domains: Option<BTreeMap<String, NetworkDomainPermission>>,
    /// Domains for which somebody is asked.
    pub review_domains: Option<Vec<String>>,
    /// Whether users can add no domains.
    pub managed_allowed_domains_only: Option<bool>,
    /// Domains that may be reached; the older form of `domains`.
    pub allowed_domains: Option<Vec<String>>,
    /// Domains that may not be reached; the older form of `domains`.
    pub denied_domains: Option<Vec<String>>,
    /// Rules by path of a Unix socket.
    pub unix_sockets: Option<BTreeMap<String, NetworkUnixSocketPermission>>,
    /// Unix sockets that may be reached; the older form of `unixSockets`.
    pub allow_unix_sockets: Option<Vec<String>>,
    /// Whether commands may listen on this machine.
    pub allow_local_binding: Option<bool>,
}

/// Whether a domain may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NetworkDomainPermission {
    Allow,
    Deny,
}

/// Whether a Unix socket may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NetworkUnixSocketPermission {
    Allow,
    Deny,
}

/// Export of telemetry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct OtelRequirements {
    /// How much of tool results goes into it.
    pub tool_result: Option<OtelToolResultLogConfig>,
    /// Whether single pieces of streams go into it.
    pub log_sse_deltas: Option<bool>,
    /// Whether the user's input goes into it.
    pub log_user_prompt: Option<bool>,
    /// Whether the agent's messages go into it.
    pub log_agent_responses: Option<bool>,
    /// Whether automatic reviews go into it.
    pub log_guardian_assessments: Option<bool>,
    /// Name of the environment that is attached.
    pub environment: Option<String>,
    /// Where logs go.
    pub exporter: Option<OtelExporter>,
    /// Where traces go.
    pub trace_exporter: Option<OtelExporter>,
    /// Where metrics go.
    pub metrics_exporter: Option<OtelExporter>,
    /// Attributes of every span.
    pub span_attributes: Option<BTreeMap<String, String>>,
    /// Members of the trace state, by vendor and key.
    pub tracestate: Option<BTreeMap<String, BTreeMap<String, String>>>,
}

/// Where telemetry goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum OtelExporter {
    /// Nowhere.
    None,
    /// To the vendor's collector.
    Statsig,
    /// To a collector over HTTP.
    OtlpHttp {
        /// Its address.
        endpoint: String,
        /// Headers of each request.
        headers: BTreeMap<String, String>,
        /// How the data is encoded.
        protocol: OtelHttpProtocol,
        /// Certificates to use.
        tls: Option<OtelTlsConfig>,
    },
    /// To a collector over gRPC.
    OtlpGrpc {
        /// Its address.
        endpoint: String,
        /// Metadata of each call.
        headers: BTreeMap<String, String>,
        /// Certificates to use.
        tls: Option<OtelTlsConfig>,
    },
}

/// How telemetry is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum OtelHttpProtocol {
    Binary,
    Json,
}

/// Certificates for a collector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub struct OtelTlsConfig {
    /// File with the authority to trust.
    pub ca_certificate: Option<String>,
    /// File with the certificate to show.
    pub client_certificate: Option<String>,
    /// File with its private key.
    pub client_private_key: Option<String>,
}

/// How much of tool results goes into telemetry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct OtelToolResultLogConfig {
    /// At most so many bytes of each.
    pub max_bytes: u64,
}
