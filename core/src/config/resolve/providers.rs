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
                let mut provider = match all.get(id) {
                    Some(built_in) => adjusted(built_in, configured, &keys),
                    None => configured.clone(),
                };
                if provider.name.is_empty() && !keys.iter().any(|key| key == "name") {
                    provider.name = id.clone();
                }
                check(id, &mut provider, wrong);
                all.insert(id.clone(), provider);
            }
        }
    }
    all
}

/// A provider that is built in, with what is configured for it. At another address the built-in key is not sent.
fn adjusted(
    built_in: &ModelProviderInfo,
    configured: &ModelProviderInfo,
    keys: &[String],
) -> ModelProviderInfo {
    let has = |names: &[&str]| keys.iter().any(|key| names.contains(&key.as_str()));
    let mut provider = configured.clone();
    if !has(&["name"]) {
        provider.name.clone_from(&built_in.name);
    }
    if !has(&["wire_api"]) {
        provider.wire_api = built_in.wire_api;
    }
    if !has(&["base_url"]) {
        provider.base_url.clone_from(&built_in.base_url);
        if !has(&["env_key", "auth", "experimental_bearer_token", "requires_openai_auth"]) {
            provider.env_key.clone_from(&built_in.env_key);
            provider.env_key_instructions.clone_from(&built_in.env_key_instructions);
        }
    }
    provider
}

/// Reports what of a provider cannot be used.
fn check(id: &str, provider: &mut ModelProviderInfo, wrong: &mut Vec<WrongValue>) {
    let mut report = |path: &[&str], message: &str, remedy: &str| {
        let path: Vec<&str> = ["model_providers", id].iter().chain(path).copied().collect();
        wrong.push(WrongValue::new(&path, message).with_remedy(remedy));
    };
    if provider.name.trim().is_empty() {
        report(
            &["name"],
            "the name of a provider is empty",
            "Give it a name, or remove the line to use the id",
        );
        provider.name = id.to_owned();
    }
    if let Some(url) = &provider.base_url
        && !url.starts_with("http://")
        && !url.starts_with("https://")
    {
        let remedy = "Write one that begins with `http://` or `https://`";
        report(&["base_url"], &format!("`{url}` is not an address"), remedy);
    }
    let Some(auth) = &provider.auth else { return };
    if auth.command.trim().is_empty() {
        report(&["auth", "command"], "the command is empty", "Name a program that prints a token");
    }
    let others = [
        ("env_key", provider.env_key.is_some()),
        ("experimental_bearer_token", provider.experimental_bearer_token.is_some()),
        ("requires_openai_auth", provider.requires_openai_auth),
    ];
    for (name, _) in others.iter().filter(|(_, is_set)| *is_set) {
        let message = format!("a command for tokens cannot be combined with `{name}`");
        report(&["auth"], &message, &format!("Remove one of the two: `auth` or `{name}`"));
    }
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

    const BUILT_IN_AND_MINE: [&str; 7] =
        ["anthropic", "lmstudio", "mine", "ollama", "openai", "openrouter", "rehearsal"];

    #[test]
    fn a_provider_that_is_built_in_can_be_adjusted_and_its_key_goes_nowhere_else() {
        let provider = |text: &str| config(text).model_providers["openrouter"].clone();
        let retries = provider("[model_providers.openrouter]\nstream_max_retries = 2");
        assert_eq!(retries.stream_max_retries(), 2);
        assert_eq!((retries.name.as_str(), retries.wire_api), ("OpenRouter", provider::WireApi::Chat));
        assert_eq!(retries.env_key.as_deref(), Some("OPENROUTER_API_KEY"));
        assert_eq!(retries.base_url.as_deref(), Some("https://openrouter.ai/api/v1"));
        let elsewhere = provider(
            "[model_providers.openrouter]\nname = \"Mine\"\nbase_url = \"http://h/v1\"\nwire_api = \"responses\"",
        );
        assert_eq!((elsewhere.name.as_str(), elsewhere.wire_api), ("Mine", provider::WireApi::Responses));
        assert_eq!((elsewhere.env_key, elsewhere.env_key_instructions), (None, None));
        let command = provider("[model_providers.openrouter.auth]\ncommand = \"x\"");
        assert_eq!((command.env_key, command.auth.unwrap().command.as_str()), (None, "x"));
    }

    #[test]
    fn a_command_for_tokens_stands_alone() {
        check_wrong(
            "[model_providers.a]\nenv_key = \"K\"\nrequires_openai_auth = true\n[model_providers.a.auth]\ncommand = \" \"",
            expect![[r#"
                model_providers.a.auth.command: the command is empty. Name a program that prints a token
                model_providers.a.auth: a command for tokens cannot be combined with `env_key`. Remove one of the two: `auth` or `env_key`
                model_providers.a.auth: a command for tokens cannot be combined with `requires_openai_auth`. Remove one of the two: `auth` or `requires_openai_auth`"#]],
        );
    }

    #[test]
    fn providers_are_added_to_those_that_are_built_in() {
        let config = config(
            "model_provider = \"mine\"\n[model_providers.mine]\nbase_url = \"http://127.0.0.1:1/v1\"\n\
             [model_providers.rehearsal]\nscript = \"/s\"\nstream_max_retries = 2\n",
        );
        assert_eq!(config.model_providers.keys().collect::<Vec<_>>(), BUILT_IN_AND_MINE);
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
                "model_provider: model provider `nope` not found. Describe it in a table `[model_providers.nope]`, or choose one of: anthropic, lmstudio, ollama, openai, openrouter, rehearsal"
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
