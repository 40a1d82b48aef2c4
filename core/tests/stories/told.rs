//! What a conversation tells, as text: ids, times and folders replaced, deltas put together, and one line for what stands
//! in nearly every turn.

use std::fmt::Write;
use std::path::Path;

use codex_core::context::review;
use codex_protocol::event::EventMsg;
use codex_protocol::response_item::{ContentItem, ResponseItem};
use codex_protocol::turn_item::{FileChange, TurnItem};

/// A longer text is not shown.
const LONGEST_TEXT: usize = 300;

pub struct Told {
    text: String,
    /// Deltas of one item, not yet written.
    pending: Option<(String, String)>,
    folder: String,
    /// Responses of this turn whose usage was reported.
    responses: usize,
    is_quiet: bool,
    is_silent: bool,
}

impl Told {
    pub fn new(folder: &Path) -> Self {
        Self {
            text: String::new(),
            pending: None,
            folder: folder.display().to_string(),
            responses: 0,
            is_quiet: false,
            is_silent: false,
        }
    }

    /// From now on only whole items are told.
    pub fn leave_out_deltas(&mut self) {
        self.is_quiet = true;
    }

    /// From now on no events are told.
    pub fn tell_nothing(&mut self) {
        self.is_silent = true;
    }

    pub fn step(&mut self, step: &str) {
        self.flush();
        let _ = writeln!(self.text, "> {step}");
    }

    pub fn note(&mut self, line: &str) {
        self.flush();
        let line = line.replace(&self.folder, "~").replace('\n', "|");
        let _ = writeln!(self.text, "{line}");
    }

    /// What the model was told of a call, without what is never the same.
    pub fn result(&mut self, text: &str) {
        let differs =
            |line: &&str| ["Chunk ID", "Wall time", "were withheld"].iter().any(|part| line.contains(part));
        let lines: Vec<&str> = text.lines().filter(|line| !differs(line)).collect();
        self.note(&format!("  result {}", lines.join("|")));
    }

    pub fn finish(mut self) -> String {
        self.flush();
        self.text
    }

    pub fn event(&mut self, msg: &EventMsg) {
        match msg {
            _ if self.is_silent => {}
            EventMsg::AgentMessageContentDelta(_) | EventMsg::ExecOutputDelta(_) if self.is_quiet => {}
            EventMsg::AgentMessageContentDelta(delta) => self.delta("text", &delta.delta),
            EventMsg::PlanDelta(delta) => self.delta("plan", &delta.delta),
            EventMsg::ReasoningContentDelta(delta) => self.delta("thought", &delta.delta),
            EventMsg::ReasoningRawContentDelta(delta) => self.delta("raw thought", &delta.delta),
            EventMsg::ExecOutputDelta(delta) => self.delta("output", &delta.delta),
            EventMsg::SessionConfigured(_) => {}
            EventMsg::TurnStarted(_) => self.note("turn started"),
            EventMsg::TurnComplete(event) => match &event.error {
                Some(error) => self.note(&format!("turn failed: {}", error.message)),
                None => {
                    let responses = std::mem::take(&mut self.responses);
                    self.note(&format!("turn completed after {responses} responses"));
                }
            },
            EventMsg::TurnAborted(event) => self.note(&format!("turn aborted: {:?}", event.reason)),
            EventMsg::ItemStarted(event) => self.note(&format!("  started   {}", shown(&event.item))),
            EventMsg::ItemCompleted(event) => self.note(&format!("  completed {}", shown(&event.item))),
            EventMsg::ExecApprovalRequest(event) => {
                let reason = event.reason.as_deref().unwrap_or("no reason");
                let command = event.command.last().cloned().unwrap_or_default();
                let offer = event.proposed_execpolicy_amendment.as_ref().map(|words| words.join(" "));
                let offer = offer.map(|words| format!(" or always [{words}]")).unwrap_or_default();
                let risk = event.risk.as_ref();
                let risk = risk.map(|risk| format!(" {:?} risk: {}", risk.risk_level, risk.description));
                self.note(&format!("  ask {command} ({reason}){offer}{}", risk.unwrap_or_default()));
            }
            EventMsg::ApplyPatchApprovalRequest(event) => {
                let files: Vec<_> = event.changes.keys().map(|path| path.display().to_string()).collect();
                let reason = event.reason.as_deref().unwrap_or("no reason");
                self.note(&format!("  ask to change {} ({reason})", files.join(", ")));
            }
            EventMsg::RequestPermissions(event) => {
                let permissions = serde_json::to_string(&event.permissions).unwrap();
                self.note(&format!(
                    "  ask for {permissions} {}",
                    event.reason.as_deref().unwrap_or_default()
                ));
            }
            EventMsg::DynamicToolCallRequest(event) => {
                let group = event.namespace.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
                self.note(&format!("  the client runs {group}{} {}", event.tool, event.arguments));
            }
            EventMsg::RequestUserInput(event) => {
                let questions: Vec<_> = event.questions.iter().map(|one| one.question.as_str()).collect();
                self.note(&format!("  ask the user {}", questions.join(" ")));
            }
            EventMsg::TurnDiff(event) => {
                // Header lines and hunks are tested where they are made.
                let diff = event.unified_diff.replace(self.folder.trim_start_matches('/'), "~");
                let lines: Vec<_> = diff.lines().filter(|line| is_telling(line)).collect();
                self.note(&format!("  diff {}", lines.join(" ")));
            }
            EventMsg::TokenCount(event) => {
                // A command may start before or after the end of its response is known, so the counts
                // are told with the end of the turn.
                self.responses += usize::from(event.info.is_some());
            }
            EventMsg::ThreadGoalUpdated(event) => {
                let (goal, by) = (&event.goal, if event.turn_id.is_some() { "" } else { " by the user" });
                let spent = goal.token_budget.map(|budget| format!(", {} of {budget}", goal.tokens_used));
                let spent = spent.unwrap_or_default();
                self.note(&format!("  goal {} {:?}{spent}{by}", goal.objective, goal.status));
            }
            EventMsg::ThreadGoalCleared(_) => self.note("  no goal"),
            EventMsg::PlanUpdate(event) => {
                let steps: Vec<_> =
                    event.plan.iter().map(|step| format!("{} {:?}", step.step, step.status)).collect();
                self.note(&format!("  plan {}", steps.join(", ")));
            }
            EventMsg::Error(event) => self.note(&format!("  error {}", event.message)),
            EventMsg::StreamError(event) => self.note(&format!("  retry {}", event.message)),
            EventMsg::TerminalInteraction(event) => self.note(&format!("  typed {:?}", event.stdin)),
            EventMsg::Warning(event) => self.note(&format!("  warning {}", event.message)),
            EventMsg::BackgroundEvent(event) => self.note(&format!("  beside {}", event.message)),
            EventMsg::UndoStarted(event) => {
                // Of the turn in whose place it is.
                self.responses = 0;
                self.note(&format!("  {}", without_ids(&event.message)));
            }
            EventMsg::UndoCompleted(event) => {
                let end = if event.success { "undone" } else { "not undone" };
                let message = without_ids(event.message.as_deref().unwrap_or_default());
                self.note(&format!("  {end}: {message}"));
            }
            EventMsg::AgentReasoningSectionBreak(_) => {}
            other => self.note(&format!("  {other:?}")),
        }
    }

    /// An item of the model's history, without what every conversation begins with.
    pub fn shown(&mut self, item: &ResponseItem) {
        let text = match item {
            ResponseItem::Message { role, content, .. } => {
                let parts: Vec<_> = content
                    .iter()
                    .map(|part| match part {
                        ContentItem::InputText { text } | ContentItem::OutputText { text } => text.as_str(),
                        _ => "?",
                    })
                    .collect();
                about_goal(&parts.concat()).unwrap_or_else(|| format!("{role}: {}", parts.join(" ")))
            }
            ResponseItem::FunctionCall { .. } => "call".into(),
            ResponseItem::FunctionCallOutput { .. } => "output".into(),
            ResponseItem::GhostSnapshot { .. } => "snapshot".into(),
            other => format!("{other:?}"),
        };
        if text.contains("<environment_context>") {
            return self.note("  [environment]");
        }
        if let Some(summary) = text.strip_prefix("user: <conversation_summary>\n") {
            let (_introduction, summary) = summary.split_once("\n\n").unwrap_or_default();
            let summary = summary.trim_end_matches("\n</conversation_summary>");
            return self.note(&format!("  [summary: {summary}]"));
        }
        if text.contains("<skills_instructions>") {
            let lines: Vec<_> = text.lines().filter(|line| line.starts_with("- ")).collect();
            return self.note(&format!("  [skills: {}]", lines.join(", ")));
        }
        if text.contains("<collaboration_mode>") {
            return self.note(&format!("  [mode: {}]", text.lines().nth(1).unwrap_or_default()));
        }
        let lines: Vec<_> = text
            .lines()
            .map(|line| if line.starts_with("Duration: ") { "Duration: T" } else { line })
            .collect();
        self.note(&format!("  {}", lines.join("|")));
    }

    fn delta(&mut self, kind: &str, text: &str) {
        match &mut self.pending {
            Some((pending, so_far)) if pending == kind => so_far.push_str(text),
            _ => {
                self.flush();
                self.pending = Some((kind.to_owned(), text.to_owned()));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((kind, text)) = self.pending.take() {
            let text = text.replace(&self.folder, "~");
            let _ = writeln!(self.text, "  {kind} {text:?}");
        }
    }
}

fn shown(item: &TurnItem) -> String {
    match item {
        TurnItem::UserMessage(message) => format!("user {:?}", message.content.len()),
        TurnItem::AgentMessage(message) if message.text().len() > LONGEST_TEXT => "agent, a long text".into(),
        TurnItem::AgentMessage(message) => format!("agent {:?}", message.text()),
        TurnItem::DynamicToolCall(call) => format!(
            "tool {} {:?} gave {} {}",
            call.tool,
            call.status,
            serde_json::to_string(&call.content_items).unwrap(),
            call.error.as_deref().unwrap_or_default()
        ),
        TurnItem::Plan(plan) => {
            let id = plan.id.as_str();
            let (_, name) = id.rsplit_once("-plan").expect("it is named after its turn");
            format!("plan{name} {:?}", plan.text)
        }
        TurnItem::Reasoning(reasoning) => format!("reasoning {:?}", reasoning.summary_text),
        TurnItem::CommandExecution(command) => format!(
            "command {:?} {:?} code {:?} output {:?}",
            command.command.last().map(String::as_str).unwrap_or_default(),
            command.status,
            command.exit_code,
            command.aggregated_output.as_deref().unwrap_or_default()
        ),
        TurnItem::FileChange(change) => {
            let files = change.changes.iter().map(|(path, change)| {
                let (kind, text) = match change {
                    FileChange::Add { content } => ("add", content),
                    FileChange::Delete { content } => ("delete", content),
                    FileChange::Update { unified_diff, .. } => ("update", unified_diff),
                };
                format!("{kind} {} {text:?}", path.display())
            });
            let files: Vec<_> = files.collect();
            format!("change {:?} [{}]", change.status.unwrap(), files.join(", "))
        }
        TurnItem::ContextCompaction(_) => "compaction".into(),
        TurnItem::EnteredReviewMode(review) => format!("review of {}", review.user_facing_hint),
        TurnItem::ExitedReviewMode(exited) => {
            format!("result of the review: {}", review::result(exited.review_output.as_ref()))
        }
        TurnItem::ImageView(image) => format!("image {}", image.path.display()),
        other => format!("{other:?}"),
    }
}

/// One line for what nothing comes between: the beginning of a turn, a message of the agent, a command.
pub fn shortened(told: &str) -> String {
    let lines: Vec<&str> = told.lines().collect();
    let mut rest = lines.as_slice();
    let mut short = String::new();
    while let Some((first, _)) = rest.split_first() {
        let (line, taken) = together(rest).unwrap_or_else(|| ((*first).to_owned(), 1));
        short += &(line + "\n");
        rest = &rest[taken..];
    }
    short
}

/// What the first of the lines say together, and how many these are.
fn together(lines: &[&str]) -> Option<(String, usize)> {
    const AGENT: &str = r#"  started   agent """#;
    match lines {
        ["turn started", "  started   user 1", "  completed user 1", ..] => {
            Some(("turn started by the user".to_owned(), 3))
        }
        [AGENT, text, end, ..] if text.starts_with("  text ") => {
            let said = end.strip_prefix("  completed agent ")?;
            (text.strip_prefix("  text ") == Some(said)).then(|| (format!("  says {said}"), 3))
        }
        // Without deltas.
        [AGENT, end, ..] => Some((format!("  agent {}", end.strip_prefix("  completed agent ")?), 2)),
        [start, end, ..] => {
            let command = start.strip_prefix("  started   command ")?;
            let command = command.strip_suffix(r#" InProgress code None output """#)?;
            let end = end.strip_prefix("  completed command ")?.strip_prefix(command)?;
            Some((format!("  ran {command}{end}"), 2))
        }
        _ => None,
    }
}

fn is_telling(line: &str) -> bool {
    ["diff", "rename", "deleted", "+", "-"].iter().any(|sign| line.starts_with(sign))
        && !line.starts_with("+++")
        && !line.starts_with("---")
}

/// The beginnings of hashes are replaced.
fn without_ids(text: &str) -> String {
    let is_id = |word: &str| {
        let word = word.trim_end_matches(['.', ':', ',']);
        word.len() == 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let words: Vec<_> = text.split(' ').map(|word| if is_id(word) { "#" } else { word }).collect();
    words.join(" ")
}

/// What the engine says of the goal, in short.
fn about_goal(text: &str) -> Option<String> {
    let text = text.strip_prefix("<codex_internal_context source=\"goal\">")?;
    let (_, tagged) = text.split_once("\n<")?;
    let (tag, rest) = tagged.split_once(">\n")?;
    Some(format!("[{tag} {}]", rest.lines().next()?))
}
