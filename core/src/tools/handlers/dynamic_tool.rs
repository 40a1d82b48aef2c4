//! A tool that the client carries out: the call is handed to it, and what it gives back to the model.

use std::time::Instant;

use codex_protocol::dynamic_tool::{DynamicToolOutput, ToolContent};
use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::DynamicToolCallRequestEvent;
use codex_protocol::response_item::{CallOutput, ContentItem};
use codex_protocol::turn_item::{CommandStatus, DynamicToolCallItem, TurnItem};
use serde_json::Value;

use crate::base::cancel::Interrupted;
use crate::base::time::now_ms;
use crate::context::truncate::OutputLimit;
use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::dynamic::OfferedTool;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;
use crate::turn::question::{ClientAnswer, ClientQuestion};

#[derive(Debug)]
pub struct ClientTool {
    name: String,
    offered: OfferedTool,
}

impl ClientTool {
    pub fn new(offered: OfferedTool) -> Self {
        Self { name: offered.name(), offered }
    }

    fn item(&self, call: &ToolCall, arguments: &Value) -> DynamicToolCallItem {
        DynamicToolCallItem {
            id: (&call.call_id).into(),
            namespace: self.namespace(),
            tool: self.offered.tool.name.clone(),
            arguments: arguments.clone(),
            status: CommandStatus::InProgress,
            content_items: None,
            success: None,
            error: None,
            duration: None,
        }
    }

    fn namespace(&self) -> Option<String> {
        self.offered.group.as_ref().map(|group| group.name.clone())
    }

    async fn ask(
        &self,
        call: &ToolCall,
        arguments: Value,
        context: &SessionTaskContext,
    ) -> Result<Result<DynamicToolOutput, String>, Interrupted> {
        let question = EventMsg::DynamicToolCallRequest(DynamicToolCallRequestEvent {
            call_id: call.call_id.clone(),
            namespace: self.namespace(),
            tool: self.offered.tool.name.clone(),
            arguments,
        });
        let question = ClientQuestion { call_id: call.call_id.clone(), question };
        Ok(match context.ask_client(question).await? {
            ClientAnswer::DynamicTool(answer) => answer.and_then(checked),
            ClientAnswer::UserInput(_) | ClientAnswer::Permissions(_) => {
                Err("the client answered something else".into())
            }
        })
    }
}

impl ToolHandler for ClientTool {
    fn name(&self) -> &str {
        &self.name
    }

    fn spec(&self) -> Option<ToolSpec> {
        let description = &self.offered.tool.description;
        let about = self.offered.group.as_ref().map(|group| group.description.trim()).unwrap_or_default();
        let description =
            if about.is_empty() { description.clone() } else { format!("{description}\n\n{about}") };
        Some(ToolSpec::function(self.name.clone(), description, self.offered.parameters()))
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let arguments: Value = call.arguments()?;
            let item = self.item(call, &arguments);
            let (began, started_at_ms) = (Instant::now(), now_ms());
            context.item_started(TurnItem::DynamicToolCall(item.clone()), started_at_ms).await?;
            let answer = self.ask(call, arguments, context).await;
            let text = |text: &str| vec![ToolContent::InputText { text: text.to_owned() }];
            let (content, success, error) = match &answer {
                Ok(Ok(output)) => (output.content.clone(), output.success, None),
                Ok(Err(why)) => (text(why), false, None),
                Err(Interrupted) => (Vec::new(), false, Some("the turn was interrupted".to_owned())),
            };
            let ended = DynamicToolCallItem {
                status: if success { CommandStatus::Completed } else { CommandStatus::Failed },
                content_items: Some(content),
                success: Some(success),
                error,
                duration: Some(began.elapsed()),
                ..item
            };
            context.report_end(context.completed(TurnItem::DynamicToolCall(ended), started_at_ms)).await;
            match answer? {
                Ok(output) => Ok(ToolOutput { body: for_model(output.content, context.turn.output_limit) }),
                Err(why) => Err(ToolError::RespondToModel(why)),
            }
        })
    }
}

/// The model server fetches nothing for a client: whatever the address is, it is not the model's to open.
fn checked(output: DynamicToolOutput) -> Result<DynamicToolOutput, String> {
    let is_inline = |part: &ToolContent| match part {
        ToolContent::InputImage { image_url: url } | ToolContent::InputAudio { audio_url: url } => {
            url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
        }
        ToolContent::InputText { .. } => true,
    };
    if output.content.iter().all(is_inline) {
        return Ok(output);
    }
    Err("the tool returned an image or sound by its address; only `data:` URLs are taken".into())
}

fn for_model(content: Vec<ToolContent>, limit: OutputLimit) -> CallOutput {
    if let [ToolContent::InputText { text }] = content.as_slice() {
        return CallOutput::Text(limit.cut(text.clone()));
    }
    if content.is_empty() {
        return CallOutput::Text(String::new());
    }
    let part = |part| match part {
        ToolContent::InputText { text } => ContentItem::InputText { text: limit.cut(text) },
        ToolContent::InputImage { image_url } => ContentItem::InputImage { image_url, detail: None },
        ToolContent::InputAudio { .. } => {
            ContentItem::InputText { text: "[sound, which cannot be passed on, was left out]".into() }
        }
    };
    CallOutput::Parts(content.into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> ToolContent {
        ToolContent::InputText { text: text.into() }
    }

    fn image(url: &str) -> ToolContent {
        ToolContent::InputImage { image_url: url.into() }
    }

    #[test]
    fn only_what_comes_with_the_answer_is_taken() {
        let is_taken = |content| checked(DynamicToolOutput { content, success: true }).is_ok();
        assert!(is_taken(vec![text("http://x"), image("DATA:image/png;base64,AA")]));
        for url in ["http://x/a.png", "file:///etc/passwd", "/a.png", "", "dät:"] {
            assert!(!is_taken(vec![text("a"), image(url)]), "{url}");
        }
    }

    #[test]
    fn the_model_is_shown_text_and_images() {
        let shown = |content| serde_json::to_string(&for_model(content, OutputLimit::tokens(10))).unwrap();
        assert_eq!(shown(vec![]), r#""""#);
        assert_eq!(shown(vec![text("a")]), r#""a""#);
        assert!(shown(vec![text(&"a".repeat(10_000))]).len() < 1_000);
        assert_eq!(
            shown(vec![text("a"), image("data:x"), ToolContent::InputAudio { audio_url: "data:y".into() }]),
            r#"[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"data:x"},{"type":"input_text","text":"[sound, which cannot be passed on, was left out]"}]"#
        );
    }
}
