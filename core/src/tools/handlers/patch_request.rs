//! One patch on its way: checked against the files, approved where that is needed, and applied in the sandbox.
//!
//! Whichever tool brought it, the client sees a file change, also of a patch that does not apply.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::ApplyPatchApprovalRequestEvent;
use codex_protocol::ids::CallId;
use codex_protocol::policy::{AskForApproval, SandboxPolicy};
use codex_protocol::turn_item::{FileChangeItem, PatchStatus, TurnItem};

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::paths::AbsolutePath;
use crate::base::time::now_ms;
use crate::exec::policy::judge::Ruling;
use crate::tools::call::{ToolError, ToolOutput};
use crate::tools::patch::changes::Changes;
use crate::tools::patch::disk::Disk;
use crate::tools::patch::job::{Failure, Job, Report};
use crate::tools::patch::parse::Patch;
use crate::tools::patch::{launch, turn_diff, writer};
use crate::tools::progress::ItemProgress;
use crate::tools::sandboxed::{Attempted, Boundary, Retry, Risk, Sandboxed};
use crate::tools::{errand, orchestrator};
use crate::turn::approval::{ApprovalKey, ApprovalRequest};
use crate::turn::grants::Ground;
use crate::turn::port::SessionTaskContext;

/// Longer ones are not looked at.
const LONGEST_PATCH: usize = 64 * 1024 * 1024;
/// How many paths a reason names.
const NAMED: usize = 3;

/// Applies a patch whose paths are seen from a folder.
pub(super) async fn apply(
    call_id: &CallId,
    patch: String,
    cwd: AbsolutePath,
    context: &SessionTaskContext,
) -> Result<ToolOutput, ToolError> {
    let request = match checked(call_id, patch, cwd, context).await? {
        Ok(request) => request,
        Err(Refused { wanted, text }) => {
            let item = |status| item(call_id, &wanted, status);
            let now = now_ms();
            context.item_started(TurnItem::FileChange(item(PatchStatus::InProgress)), now).await?;
            let item = FileChangeItem { stderr: Some(format!("{text}\n")), ..item(PatchStatus::Failed) };
            context.report_end(context.completed(TurnItem::FileChange(item), now)).await;
            return Err(ToolError::RespondToModel(text));
        }
    };
    Ok(ToolOutput::text(orchestrator::run(request, context).await?.render()))
}

/// A patch that is not even tried.
struct Refused {
    wanted: Changes,
    text: String,
}

impl Refused {
    fn new(text: String) -> Self {
        Self { wanted: Changes::default(), text }
    }
}

async fn checked(
    call_id: &CallId,
    text: String,
    cwd: AbsolutePath,
    context: &SessionTaskContext,
) -> Result<Result<PatchRequest, Refused>, Interrupted> {
    let turn = &context.turn;
    let Ground { policy, cwd: turn_cwd } = context.ground().await;
    let sandbox = context.services.sandbox.clone();
    let command = errand::command(context, writer::ARGUMENT, &policy);
    // Files may be large, and disks slow.
    let check = context.services.group.spawn_blocking(move || {
        let changes = compute(&text, &cwd)?;
        let job = Job::of(&changes.touched);
        let reach = sandbox.reach(&policy, &turn_cwd, &command);
        let reach = reach.map_err(|error| Refused::new(format!("patch rejected: {error}")))?;
        let places = changes.touched.iter().map(|touched| &touched.own);
        let outside = places.filter(|place| !reach.covers(place)).cloned().collect();
        Ok((changes, job, outside))
    });
    let (changes, job, outside) = match or_cancelled(&context.token, check).await? {
        Ok(Ok(checked)) => checked,
        Ok(Err(refused)) => return Ok(Err(refused)),
        Err(error) => return Ok(Err(Refused::new(format!("apply_patch verification failed: {error}")))),
    };
    let request = PatchRequest {
        call_id: call_id.clone(),
        changes,
        job,
        outside,
        approval: turn.approval_policy,
        progress: ItemProgress::starting_now(),
    };
    Ok(match request.forbidden() {
        Some(text) => Err(Refused { text, wanted: request.changes }),
        None => Ok(request),
    })
}

fn compute(text: &str, cwd: &AbsolutePath) -> Result<Changes, Refused> {
    let failed = |why: &dyn std::fmt::Display| format!("apply_patch verification failed: {why}");
    if text.len() > LONGEST_PATCH {
        let why = format!("the patch has more than {LONGEST_PATCH} bytes; split it");
        return Err(Refused::new(failed(&why)));
    }
    let patch =
        Patch::parse(text).map_err(|error| Refused::new(failed(&format_args!("invalid patch: {error}"))))?;
    if patch.files.is_empty() {
        return Err(Refused::new("patch rejected: empty patch".to_owned()));
    }
    let mut disk = Disk::default();
    Changes::compute(&patch, cwd, &mut |path| disk.look(path)).map_err(|error| Refused {
        wanted: Changes { shown: Changes::wanted(&patch, cwd), ..Changes::default() },
        text: failed(&error),
    })
}

fn item(call_id: &CallId, changes: &Changes, status: PatchStatus) -> FileChangeItem {
    FileChangeItem {
        id: call_id.into(),
        changes: changes.shown.clone(),
        status: Some(status),
        stdout: None,
        stderr: None,
    }
}

struct PatchRequest {
    call_id: CallId,
    changes: Changes,
    job: Job,
    /// Real paths that the sandbox does not let it write.
    outside: Vec<PathBuf>,
    approval: AskForApproval,
    progress: ItemProgress,
}

impl PatchRequest {
    /// Why the policy does not even let it ask.
    fn forbidden(&self) -> Option<String> {
        let may_ask = match self.approval {
            AskForApproval::Never => false,
            AskForApproval::Granular(granular) => granular.sandbox_approval,
            AskForApproval::UnlessTrusted | AskForApproval::OnFailure | AskForApproval::OnRequest => true,
        };
        let forbidden = !may_ask && !self.outside.is_empty();
        forbidden.then(|| {
            format!("patch rejected: it {}, and the approval policy does not let it ask", self.reason())
        })
    }

    fn reason(&self) -> String {
        let named: Vec<_> =
            self.outside.iter().take(NAMED).map(|path| format!("`{}`", path.display())).collect();
        let more = match self.outside.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("writes outside of the folders that may be written: {}{more}", named.join(", "))
    }

    /// The end of the item.
    fn ended(
        &self,
        context: &SessionTaskContext,
        status: PatchStatus,
        output: Option<&PatchOutput>,
    ) -> EventMsg {
        let text =
            |wanted: bool| output.map(|output| if wanted { output.text.clone() } else { String::new() });
        let (stdout, stderr) =
            (text(status == PatchStatus::Completed), text(status != PatchStatus::Completed));
        let item = FileChangeItem { stdout, stderr, ..item(&self.call_id, &self.changes, status) };
        self.progress.completed(TurnItem::FileChange(item), context)
    }

    fn begun(&self) -> TurnItem {
        TurnItem::FileChange(item(&self.call_id, &self.changes, PatchStatus::InProgress))
    }
}

impl Sandboxed for PatchRequest {
    type Output = PatchOutput;

    fn call(&self) -> (&str, &CallId) {
        ("apply_patch", &self.call_id)
    }

    fn risk(&self) -> Risk {
        Risk::Unknown
    }

    fn ruling(&self) -> Ruling {
        Ruling::None
    }

    fn wants_escalation(&self) -> bool {
        let asks_first = match self.approval {
            AskForApproval::UnlessTrusted | AskForApproval::OnRequest | AskForApproval::Granular(_) => true,
            // It is tried in the sandbox first, and its refusal leads to the question, if to any.
            AskForApproval::OnFailure | AskForApproval::Never => false,
        };
        asks_first && !self.outside.is_empty()
    }

    fn rejection(&self) -> &'static str {
        "patch rejected by user"
    }

    fn not_retried(&self, mut output: PatchOutput) -> PatchOutput {
        output.text.push_str("It was not allowed to be applied without the sandbox.\n");
        output
    }

    async fn consider(&mut self, _: &SessionTaskContext, _: Retry) -> Result<(), Interrupted> {
        Ok(())
    }

    fn question(&self, context: &SessionTaskContext, retry: Retry) -> ApprovalRequest {
        let reason = match retry {
            Retry::First if self.outside.is_empty() => None,
            Retry::First => Some(format!("The patch {}.", self.reason())),
            Retry::AfterDenial => Some("The sandbox stopped the patch. Apply it without the sandbox?".into()),
        };
        let unconfined = retry == Retry::AfterDenial;
        let key = |place| ApprovalKey::of(&("patch", place, unconfined || self.outside.contains(place)));
        ApprovalRequest {
            call_id: self.call_id.clone(),
            keys: self.changes.touched.iter().map(|touched| key(&touched.own)).collect(),
            announce: self.progress.announcement(self.begun(), context),
            withdrawn: self.progress.last_end().cloned().unwrap_or_else(|| self.declined(context)),
            question: EventMsg::ApplyPatchApprovalRequest(ApplyPatchApprovalRequestEvent {
                call_id: self.call_id.clone(),
                changes: self.changes.shown.clone(),
                reason,
                // An answer for the session is about these files; folders are opened by the policy alone.
                grant_root: None,
            }),
        }
    }

    fn is_about(&self, _: &[String]) -> bool {
        false
    }

    fn progress(&mut self) -> &mut ItemProgress {
        &mut self.progress
    }

    fn declined(&self, context: &SessionTaskContext) -> EventMsg {
        self.ended(context, PatchStatus::Declined, None)
    }

    async fn attempt(
        &mut self,
        context: &SessionTaskContext,
        boundary: Boundary,
    ) -> Result<Attempted<PatchOutput>, ToolError> {
        self.progress.try_again();
        self.progress.begin(self.begun(), context).await;
        let ground = match boundary {
            Boundary::Sandbox => context.ground().await,
            Boundary::None => {
                Ground { policy: SandboxPolicy::DangerFullAccess, cwd: context.turn.cwd.clone() }
            }
        };
        let began = Instant::now();
        let report = match self.outside.first() {
            // Not every sandbox can keep everything from being written that it should.
            Some(path) if boundary == Boundary::Sandbox => Ok(Report::Failed(Failure {
                path: path.clone(),
                why: "it is outside of the folders that may be written".to_owned(),
                denied: true,
                left: Vec::new(),
            })),
            _ => launch::write(context, &ground, &self.job).await,
        };
        let may_be_changed = match &report {
            Ok(Report::Done) => true,
            Ok(Report::Failed(failure)) => !failure.left.is_empty(),
            Err(_) => true,
        };
        let is_done = matches!(report, Ok(Report::Done));
        let denied = matches!(&report, Ok(Report::Failed(failure)) if failure.denied);
        let output = PatchOutput::of(report, &self.changes.summary, began.elapsed());
        let status = if is_done { PatchStatus::Completed } else { PatchStatus::Failed };
        let end = self.ended(context, status, Some(&output));
        if denied && boundary == Boundary::Sandbox && !may_be_changed {
            self.progress.may_end_with(end);
            return Ok(Attempted::Denied(output));
        }
        context.report_end(end).await;
        if may_be_changed {
            turn_diff::record(context, self.changes.touched.clone(), is_done).await;
        }
        Ok(Attempted::Done(output))
    }
}

/// What the model is shown.
#[derive(Debug)]
struct PatchOutput {
    code: i32,
    text: String,
    took: Duration,
}

impl PatchOutput {
    fn of(report: Result<Report, String>, summary: &str, took: Duration) -> Self {
        let text = match report {
            Ok(Report::Done) => return Self { code: 0, text: summary.to_owned(), took },
            Ok(Report::Failed(failure)) => failed(&failure),
            Err(why) => format!("The patch could not be applied: {why}\n"),
        };
        Self { code: 1, text, took }
    }

    fn render(&self) -> String {
        let Self { code, text, took } = self;
        format!("Exit code: {code}\nWall time: {:.1} seconds\nOutput:\n{text}", took.as_secs_f64())
    }
}

fn failed(failure: &Failure) -> String {
    let Failure { path, why, denied, left } = failure;
    let mut text = format!("Failed to write {}: {why}\n", path.display());
    if *denied {
        text.push_str("Perhaps the sandbox does not allow it.\n");
    }
    if left.is_empty() {
        text.push_str("No file was changed.\n");
    } else {
        text.push_str("These files were changed and could not be put back:\n");
        text.extend(left.iter().map(|(path, why)| format!("{}: {why}\n", path.display())));
    }
    text
}
