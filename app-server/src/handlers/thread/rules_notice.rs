//! Tells a client what is wrong with the files of rules about commands.

use codex_app_server_protocol::ServerNotification;
use codex_core::config::Config;
use codex_core::exec::policy::files::RuleFolders;

use crate::context::Context;
use crate::convert::to_wire;

impl Context {
    /// The user's own rules, when the connection opens.
    pub(in crate::handlers) async fn warn_of_rules(&self, config: &Config) {
        self.warn_of_files(RuleFolders::of_user(config)).await;
    }

    /// The rules of the project of a thread, when it is loaded.
    pub(super) async fn warn_of_project_rules(&self, config: &Config) {
        self.warn_of_files(RuleFolders::of_project(config)).await;
    }

    async fn warn_of_files(&self, folders: RuleFolders) {
        if folders.is_empty() {
            return;
        }
        let shared = self.conversations().shared();
        // Which of them may allow something depends on each turn; what is wrong with them does not.
        let read = move || folders.read(|_| false).warnings();
        match shared.group.spawn_blocking(read).await {
            Ok(warnings) => {
                for warning in warnings {
                    let warning = ServerNotification::ConfigWarning(to_wire::config::warning(warning));
                    self.outgoing().notify(&warning).await;
                }
            }
            Err(error) => tracing::error!(%error, "the rules were not looked at"),
        }
    }
}
