//! `grep_files`: which files contain what a pattern describes.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::files::ask::ask_text;
use crate::tools::files::job::Job;
use crate::tools::handlers::count::Count;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    pattern: String,
    #[serde(default)]
    include: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default = "usual_limit")]
    limit: Count,
}

fn usual_limit() -> Count {
    Count::of(100)
}

const NAME: &str = "grep_files";
/// More are not shown, whatever is asked for.
const MOST: usize = 2000;

#[derive(Debug)]
pub struct GrepFiles;

impl ToolHandler for GrepFiles {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let text = |text: &str| json!({"type": "string", "description": text});
        Some(ToolSpec::function(
            NAME,
            "Finds the files that have a line which matches a pattern and gives their paths, the newest \
             first. Files that are hidden or that git ignores are left out.",
            json!({
                "type": "object",
                "properties": {
                    "include": text("A glob of the files to look at, such as `*.rs` or `*.{ts,tsx}`."),
                    "limit": {"type": "number", "description": "The most paths; 100 if it is left out."},
                    "path": text("The folder or file to look in; the working directory if it is left out."),
                    "pattern": text("A regular expression.")
                },
                "required": ["pattern"],
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
            let Arguments { pattern, include, path, limit } = call.arguments()?;
            if pattern.trim().is_empty() {
                return Err(ToolError::RespondToModel("`pattern` is empty; say what to look for".into()));
            }
            let filled = |text: &String| !text.trim().is_empty();
            let job = Job::Grep {
                path: context.turn.cwd.join(path.unwrap_or_default()).into_path_buf(),
                pattern,
                include: include.filter(filled),
                limit: limit.get().min(MOST),
            };
            Ok(ToolOutput::text(ask_text(context, &job).await?))
        })
    }
}
