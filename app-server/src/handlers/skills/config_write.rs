//! `skills/config/write`: turns a skill on or off in the user's `config.toml`. Threads that are loaded keep what they
//! began with.

use codex_app_server_protocol::method::SkillsConfigWrite;
use codex_app_server_protocol::v2::skills::{SkillsConfigWriteParams, SkillsConfigWriteResponse};
use codex_core::base::paths::AbsolutePath;
use codex_core::config::edit::{self, SkillSelector};
use codex_core::config::loader::ConfigLoader;
use codex_core::skills::SkillFinder;

use super::list::find;
use super::tell_of_change;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Reply};

impl Handle<SkillsConfigWrite> for Context {
    async fn handle(
        &self,
        params: SkillsConfigWriteParams,
    ) -> Result<Reply<SkillsConfigWriteResponse>, RpcError> {
        let selector = selector(params.path, params.name)?;
        let finder = self.conversations().shared().skills.clone();
        let enabled = params.enabled;
        let effective_enabled = self
            .read_settings(move |configs| {
                edit::set_skill(configs.codex_home(), &selector, enabled)?;
                Ok::<_, edit::Error>(is_on(configs, &finder, &selector))
            })
            .await?
            .map_err(not_stored)?;
        let response = SkillsConfigWriteResponse { effective_enabled };
        Ok(Reply::then(response, tell_of_change(self.clone())))
    }
}

/// A file with errors is its user's to correct; that it cannot be written is nobody's request.
fn not_stored(error: edit::Error) -> RpcError {
    let message = format!("the choice could not be stored: {error}");
    match &error {
        edit::Error::Broken { .. } => RpcError::invalid_request(message),
        edit::Error::File { .. } => RpcError::internal(message),
    }
    .caused_by(error)
}

fn selector(path: Option<String>, name: Option<String>) -> Result<SkillSelector, RpcError> {
    let name = name.map(|name| name.trim().to_owned());
    match (path, name) {
        (None, Some(name)) if !name.is_empty() => Ok(SkillSelector::Name(name)),
        (Some(path), None) if !path.is_empty() => AbsolutePath::new(&path)
            .map(SkillSelector::Path)
            .map_err(|_| RpcError::invalid_request(format!("`path` must be absolute, and `{path}` is not"))),
        (_, _) => Err(RpcError::invalid_params(
            "say which skill is meant with exactly one of `path` and `name`, not empty",
        )),
    }
}

/// With all layers, and all entries about the skill.
fn is_on(configs: &ConfigLoader, finder: &SkillFinder, selector: &SkillSelector) -> bool {
    let settings = &configs.load_base().config.skills;
    match selector {
        SkillSelector::Name(name) => settings.is_enabled(name, "".as_ref()),
        SkillSelector::Path(path) => {
            let found = find(configs, finder, configs.directory().as_path());
            let real = path.canonicalize();
            let skill = found.skills.iter().find(|skill| real.as_ref().is_ok_and(|real| skill.path == *real));
            skill.map_or_else(|| settings.is_enabled("", path), |skill| skill.is_enabled)
        }
    }
}
