//! Tells a client of stored threads that a list leaves out because their files cannot be read: once of each file.

use std::path::PathBuf;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::notice::WarningNotification;
use codex_core::rollout::list::Unreadable;
use codex_core::rollout::location::FileName;

use crate::context::Context;
use crate::handle::Reply;

impl Context {
    /// The response, and behind it a word on files that could not be read: the list itself has no place for them, and
    /// one that is just missing is taken for lost.
    pub(super) fn naming_unreadable<T>(&self, response: T, files: Vec<Unreadable>) -> Reply<T> {
        if files.is_empty() {
            return response.into();
        }
        let context = self.clone();
        Reply::then(response, async move { context.tell_of_unreadable(files).await })
    }

    async fn tell_of_unreadable(&self, files: Vec<Unreadable>) {
        for Unreadable { path, error } in files {
            if !self.is_first_told_of(&path) {
                continue;
            }
            tracing::warn!(path = %path.display(), %error, "a stored thread cannot be read and is not listed");
            self.outgoing().notify(&warning(path, &error.to_string())).await;
        }
    }
}

fn warning(path: PathBuf, error: &str) -> ServerNotification {
    ServerNotification::Warning(WarningNotification {
        thread_id: FileName::of(&path).map(|name| name.id.to_string()),
        message: format!("A stored thread is not listed, because its file cannot be read: {error}"),
    })
}
