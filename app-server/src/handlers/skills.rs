//! `skills/list`: the skills of folders. This server has none yet, and says so for each folder.

use codex_app_server_protocol::method::SkillsList;
use codex_app_server_protocol::v2::skills::{SkillsListEntry, SkillsListParams, SkillsListResponse};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<SkillsList> for Context {
    fn lane(_: &SkillsListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: SkillsListParams) -> Result<Reply<SkillsListResponse>, RpcError> {
        let directory = self.configs().directory();
        let folders = match params.cwds {
            folders if folders.is_empty() => vec![directory.to_string()],
            folders => folders.into_iter().map(|folder| directory.join(folder).to_string()).collect(),
        };
        let entry = |cwd| SkillsListEntry { cwd, skills: Vec::new(), errors: Vec::new() };
        Ok(SkillsListResponse { data: folders.into_iter().map(entry).collect() }.into())
    }
}
