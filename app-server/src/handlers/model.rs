//! `model/list`, `modelProvider/list` and `modelProvider/capabilities/read`: what turns can run on.
//!
//! Only servers on this machine that are built in, and servers of providers of the user's own, are asked for their
//! models, and only when the list of that provider is wanted.

use codex_app_server_protocol::method::{ModelList, ModelProviderCapabilitiesRead, ModelProviderList};
use codex_app_server_protocol::v2::model::{
    ModelListParams, ModelListResponse, ModelProviderCapabilitiesReadParams,
    ModelProviderCapabilitiesReadResponse, ModelProviderListParams, ModelProviderListResponse,
};
use codex_core::config::provider::{REHEARSAL, WireApi};
use codex_core::model::local::LocalServer;
use codex_core::model::presets::{Source, model_presets};
use codex_core::model::{catalog, listing};
use codex_core::tools::handlers::web_search;

use super::paging::{Page, page};
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ModelList> for Context {
    fn lane(_: &ModelListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: ModelListParams) -> Result<Reply<ModelListResponse>, RpcError> {
        let config = self.base_config().await?.config;
        let active = &config.model_provider_id;
        let provider = params.model_provider.as_ref().unwrap_or(active);
        let Some(info) = config.model_providers.get(provider) else {
            return Err(RpcError::invalid_request(format!(
                "`modelProvider`: there is no provider `{provider}`; modelProvider/list names those there are"
            )));
        };
        // The configured model is one of the active provider's, and so are those of the user's file.
        let is_active = provider == active;
        let configured = is_active.then_some(config.model.as_str());
        let described = if is_active { config.described_models.as_slice() } else { &[] };
        let environment = &self.conversations().shared().environment;
        let mut presets = match LocalServer::of(provider) {
            Some(server) => {
                let found = server.models(info, environment).await;
                // What a server has begins with any of it; where it has none, something has to be listed.
                let has_models = found.as_ref().is_ok_and(|models| !models.is_empty());
                let model = configured.or((!has_models).then(|| info.default_model(provider)));
                model_presets(Source::Server(server, found), model, described)
            }
            None if described.is_empty() && listing::is_asked(provider, info) => {
                let model = configured.unwrap_or_else(|| info.default_model(provider));
                match self.conversations().models_of(provider, info).await.transpose() {
                    // What is configured nowhere is only listed where nothing else is.
                    Some(Ok(models)) if configured.is_none() && !models.is_empty() => {
                        model_presets(Source::Own(provider, Ok(models)), None, &[])
                    }
                    Some(found) => model_presets(Source::Own(provider, found), Some(model), &[]),
                    None => model_presets(Source::Provider(provider), configured, &[]),
                }
            }
            None => {
                let listed_for = if info.wire_api == WireApi::Rehearsal { REHEARSAL } else { provider };
                model_presets(Source::Provider(listed_for), configured, described)
            }
        };
        presets.retain(|preset| !preset.hidden || params.include_hidden == Some(true));
        let models = presets.into_iter().map(to_wire::model::model).collect();
        let wanted = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "models" };
        let (data, next_cursor) = page(models, wanted)?;
        Ok(ModelListResponse { data, next_cursor }.into())
    }
}

impl Handle<ModelProviderList> for Context {
    fn lane(_: &ModelProviderListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, _: ModelProviderListParams) -> Result<Reply<ModelProviderListResponse>, RpcError> {
        let loaded = self.base_config().await?;
        let providers = loaded.config.model_providers.iter();
        let response = ModelProviderListResponse {
            data: providers.map(|(id, info)| to_wire::model::provider(id, info)).collect(),
            default_provider_id: loaded.config.model_provider_id.clone(),
            can_change_default: loaded.can_change_provider,
        };
        Ok(response.into())
    }
}

impl Handle<ModelProviderCapabilitiesRead> for Context {
    fn lane(_: &ModelProviderCapabilitiesReadParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        _: ModelProviderCapabilitiesReadParams,
    ) -> Result<Reply<ModelProviderCapabilitiesReadResponse>, RpcError> {
        let config = self.base_config().await?.config;
        let response = ModelProviderCapabilitiesReadResponse {
            // No tool here makes images.
            image_generation: false,
            web_search: web_search::is_available(&config, &catalog::configured(&config, &config.model)),
        };
        Ok(response.into())
    }
}
