//! `view_image`: shows the model an image file of this machine.
//!
//! Images stay in the history as they are, so one is read at a time, and a turn shows only so much of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use codex_protocol::input::ImageDetail;
use codex_protocol::response_item::{CallOutput, ContentItem};
use codex_protocol::turn_item::{ImageViewItem, TurnItem};
use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::files::ask::ask;
use crate::tools::files::job::{Answer, Job};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    path: String,
    /// Not offered, but models know it.
    #[serde(default)]
    detail: Option<ImageDetail>,
}

const NAME: &str = "view_image";

/// More bytes of images are not shown in a turn.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// That of one turn.
#[derive(Debug, Default)]
pub struct ViewImage {
    shown: AtomicUsize,
}

impl ToolHandler for ViewImage {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Shows you an image file of this machine: PNG, JPEG, GIF or WebP. Use it when what the \
             image looks like matters.",
            json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "The file, absolute or seen from the working directory."}
                },
                "required": ["path"],
                "additionalProperties": false
            }),
        ))
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Arguments { path, detail } = call.arguments()?;
            if !context.turn.info.images {
                let text = format!("the model {} takes no images", context.turn.model);
                return Err(ToolError::RespondToModel(text));
            }
            let path = context.turn.cwd.join(path).into_path_buf();
            let Answer::Image(image_url) = ask(context, &Job::Image { path: path.clone() }).await? else {
                return Err(ToolError::RespondToModel("the image could not be read".into()));
            };
            let so_far = self.shown.fetch_add(image_url.len(), Ordering::Relaxed);
            if so_far.saturating_add(image_url.len()) > MOST_BYTES {
                self.shown.fetch_sub(image_url.len(), Ordering::Relaxed);
                let text = "the images of this turn are too large together; make this one smaller, or go on without it";
                return Err(ToolError::RespondToModel(text.into()));
            }
            let item = ImageViewItem { id: (&call.call_id).into(), path };
            context.item_at_once(TurnItem::ImageView(item)).await?;
            Ok(ToolOutput { body: CallOutput::Parts(vec![ContentItem::InputImage { image_url, detail }]) })
        })
    }
}
