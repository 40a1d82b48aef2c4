//! What a client answers to the questions of the agent.

use codex_app_server_protocol::v2::dynamic_tool::DynamicToolCallResponse;
use codex_app_server_protocol::v2::item_tool::DynamicToolCallOutputContentItem as Content;
use codex_app_server_protocol::v2::permission::{
    AdditionalFileSystemPermissions, FileSystemAccessMode, FileSystemPath, PermissionGrantScope,
    PermissionsRequestApprovalResponse,
};
use codex_app_server_protocol::v2::user_input as wire;
use codex_protocol::dynamic_tool::{DynamicToolOutput, ToolContent};
use codex_protocol::permission::{
    FileSystemPermissions, GrantScope, NetworkPermissions, PermissionGrant, PermissionProfile,
};
use codex_protocol::question::{UserAnswer, UserInputResponse};

pub(crate) fn user_input(answer: wire::ToolRequestUserInputResponse) -> UserInputResponse {
    let answers = answer.answers.into_iter();
    UserInputResponse {
        answers: answers.map(|(id, answer)| (id, UserAnswer { answers: answer.answers })).collect(),
    }
}

pub(crate) fn dynamic_tool(answer: DynamicToolCallResponse) -> DynamicToolOutput {
    let content = answer.content_items.into_iter().map(|part| match part {
        Content::InputText { text } => ToolContent::InputText { text },
        Content::InputImage { image_url } => ToolContent::InputImage { image_url },
        Content::InputAudio { audio_url } => ToolContent::InputAudio { audio_url },
    });
    DynamicToolOutput { content: content.collect(), success: answer.success }
}

/// Patterns and words for places grant nothing: only paths are asked for.
pub(crate) fn permissions(answer: PermissionsRequestApprovalResponse) -> PermissionGrant {
    let network = answer.permissions.network.map(|network| NetworkPermissions { enabled: network.enabled });
    PermissionGrant {
        permissions: PermissionProfile { network, file_system: answer.permissions.file_system.map(files) },
        scope: match answer.scope {
            PermissionGrantScope::Turn => GrantScope::Turn,
            PermissionGrantScope::Session => GrantScope::Session,
        },
    }
}

fn files(granted: AdditionalFileSystemPermissions) -> FileSystemPermissions {
    let mut read = granted.read.unwrap_or_default();
    let mut write = granted.write.unwrap_or_default();
    for entry in granted.entries.unwrap_or_default() {
        match (entry.path, entry.access) {
            (FileSystemPath::Path { path }, FileSystemAccessMode::Read) => read.push(path),
            (FileSystemPath::Path { path }, FileSystemAccessMode::Write) => write.push(path),
            (FileSystemPath::Path { .. }, FileSystemAccessMode::Deny)
            | (FileSystemPath::GlobPattern { .. } | FileSystemPath::Special { .. }, _) => {}
        }
    }
    let paths = |paths: Vec<String>| (!paths.is_empty()).then(|| paths.into_iter().map(Into::into).collect());
    FileSystemPermissions { read: paths(read), write: paths(write) }
}
