//! What clients attach to threads, and where it is found again.

mod add;
mod list;
mod owners;
mod remove;

use codex_app_server_protocol::v2::thread_attachment as wire;
use codex_core::rollout::attachments::{Attachment, Identity};

use crate::error::RpcError;

/// In bytes.
const LONGEST_NAME: usize = 256;

fn identity(attachment_type: String, identity_key: String) -> Result<Identity, RpcError> {
    for (field, value) in [("attachmentType", &attachment_type), ("identityKey", &identity_key)] {
        if value.is_empty() {
            return Err(RpcError::invalid_params(format!("{field} must not be empty")));
        }
        if value.len() > LONGEST_NAME {
            return Err(RpcError::invalid_params(format!("{field} must not exceed {LONGEST_NAME} bytes")));
        }
    }
    Ok(Identity { attachment_type, identity_key })
}

fn shown(attachment: Attachment) -> wire::ThreadAttachment {
    let Attachment { id, identity, payload, created_at } = attachment;
    let Identity { attachment_type, identity_key } = identity;
    wire::ThreadAttachment { id, attachment_type, identity_key, payload, created_at }
}
