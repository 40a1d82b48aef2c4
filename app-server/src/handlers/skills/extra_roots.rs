//! `skills/extraRoots/set`: further folders of skills, for this process and for as long as it lives. Threads that are
//! loaded look into them with their next turn.

use codex_app_server_protocol::method::SkillsExtraRootsSet;
use codex_app_server_protocol::v2::skills::{SkillsExtraRootsSetParams, SkillsExtraRootsSetResponse};
use codex_core::base::paths::AbsolutePath;

use super::tell_of_change;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

const MOST_ROOTS: usize = 64;

impl Handle<SkillsExtraRootsSet> for Context {
    async fn handle(
        &self,
        params: SkillsExtraRootsSetParams,
    ) -> Result<Reply<SkillsExtraRootsSetResponse>, RpcError> {
        if params.extra_roots.len() > MOST_ROOTS {
            return Err(RpcError::invalid_request(format!(
                "`extraRoots` has more than {MOST_ROOTS} folders; name a folder above them"
            )));
        }
        let roots = params.extra_roots.iter().map(|root| {
            AbsolutePath::new(root).map_err(|_| {
                RpcError::invalid_request(format!(
                    "`extraRoots` must be absolute paths, and `{root}` is none"
                ))
            })
        });
        let roots = roots.collect::<Result<Vec<_>, _>>()?;
        self.conversations().shared().skills.set_extra(roots);
        Ok(Reply::then(SkillsExtraRootsSetResponse {}, tell_of_change(self.clone())))
    }
}
