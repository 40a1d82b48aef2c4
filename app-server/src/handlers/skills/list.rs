//! `skills/list`: the skills of folders, as they are on the disk at this moment. Nothing is remembered that could be out
//! of date, so `forceReload` changes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use codex_app_server_protocol::method::SkillsList;
use codex_app_server_protocol::v2::skills::{SkillsListEntry, SkillsListParams, SkillsListResponse};
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::ThreadOverrides;
use codex_core::skills::{Found, SkillFinder};

use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

/// How many folders one request may ask about.
const MOST_FOLDERS: usize = 64;

impl Handle<SkillsList> for Context {
    fn lane(_: &SkillsListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: SkillsListParams) -> Result<Reply<SkillsListResponse>, RpcError> {
        let folders = match params.cwds {
            folders if folders.is_empty() => vec![self.configs().directory().to_string()],
            folders if folders.len() > MOST_FOLDERS => {
                return Err(RpcError::invalid_request(format!(
                    "`cwds` has more than {MOST_FOLDERS} folders; ask in several requests"
                )));
            }
            folders => folders,
        };
        let mut data = Vec::new();
        for cwd in folders {
            let (finder, folder) = (self.conversations().shared().skills.clone(), cwd.clone());
            let Found { skills, problems } =
                self.read_settings(move |configs| find(configs, &finder, folder)).await?;
            data.push(SkillsListEntry {
                cwd,
                skills: skills.into_iter().map(to_wire::skill::skill).collect(),
                errors: problems.into_iter().map(to_wire::skill::problem).collect(),
            });
        }
        Ok(SkillsListResponse { data }.into())
    }
}

/// A configuration that keeps threads from starting hides no skills.
pub(super) fn find(configs: &ConfigLoader, finder: &SkillFinder, cwd: impl Into<PathBuf>) -> Found {
    let cwd = configs.directory().join(cwd.into());
    let overrides = ThreadOverrides { cwd: Some(cwd.clone().into_path_buf()), ..ThreadOverrides::default() };
    let config = configs.for_thread(&overrides).map_or_else(|_| configs.load_base().config, Arc::new);
    finder.find(&config, &cwd)
}
