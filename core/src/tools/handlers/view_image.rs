//! `view_image`: shows the model an image file of this machine.

use codex_protocol::input::ImageDetail;
use codex_protocol::response_item::{CallOutput, ContentItem};
use codex_protocol::turn_item::{ImageViewItem, TurnItem};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::{FunctionTool, ToolSpec};
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::files::ask::ask;
use crate::tools::files::job::{Answer, Job};
use crate::tools::registry::ToolHandler;
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

#[derive(Debug)]
pub struct ViewImage;

impl ToolHandler for ViewImage {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::Function(FunctionTool {
            name: NAME.into(),
            description:
                "Shows you an image file of this machine: PNG, JPEG, GIF or WebP. Use it when what the \
                          image looks like matters."
                    .into(),
            strict: false,
            parameters: json!({
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "The file, absolute or seen from the working directory."}
                },
                "required": ["path"],
                "additionalProperties": false
            }),
        }))
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(
        &'a self,
        call: &'a ToolCall,
        context: &'a SessionTaskContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
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
            let item = ImageViewItem { id: (&call.call_id).into(), path };
            context.item_at_once(TurnItem::ImageView(item)).await?;
            Ok(ToolOutput { body: CallOutput::Parts(vec![ContentItem::InputImage { image_url, detail }]) })
        })
    }
}
