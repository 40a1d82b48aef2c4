//! `apply_patch`: changes files as a patch says, as free text or as the argument of a function.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::{FreeformTool, ToolSpec};
use crate::tools::call::{ToolCall, ToolPayload};
use crate::tools::handlers::patch_request::apply;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    input: String,
}

const NAME: &str = "apply_patch";

/// How the tool is offered. Both forms are understood whichever is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyPatch {
    Freeform,
    Function,
}

const GRAMMAR: &str = include_str!("apply_patch.lark");

const LANGUAGE: &str = r#"Changes files. The patch is written in this language:

*** Begin Patch
*** Add File: PATH
+every line of the new file
*** Delete File: PATH
*** Update File: PATH
*** Move to: NEW PATH (only if the file is to be moved)
@@ a line above, such as the head of the function (may be left out)
 a line that stays
-a line that goes
+a line that comes
*** End Patch

A patch may change several files, and a file in several places, each of which begins with `@@`. Give about three lines that stay above and below each change, and a line behind `@@` where these could be elsewhere in the file, too. `*** End of File` behind the lines of a place says that they are the last of the file. Paths are relative to the working directory. Either the whole patch is applied or nothing."#;

impl ToolHandler for ApplyPatch {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(match self {
            Self::Freeform => ToolSpec::Freeform(FreeformTool {
                name: NAME.into(),
                description:
                    "Changes files as a patch says. The patch is plain text in the grammar of the tool; \
                              do not wrap it in JSON."
                        .into(),
                syntax: "lark".into(),
                definition: GRAMMAR.into(),
            }),
            Self::Function => ToolSpec::function(
                NAME,
                LANGUAGE,
                json!({
                    "type": "object",
                    "properties": {
                        "input": {"type": "string", "description": "The whole patch, from `*** Begin Patch` to `*** End Patch`."}
                    },
                    "required": ["input"],
                    "additionalProperties": false
                }),
            ),
        })
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let patch = match &call.payload {
                ToolPayload::Custom { input } => input.clone(),
                ToolPayload::Function { .. } | ToolPayload::LocalShell(_) => {
                    call.arguments::<Arguments>()?.input
                }
            };
            apply(&call.call_id, patch, context.turn.cwd.clone(), context).await
        })
    }
}
