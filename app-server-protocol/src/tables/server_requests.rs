//! The list of requests the server sends: approvals and questions.
//!
//! A row reads: documentation, name on the wire, name in code, params, what the client answers. An answer that is
//! an error, or none, counts as a refusal.

use serde_json::value::RawValue;

use crate::jsonrpc::{RequestId, RequestMessage, write_line};
use crate::method::{DecodeError, decode_params as decode};
use crate::v2::*;

use super::define::define_server_requests;

/// Calls the macro named in its argument with every row of the table.
#[macro_export]
macro_rules! for_each_server_request {
    ($then:ident) => {
        $then! {
            /// Asks whether a command may run, or whether input may be written to one that runs.
            "item/commandExecution/requestApproval" =>
                CommandExecutionRequestApproval(approval::CommandExecutionRequestApprovalParams)
                -> approval::CommandExecutionRequestApprovalResponse;
            /// Asks whether files may be changed.
            "item/fileChange/requestApproval" =>
                FileChangeRequestApproval(approval::FileChangeRequestApprovalParams)
                -> approval::FileChangeRequestApprovalResponse;
            /// Asks whether the agent may do more than the sandbox allows.
            "item/permissions/requestApproval" =>
                PermissionsRequestApproval(permission::PermissionsRequestApprovalParams)
                -> permission::PermissionsRequestApprovalResponse;
            /// Asks the user something for the agent.
            "item/tool/requestUserInput" =>
                ToolRequestUserInput(user_input::ToolRequestUserInputParams)
                -> user_input::ToolRequestUserInputResponse;
            /// Has the client carry out one of its tools.
            "item/tool/call" =>
                DynamicToolCall(dynamic_tool::DynamicToolCallParams) -> dynamic_tool::DynamicToolCallResponse;
            /// Has the client renew the tokens that it logged in with.
            "account/chatgptAuthTokens/refresh" =>
                ChatgptAuthTokensRefresh(login::ChatgptAuthTokensRefreshParams)
                -> login::ChatgptAuthTokensRefreshResponse;
        }
    };
}

for_each_server_request!(define_server_requests);
