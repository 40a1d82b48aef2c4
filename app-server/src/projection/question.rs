//! Questions to a client that are not about whether something may be done: how they are asked, and what becomes of the
//! answers.

use codex_app_server_protocol::ServerRequest;
use codex_app_server_protocol::v2::dynamic_tool::{DynamicToolCallParams, DynamicToolCallResponse};
use codex_app_server_protocol::v2::permission::{
    AdditionalFileSystemPermissions, AdditionalNetworkPermissions, FileSystemAccessMode, FileSystemPath,
    FileSystemSandboxEntry, PermissionsRequestApprovalParams, PermissionsRequestApprovalResponse,
    RequestPermissionProfile,
};
use codex_app_server_protocol::v2::user_input as wire;
use codex_protocol::events::approval::{
    DynamicToolCallRequestEvent, RequestPermissionsEvent, RequestUserInputEvent,
};
use codex_protocol::ids::TurnId;
use codex_protocol::permission::PermissionProfile;
use codex_protocol::question::UserQuestion;
use codex_protocol::submission::Op;

use super::Projection;
use super::effect::{AskKey, Effects, Waiting};
use crate::convert::to_core::answer;
use crate::convert::to_wire::{LOCAL, path};

impl Projection {
    pub(super) fn user_input(&mut self, id: TurnId, event: RequestUserInputEvent, out: &mut Effects) {
        let params = wire::ToolRequestUserInputParams {
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
            item_id: event.call_id.to_string(),
            questions: event.questions.into_iter().map(question).collect(),
            is_blocking: event.is_blocking,
            // A person may take all the time in the world.
            auto_resolution_ms: None,
        };
        let key = AskKey { turn_id: id, call_id: event.call_id };
        self.ask(key, Waiting::UserInput, ServerRequest::ToolRequestUserInput(params), out);
    }

    pub(super) fn permissions(&mut self, id: TurnId, event: RequestPermissionsEvent, out: &mut Effects) {
        let params = PermissionsRequestApprovalParams {
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
            item_id: event.call_id.to_string(),
            environment_id: Some(LOCAL.to_owned()),
            started_at_ms: (self.clock)(),
            cwd: path(&event.cwd),
            reason: event.reason,
            permissions: requested(event.permissions),
        };
        let key = AskKey { turn_id: id, call_id: event.call_id };
        self.ask(key, Waiting::Approval, ServerRequest::PermissionsRequestApproval(params), out);
    }

    pub(super) fn dynamic_tool_call(
        &mut self,
        id: TurnId,
        event: DynamicToolCallRequestEvent,
        out: &mut Effects,
    ) {
        let params = DynamicToolCallParams {
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
            call_id: event.call_id.to_string(),
            namespace: event.namespace,
            tool: event.tool,
            arguments: event.arguments,
        };
        let key = AskKey { turn_id: id, call_id: event.call_id };
        self.ask(key, Waiting::Tool, ServerRequest::DynamicToolCall(params), out);
    }
}

fn question(question: UserQuestion) -> wire::ToolRequestUserInputQuestion {
    let option = |option: codex_protocol::question::QuestionOption| wire::ToolRequestUserInputOption {
        label: option.label,
        description: option.description,
    };
    wire::ToolRequestUserInputQuestion {
        id: question.id,
        header: question.header,
        question: question.question,
        is_other: true,
        is_secret: question.is_secret,
        options: Some(question.options.into_iter().map(option).collect()),
    }
}

/// The operation that carries what the user said, or that nobody was asked, to the engine.
pub(crate) fn user_input_op(key: AskKey, response: Option<wire::ToolRequestUserInputResponse>) -> Op {
    Op::UserInputAnswer { id: key.turn_id, call_id: key.call_id, response: response.map(answer::user_input) }
}

/// The operation that carries what the client's tool gave back, or why it gave nothing back, to the engine.
pub(crate) fn dynamic_tool_op(key: AskKey, response: Result<DynamicToolCallResponse, String>) -> Op {
    let response = response.map(answer::dynamic_tool);
    Op::DynamicToolResponse { id: key.turn_id, call_id: key.call_id, response }
}

/// The paths in both forms, as clients of all versions look for them.
fn requested(profile: PermissionProfile) -> RequestPermissionProfile {
    let network = profile.network.map(|network| AdditionalNetworkPermissions { enabled: network.enabled });
    let file_system = profile.file_system.map(|files| {
        let texts = |paths: Option<Vec<std::path::PathBuf>>| -> Option<Vec<String>> {
            paths.map(|paths| paths.iter().map(|one| path(one)).collect())
        };
        let (read, write) = (texts(files.read), texts(files.write));
        let entry = |path: &String, access| FileSystemSandboxEntry {
            path: FileSystemPath::Path { path: path.clone() },
            access,
        };
        let reads = read.iter().flatten().map(|path| entry(path, FileSystemAccessMode::Read));
        let writes = write.iter().flatten().map(|path| entry(path, FileSystemAccessMode::Write));
        let entries = Some(reads.chain(writes).collect());
        AdditionalFileSystemPermissions { read, write, glob_scan_max_depth: None, entries }
    });
    RequestPermissionProfile { network, file_system }
}

/// The operation that carries what a human granted, or nothing, to the engine.
pub(crate) fn permissions_op(key: AskKey, response: Option<PermissionsRequestApprovalResponse>) -> Op {
    let response = response.map(answer::permissions).unwrap_or_default();
    Op::RequestPermissionsResponse { id: key.turn_id, call_id: key.call_id, response }
}
