//! `feedback/save`: a report as a file that the user can look into and hand on. It is sent nowhere.
//!
//! What is in it: `report.json` with what the user said and what this program is, the history of the thread where that
//! is asked for, the files that the client names, and `manifest.json`, which lists them.

mod zip;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use codex_app_server_protocol::method::FeedbackSave;
use codex_app_server_protocol::v2::feedback::{FeedbackSaveParams, FeedbackSaveResponse};
use codex_core::base::files::open_regular;
use codex_core::base::time::now_ms;
use codex_core::rollout::location;
use codex_protocol::ids::ConversationId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::absolute::absolute;
use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use zip::Archive;

/// Of one file. A longer one is refused, since half of it would look like all.
const LONGEST_FILE: u64 = 256 * 1024 * 1024;
const MOST_FILES: usize = 100;

impl Handle<FeedbackSave> for Context {
    fn lane(_: &FeedbackSaveParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FeedbackSaveParams) -> Result<Reply<FeedbackSaveResponse>, RpcError> {
        let path = absolute("savePath", &params.save_path)?.into_path_buf();
        let extra = params.extra_log_files.clone().unwrap_or_default();
        if extra.len() > MOST_FILES {
            return Err(RpcError::invalid_params(format!(
                "`extraLogFiles` has {} entries and may have {MOST_FILES}",
                extra.len()
            )));
        }
        let mut files = Vec::new();
        for named in &extra {
            files.push(absolute("extraLogFiles", named)?.into_path_buf());
        }
        let id = params.thread_id.as_deref().map(thread_id).transpose()?;
        if let Some(id) = id {
            let history = self.history_file(id).await?;
            if let Some(history) = history.filter(|_| params.include_logs) {
                files.insert(0, history);
            }
        }
        let thread = id.map_or_else(|| format!("no-active-thread-{}", Uuid::now_v7()), |id| id.to_string());
        let report = self.report(&params, &thread);
        let saved = path.clone();
        self.blocking(move || save(&path, &report, &files)).await?;
        let saved_path = saved.display().to_string();
        Ok(FeedbackSaveResponse { saved_path, thread_id: thread, prompt_hash: None }.into())
    }
}

impl Context {
    /// The file of a thread, with everything that is in memory. There is none of one of which nothing is stored.
    async fn history_file(&self, id: ConversationId) -> Result<Option<PathBuf>, RpcError> {
        let loaded = self.threads().get(&id);
        if let Some(loaded) = &loaded {
            // One that has ended has written everything.
            let _ = loaded.conversation.flush().await;
        }
        let found =
            self.read_settings(move |configs| location::find_anywhere(configs.codex_home(), id)).await??;
        if found.is_none() && loaded.is_none() {
            return Err(RpcError::thread_not_found(id));
        }
        Ok(found)
    }

    fn report(&self, params: &FeedbackSaveParams, thread: &str) -> Value {
        json!({
            "classification": params.classification,
            "reason": params.reason,
            "threadId": thread,
            "tags": params.tags,
            "createdAtMs": now_ms(),
            "version": env!("CARGO_PKG_VERSION"),
            "operatingSystem": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
        })
    }
}

/// Writes all of it, or leaves nothing.
fn save(path: &Path, report: &Value, files: &[PathBuf]) -> Result<(), RpcError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => RpcError::internal(format!(
            "failed to save feedback: `savePath`: `{}` exists already; name a new file",
            path.display()
        )),
        _ => not_saved(path, error),
    })?;
    let written = write(file, path, report, files);
    if written.is_err() {
        // It was made just now and is no archive.
        let _ = std::fs::remove_file(path);
    }
    written
}

fn write(file: File, path: &Path, report: &Value, files: &[PathBuf]) -> Result<(), RpcError> {
    let here = |error| not_saved(path, error);
    let mut archive = Archive::new(BufWriter::new(file));
    archive.add("report.json", text(report).as_bytes()).map_err(here)?;
    let mut manifest = Vec::new();
    for (number, attached) in files.iter().enumerate() {
        let unread = |error: io::Error| {
            let path = attached.display();
            RpcError::internal(format!("failed to save feedback: cannot read `{path}`: {error}"))
                .caused_by(error)
        };
        let content = open_regular(attached).map_err(unread)?;
        if content.metadata().map_err(unread)?.len() > LONGEST_FILE {
            let limit = format!("it is larger than {} MiB", LONGEST_FILE / 1024 / 1024);
            return Err(unread(io::Error::new(io::ErrorKind::FileTooLarge, limit)));
        }
        let name = attached.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entry = format!("attachments/{number:04}/{name}");
        archive.add(&entry, content.take(LONGEST_FILE)).map_err(here)?;
        manifest.push(json!({"entry": entry, "filename": name, "path": attached}));
    }
    archive.add("manifest.json", text(&Value::from(manifest)).as_bytes()).map_err(here)?;
    let file = archive.finish().and_then(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
    file.and_then(|file| file.sync_all()).map_err(here)
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}

fn not_saved(path: &Path, error: io::Error) -> RpcError {
    let path = path.display();
    RpcError::internal(format!("failed to save feedback: cannot write `{path}`: {error}")).caused_by(error)
}
