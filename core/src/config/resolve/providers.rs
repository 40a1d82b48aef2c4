//! Which model providers there are, and which one is asked.
//!
//! A provider that is built in keeps its address and its keys: what is configured for it is limited.

use std::collections::BTreeMap;

use super::WrongField;
use crate::base::environment::Environment;
use crate::config::file::{ConfigToml, WrongValue};
use crate::config::layers::Merged;
use crate::config::overrides::ThreadOverrides;
use crate::config::provider::{self, ModelProviderInfo};

/// What may be set of the provider that is built in for rehearsals.
const REHEARSAL_KEYS: [&str; 5] =
    ["script", "request_max_retries", "stream_max_retries", "stream_idle_timeout_ms", "name"];

/// All providers, built in and configured.
pub(super) fn all(
    settings: &ConfigToml,
    merged: &Merged,
    environment: &Environment,
    wrong: &mut Vec<WrongValue>,
) -> BTreeMap<String, ModelProviderInfo> {
    let mut all = provider::built_in(settings.openai_base_url.as_deref(), environment);
    for (id, configured) in &settings.model_providers {
        let keys = merged.keys_of(&["model_providers", id]);
        let path = ["model_providers", id.as_str()];
        match id.as_str() {
            provider::OPENAI => wrong.push(
                WrongValue::new(&path, "this provider is built in and cannot be changed").with_remedy(
                    "Set `openai_base_url` to use another address, or give the table another id",
                ),
            ),
            provider::REHEARSAL => match keys.iter().find(|key| !REHEARSAL_KEYS.contains(&key.as_str())) {
                Some(key) => wrong.push(
                    WrongValue::new(&[path[0], path[1], key], "this cannot be set for a built-in provider")
                        .with_remedy(format!("Remove it; what can be set is: {}", REHEARSAL_KEYS.join(", "))),
                ),
                None => {
                    let rehearsal = all.entry(id.clone()).or_default();
                    if keys.iter().any(|key| key == "name") {
                        rehearsal.name = configured.name.clone();
                    }
                    rehearsal.script = configured.script.clone();
                    rehearsal.request_max_retries = configured.request_max_retries;
                    rehearsal.stream_max_retries = configured.stream_max_retries;
                    rehearsal.stream_idle_timeout_ms = configured.stream_idle_timeout_ms;
                }
            },
            _ => {
                let mut provider = configured.clone();
                if !keys.iter().any(|key| key == "name") {
                    provider.name = id.clone();
                }
                if provider.name.trim().is_empty() {
                    wrong.push(
                        WrongValue::new(&[path[0], path[1], "name"], "the name of a provider is empty")
                            .with_remedy("Give it a name, or remove the line to use the id"),
                    );
                    provider.name = id.clone();
                }
                if let Some(url) = &provider.base_url
                    && !url.starts_with("http://")
                    && !url.starts_with("https://")
                {
                    wrong.push(
                        WrongValue::new(
                            &[path[0], path[1], "base_url"],
                            format!("`{url}` is not an address"),
                        )
                        .with_remedy("Write one that begins with `http://` or `https://`"),
                    );
                }
                all.insert(id.clone(), provider);
            }
        }
    }
    all
}

/// The provider that a request or a setting names.
pub(super) fn choose(
    settings: &ConfigToml,
    merged: &Merged,
    overrides: &ThreadOverrides,
    providers: &BTreeMap<String, ModelProviderInfo>,
    wrong: &mut Vec<WrongValue>,
    wrong_fields: &mut Vec<WrongField>,
) -> (String, ModelProviderInfo) {
    let unknown = |id: &str| {
        let known: Vec<_> = providers.keys().map(String::as_str).collect();
        WrongValue::new(&["model_provider"], format!("model provider `{id}` not found")).with_remedy(format!(
            "Describe it in a table `[model_providers.{id}]`, or choose one of: {}",
            known.join(", ")
        ))
    };
    for (id, is_field) in [(&overrides.model_provider, true), (&settings.model_provider, false)] {
        let Some(id) = id else { continue };
        match providers.get(id) {
            Some(provider) => return (id.clone(), provider.clone()),
            // Its table is wrong, which has been reported.
            None if !merged.keys_of(&["model_providers", id]).is_empty() => {}
            None if is_field => wrong_fields.push(WrongField { field: "modelProvider", wrong: unknown(id) }),
            None => wrong.push(unknown(id)),
        }
    }
    (provider::OPENAI.to_owned(), providers.get(provider::OPENAI).cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::testkit::{check_wrong, config, read_and_resolve, resolved};
    use super::*;

    #[test]
    fn providers_are_added_to_those_that_are_built_in() {
        let config = config(
            "model_provider = \"mine\"\n[model_providers.mine]\nbase_url = \"http://127.0.0.1:1/v1\"\n\
             [model_providers.rehearsal]\nscript = \"/s\"\nstream_max_retries = 2\n",
        );
        assert_eq!(config.model_providers.keys().collect::<Vec<_>>(), ["mine", "openai", "rehearsal"]);
        assert_eq!(config.model_provider.name, "mine");
        assert_eq!(config.model_provider.base_url.as_deref(), Some("http://127.0.0.1:1/v1"));
        let rehearsal = &config.model_providers["rehearsal"];
        assert_eq!((rehearsal.script.clone(), rehearsal.stream_max_retries()), (Some("/s".into()), 2));
        assert_eq!(rehearsal.wire_api, provider::WireApi::Rehearsal);
    }

    #[test]
    fn providers_that_cannot_be_used() {
        check_wrong(
            "model_provider = \"nope\"",
            expect![
                "model_provider: model provider `nope` not found. Describe it in a table `[model_providers.nope]`, or choose one of: openai, rehearsal"
            ],
        );
        check_wrong(
            "[model_providers.openai]\nbase_url = \"http://evil\"",
            expect![
                "model_providers.openai: this provider is built in and cannot be changed. Set `openai_base_url` to use another address, or give the table another id"
            ],
        );
        check_wrong(
            "[model_providers.rehearsal]\nbase_url = \"http://x\"",
            expect![
                "model_providers.rehearsal.base_url: this cannot be set for a built-in provider. Remove it; what can be set is: script, request_max_retries, stream_max_retries, stream_idle_timeout_ms, name"
            ],
        );
        check_wrong(
            "[model_providers.a]\nname = \" \"",
            expect![
                "model_providers.a.name: the name of a provider is empty. Give it a name, or remove the line to use the id"
            ],
        );
        check_wrong(
            "[model_providers.a]\nbase_url = \"localhost:1\"",
            expect![
                "model_providers.a.base_url: `localhost:1` is not an address. Write one that begins with `http://` or `https://`"
            ],
        );
        let (config, _) = resolved(&["model_provider = \"nope\""], &ThreadOverrides::default(), None);
        assert_eq!(config.model_provider_id, "openai");
    }

    #[test]
    fn a_table_that_is_wrong_is_reported_once() {
        let text = "model_provider = \"a\"\n[model_providers.a]\nwire_api = \"telepathy\"";
        let (read, wrong) = read_and_resolve(text);
        assert_eq!((read, wrong), (1, 0));
    }

    #[test]
    fn a_request_names_a_provider() {
        let request =
            |id: &str| ThreadOverrides { model_provider: Some(id.to_owned()), ..Default::default() };
        let (config, wrong) = resolved(&["model_provider = \"nope\""], &request("rehearsal"), None);
        assert_eq!((config.model_provider_id.as_str(), wrong.len()), ("rehearsal", 0));
        let (_, wrong) = resolved(&[""], &request("nope"), None);
        assert!(wrong[0].starts_with("modelProvider: model provider `nope` not found"), "{wrong:?}");
    }
}
