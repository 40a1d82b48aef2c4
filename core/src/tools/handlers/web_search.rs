//! `web_search`: searched by the model's server, which tells what it did in its response. Here it is only offered.

use crate::config::Config;
use crate::config::provider::WireApi;
use crate::config::tools::{Location, WebSearchMode};
use crate::model::catalog::ModelInfo;
use crate::model::tool_spec::{ToolSpec, WebSearchLocation, WebSearchTool};
use crate::tools::call::{ToolCall, ToolError};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

const NAME: &str = "web_search";

#[derive(Debug)]
pub struct WebSearch {
    tool: WebSearchTool,
}

/// Whether the web is searched with this configuration: a search that is offered comes only over the Responses wire.
pub fn is_available(config: &Config, model: &ModelInfo) -> bool {
    config.model_provider.wire_api == WireApi::Responses && WebSearch::configured(config, model).is_some()
}

impl WebSearch {
    /// The search as configured; none if it is switched off, or if nobody asked for it and the server may not know it.
    pub fn configured(config: &Config, model: &ModelInfo) -> Option<Self> {
        let settings = config.tools.web_search.clone().unwrap_or_default();
        let is_known = config.model_provider.requires_openai_auth || model.hosted_search;
        let usual =
            if is_known && !settings.is_off { WebSearchMode::Cached } else { WebSearchMode::Disabled };
        let (external_web_access, indexed_web_access) = match config.web_search.unwrap_or(usual) {
            WebSearchMode::Disabled => return None,
            WebSearchMode::Cached => (false, false),
            WebSearchMode::Indexed => (true, true),
            WebSearchMode::Live => (true, false),
        };
        let location = settings.location.map(|Location { country, region, city, timezone }| {
            WebSearchLocation { country, region, city, timezone }
        });
        Some(Self {
            tool: WebSearchTool {
                external_web_access,
                indexed_web_access,
                allowed_domains: settings.allowed_domains.unwrap_or_default(),
                location,
                context_size: settings.context_size.map(|size| size.word().into()),
            },
        })
    }
}

impl ToolHandler for WebSearch {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::WebSearch(self.tool.clone()))
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn may_change_files(&self) -> bool {
        false
    }

    fn run<'a>(&'a self, _: &'a ToolCall, _: &'a SessionTaskContext) -> Running<'a> {
        let text = "web_search is done by the server of the model and cannot be called as a function";
        Box::pin(async move { Err(ToolError::RespondToModel(text.to_owned())) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::paths::AbsolutePath;
    use crate::config::tools::WebSearchSettings;
    use crate::model::catalog;

    fn access(model: &str, set: impl FnOnce(&mut Config)) -> Option<(bool, bool)> {
        let path = |path: &str| AbsolutePath::new(path).unwrap();
        let mut config = Config::defaults(path("/home"), path("/work"));
        config.model_provider.requires_openai_auth = false;
        set(&mut config);
        let search = WebSearch::configured(&config, &catalog::find(model))?;
        Some((search.tool.external_web_access, search.tool.indexed_web_access))
    }

    #[test]
    fn only_one_wire_has_a_search() {
        let path = |path: &str| AbsolutePath::new(path).unwrap();
        let mut config = Config::defaults(path("/home"), path("/work"));
        for wire in WireApi::ALL {
            config.model_provider.wire_api = wire;
            assert_eq!(is_available(&config, &catalog::find("gpt-5.5")), wire == WireApi::Responses);
        }
        config.model_provider.wire_api = WireApi::Responses;
        config.web_search = Some(WebSearchMode::Disabled);
        assert!(!is_available(&config, &catalog::find("gpt-5.5")));
    }

    #[test]
    fn a_server_that_is_not_known_to_search_is_not_asked_to_unless_that_is_configured() {
        assert_eq!(access("gpt-5.5", |_| ()), Some((false, false)));
        assert_eq!(access("llama-4", |_| ()), None);
        assert_eq!(
            access("llama-4", |config| config.model_provider.requires_openai_auth = true),
            Some((false, false))
        );
        assert_eq!(
            access("llama-4", |config| config.web_search = Some(WebSearchMode::Indexed)),
            Some((true, true))
        );
        assert_eq!(access("gpt-5.5", |config| config.web_search = Some(WebSearchMode::Disabled)), None);
        let off = WebSearchSettings { is_off: true, ..WebSearchSettings::default() };
        assert_eq!(access("gpt-5.5", |config| config.tools.web_search = Some(off)), None);
    }
}
