//! Starting the writer in the sandbox, and hearing its report.

use tokio::time::Duration;

use crate::tools::errand::{self, Answered, Errand, ErrandError};
use crate::tools::patch::job::{Job, Report};
use crate::tools::patch::writer::ARGUMENT;
use crate::turn::grants::Ground;
use crate::turn::port::SessionTaskContext;

/// Longer than any patch takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the writer may go on in a turn that was cancelled, since it is better to end than to be ended.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// A report is short unless much is left.
const LONGEST_REPORT: u64 = 16 * 1024 * 1024;

/// Has the changes made under a policy. The text of a failure says why it is not known what came of it.
pub async fn write(context: &SessionTaskContext, ground: &Ground, job: &Job) -> Result<Report, String> {
    let job = serde_json::to_vec(job).map_err(|error| error.to_string())?;
    let errand = Errand {
        argument: ARGUMENT,
        policy: &ground.policy,
        cwd: &ground.cwd,
        patience: PATIENCE,
        last_moment: LAST_MOMENT,
        longest_answer: LONGEST_REPORT,
    };
    let Answered { answer, code } = errand::run(context, errand, job).await.map_err(|error| match error {
        ErrandError::Cancelled | ErrandError::TooLong(_) => {
            "it took too long and was ended; look at the files before you go on".to_owned()
        }
        ErrandError::Failed(why) => why,
    })?;
    serde_json::from_slice(&answer).map_err(|_| format!("the writer ended with code {code} and no report"))
}
