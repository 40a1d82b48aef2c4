//! `list_dir`: what is in a folder, some levels deep.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolOutput};
use crate::tools::files::ask::ask_text;
use crate::tools::files::job::Job;
use crate::tools::handlers::count::Count;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    dir_path: String,
    #[serde(default = "Count::one")]
    offset: Count,
    #[serde(default = "usual_limit")]
    limit: Count,
    #[serde(default = "usual_depth")]
    depth: Count,
}

fn usual_limit() -> Count {
    Count::of(25)
}

fn usual_depth() -> Count {
    Count::of(2)
}

const NAME: &str = "list_dir";

#[derive(Debug)]
pub struct ListDir;

impl ToolHandler for ListDir {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let number = |text: &str| json!({"type": "number", "description": text});
        Some(ToolSpec::function(
            NAME,
            "Lists a folder and the folders in it, indented by level. A name ends with `/` for a folder, \
             `@` for a link and `?` for anything else that is no file.",
            json!({
                "type": "object",
                "properties": {
                    "depth": number("How many levels of folders; 2 if it is left out."),
                    "dir_path": {"type": "string", "description": "The absolute path of the folder."},
                    "limit": number("The most entries; 25 if it is left out."),
                    "offset": number("The first entry, counted from 1; 1 if it is left out.")
                },
                "required": ["dir_path"],
                "additionalProperties": false
            }),
        ))
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let Arguments { dir_path, offset, limit, depth } = call.arguments()?;
            let path = context.turn.cwd.join(dir_path).into_path_buf();
            let job = Job::List { path, offset: offset.get(), limit: limit.get(), depth: depth.get() };
            Ok(ToolOutput::text(ask_text(context, &job).await?))
        })
    }
}
