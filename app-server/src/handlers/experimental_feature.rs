//! `experimentalFeature/list`: the switches of the configuration that do something here.

use codex_app_server_protocol::method::ExperimentalFeatureList;
use codex_app_server_protocol::v2::experimental_feature::{
    ExperimentalFeature, ExperimentalFeatureListParams, ExperimentalFeatureListResponse,
    ExperimentalFeatureStage,
};
use codex_core::config::Config;
use codex_core::config::features::{FEATURES, Feature, Stage};

use super::paging::{Page, page};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ExperimentalFeatureList> for Context {
    fn lane(_: &ExperimentalFeatureListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        params: ExperimentalFeatureListParams,
    ) -> Result<Reply<ExperimentalFeatureListResponse>, RpcError> {
        let config = match &params.thread_id {
            Some(id) => self.loaded_thread(id)?.conversation.config().clone(),
            None => self.base_config().await?.config,
        };
        let all = FEATURES.iter().map(|feature| described(feature, &config)).collect();
        let wanted = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "feature flags" };
        let (data, next_cursor) = page(all, wanted)?;
        Ok(ExperimentalFeatureListResponse { data, next_cursor }.into())
    }
}

fn described(feature: &Feature, config: &Config) -> ExperimentalFeature {
    let stage = match feature.stage {
        Stage::Stable => ExperimentalFeatureStage::Stable,
        Stage::UnderDevelopment => ExperimentalFeatureStage::UnderDevelopment,
    };
    ExperimentalFeature {
        name: feature.key.to_owned(),
        stage,
        display_name: None,
        description: None,
        announcement: None,
        enabled: config.is_enabled(feature),
        default_enabled: feature.default,
    }
}
