//! `read_file`: lines of a file with their numbers, or the block around one of them.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolOutput};
use crate::tools::files::ask::ask_text;
use crate::tools::files::job::{Block, Job, TextJob};
use crate::tools::handlers::count::Count;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    file_path: String,
    #[serde(default = "Count::one")]
    offset: Count,
    #[serde(default = "usual_limit")]
    limit: Count,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    indentation: Indentation,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    Slice,
    Indentation,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Indentation {
    anchor_line: Option<Count>,
    max_levels: usize,
    include_siblings: bool,
    include_header: bool,
    max_lines: Option<Count>,
}

impl Default for Indentation {
    fn default() -> Self {
        Self {
            anchor_line: None,
            max_levels: 0,
            include_siblings: false,
            include_header: true,
            max_lines: None,
        }
    }
}

fn usual_limit() -> Count {
    Count::of(2000)
}

const NAME: &str = "read_file";

#[derive(Debug)]
pub struct ReadFile;

impl ToolHandler for ReadFile {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        let number = |text: &str| json!({"type": "number", "description": text});
        let switch = |text: &str| json!({"type": "boolean", "description": text});
        Some(ToolSpec::function(
            NAME,
            "Reads lines of a text file, each with its number. In mode `indentation` it gives the block \
             around a line, found by how far lines are indented.",
            json!({
                "type": "object",
                "properties": {
                    "file_path": {"type": "string", "description": "The absolute path of the file."},
                    "indentation": {
                        "type": "object",
                        "description": "Which block, in mode `indentation`.",
                        "properties": {
                            "anchor_line": number("The line in the block; `offset` if it is left out."),
                            "include_header": switch("Whether comments above the block belong to it; true if left out."),
                            "include_siblings": switch("Whether blocks beside it belong to it; false if left out."),
                            "max_levels": number("How many levels of indentation around the line; all if 0 or left out."),
                            "max_lines": number("The most lines; `limit` if it is left out.")
                        },
                        "additionalProperties": false
                    },
                    "limit": number("The most lines; 2000 if it is left out."),
                    "mode": {
                        "type": "string",
                        "description": "`slice` (if left out) for lines from `offset` on, or `indentation`."
                    },
                    "offset": number("The first line, counted from 1; 1 if it is left out.")
                },
                "required": ["file_path"],
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
            let Arguments { file_path, offset, limit, mode, indentation } = call.arguments()?;
            let block = (mode == Mode::Indentation).then(|| Block {
                anchor: indentation.anchor_line.unwrap_or(offset).get(),
                levels: indentation.max_levels,
                siblings: indentation.include_siblings,
                header: indentation.include_header,
                most_lines: indentation.max_lines.unwrap_or(limit).get(),
            });
            let path = context.turn.cwd.join(file_path).into_path_buf();
            let job = Job::Text(TextJob { path, offset: offset.get(), limit: limit.get(), block });
            Ok(ToolOutput::text(ask_text(context, &job).await?))
        })
    }
}
