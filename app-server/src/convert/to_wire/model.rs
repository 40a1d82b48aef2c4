//! Models and the servers that offer them.

use codex_app_server_protocol::v2::model as wire;
use codex_core::base::http::shown;
use codex_core::config::provider::{self, ModelProviderInfo};
use codex_core::model::presets::{EffortPreset, ModelPreset};

pub(crate) fn model(preset: ModelPreset) -> wire::Model {
    let mut input_modalities = vec![wire::InputModality::Text];
    input_modalities.extend(preset.images.then_some(wire::InputModality::Image));
    wire::Model {
        id: preset.model.clone(),
        model: preset.model,
        upgrade: None,
        upgrade_info: None,
        availability_nux: None,
        display_name: preset.display_name,
        description: preset.description.into_owned(),
        model_specialty: None,
        hidden: preset.hidden,
        supported_reasoning_efforts: preset.efforts.iter().map(effort).collect(),
        default_reasoning_effort: preset.default_effort.to_owned(),
        input_modalities,
        supports_personality: false,
        multi_agent_version: None,
        additional_speed_tiers: Vec::new(),
        service_tiers: Vec::new(),
        default_service_tier: None,
        available_access_programs: None,
        is_default: preset.is_default,
    }
}

fn effort(preset: &EffortPreset) -> wire::ReasoningEffortOption {
    wire::ReasoningEffortOption {
        reasoning_effort: preset.effort.to_owned(),
        description: preset.description.clone().into_owned(),
    }
}

/// A provider without its keys. None can be edited: this server writes no providers.
pub(crate) fn provider(id: &str, info: &ModelProviderInfo) -> wire::ModelProviderSummary {
    wire::ModelProviderSummary {
        id: id.to_owned(),
        name: if info.name.is_empty() { id.to_owned() } else { info.name.clone() },
        can_edit: false,
        base_url: info.base_url.as_deref().map(shown),
        settings: settings(id, info),
    }
}

fn settings(id: &str, info: &ModelProviderInfo) -> wire::ProviderSettings {
    if id == provider::OPENAI {
        return wire::ProviderSettings::Openai;
    }
    // A key that stands in the place of a name is for nobody to see.
    let auth = match info.env_key.as_ref().filter(|_| !info.has_key_for_variable()) {
        Some(env_key) => wire::GatewayAuth::EnvironmentVariable { env_key: env_key.clone() },
        None if info.experimental_bearer_token.is_some()
            || info.auth.is_some()
            || info.requires_openai_auth =>
        {
            wire::GatewayAuth::ExternallyConfigured { env_key: None }
        }
        None => wire::GatewayAuth::None,
    };
    wire::ProviderSettings::CustomGateway { auth }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn providers_show_no_keys() {
        let shown = |id: &str, info: &ModelProviderInfo| serde_json::to_string(&provider(id, info)).unwrap();
        let secret = ModelProviderInfo {
            base_url: Some("http://localhost".into()),
            experimental_bearer_token: Some("sk-1".into()),
            ..ModelProviderInfo::default()
        };
        expect![[r#"{"id":"mine","name":"mine","canEdit":false,"baseUrl":"http://localhost","settings":{"type":"customGateway","auth":{"mode":"externallyConfigured","envKey":null}}}"#]]
            .assert_eq(&shown("mine", &secret));
        let variable = ModelProviderInfo {
            name: "Mine".into(),
            env_key: Some("MINE_KEY".into()),
            ..ModelProviderInfo::default()
        };
        expect![[r#"{"id":"mine","name":"Mine","canEdit":false,"baseUrl":null,"settings":{"type":"customGateway","auth":{"mode":"environmentVariable","envKey":"MINE_KEY"}}}"#]]
            .assert_eq(&shown("mine", &variable));
        expect![[
            r#"{"id":"openai","name":"OpenAI","canEdit":false,"baseUrl":null,"settings":{"type":"openai"}}"#
        ]]
        .assert_eq(&shown("openai", &ModelProviderInfo { name: "OpenAI".into(), ..Default::default() }));
    }
}
