//! What a request says of itself, and to whom.

use tokio_util::sync::CancellationToken;

use super::*;
use crate::base::spawn::TaskGroup;
use crate::model::token_command::TokenCommands;
use crate::model::tool_spec::ToolSpec;
use crate::model::wire::testkit::prompt;

fn transport(provider: &str, variables: &[(&str, &str)]) -> HttpTransport {
    let settings = ModelSettings {
        provider_id: "p".into(),
        provider: toml::from_str(provider).unwrap(),
        user_agent: "tester/1 (Ünix)".into(),
        originator: "tester".into(),
        environment: variables.iter().copied().collect(),
        group: TaskGroup::new(),
        token: CancellationToken::new(),
        tokens: Arc::new(TokenCommands::nobody()),
        compresses: true,
        telemetry: crate::telemetry::Telemetry::off(),
        script: None,
    };
    HttpTransport::new(settings, Wire::Responses)
}

const NO_ENV: &[(&str, &str)] = &[];
const SOME_ENV: &[(&str, &str)] = &[("KEY", "KEY ")];

fn login() -> Credentials {
    Credentials { bearer: Some("login".into()), account_id: Some("account".into()), ..Credentials::default() }
}

#[test]
fn the_address_comes_from_the_provider() {
    let url = |provider: &str, login: &Credentials| {
        transport(provider, NO_ENV).url(login).unwrap_or_else(|error| error.to_string())
    };
    let no_login = Credentials::default();
    assert_eq!(url("base_url = \"http://h/v1/\"", &no_login), "http://h/v1/responses");
    let query = "base_url = \"https://h\"\n[query_params]\nv = \"1%202\"\nw = \"a b&c#d+e\"";
    assert_eq!(url(query, &no_login), "https://h/responses?v=1%202&w=a%20b%26c%23d%2Be");
    assert_eq!(url("requires_openai_auth = true", &no_login), "https://api.openai.com/v1/responses");
    assert_eq!(
        url("requires_openai_auth = true", &login()),
        "https://chatgpt.com/backend-api/codex/responses"
    );
    assert_eq!(
        url("", &login()),
        "`model_providers.p.base_url` is not set; it is the address of the model server"
    );
    assert_eq!(
        url("base_url = \"h/v1\"", &login()),
        "`model_providers.p.base_url` must begin with http:// or https://"
    );
    assert!(url("base_url = \"http://h/v1?x=1\"", &login()).ends_with("belongs into `query_params`"));
}

#[test]
fn the_login_goes_only_to_providers_that_ask_for_it() {
    let bearer = |provider: &str, env: &[(&str, &str)], login: &Credentials| match transport(provider, env)
        .bearer(login)
    {
        Ok(token) => token.unwrap_or_else(|| "none".into()),
        Err(error) => format!("{error:?}"),
    };
    assert_eq!(bearer("", SOME_ENV, &login()), "none");
    assert_eq!(bearer("requires_openai_auth = true", NO_ENV, &login()), "login");
    assert_eq!(bearer("env_key = \"KEY\"\nrequires_openai_auth = true", SOME_ENV, &login()), "KEY");
    assert_eq!(bearer("experimental_bearer_token = \"t\"", SOME_ENV, &login()), "t");
    assert_eq!(
        bearer("env_key = \"KEY\"", NO_ENV, &login()),
        "MissingEnvVar { name: \"KEY\", provider: \"p\", instructions: None }"
    );
    assert_eq!(
        bearer("requires_openai_auth = true", NO_ENV, &Credentials::default()),
        "NoCredentials { provider: \"p\", env_key: None, problem: None }"
    );
}

#[test]
fn what_is_no_key_or_no_variable_is_said_without_quoting_it() {
    let told = |provider: &str, key: &str| {
        let key = [("KEY", key)];
        transport(provider, &key).bearer(&login()).map(Option::unwrap).map_err(|error| error.to_string())
    };
    let by_variable = "env_key = \"KEY\"";
    assert_eq!(told(by_variable, "\tsk-1\n"), Ok("sk-1".to_owned()));
    let problem = told(by_variable, "sk-1\nsk-2").unwrap_err();
    assert!(
        problem.starts_with("`KEY` holds the key of the model provider `p`, which has a space"),
        "{problem}"
    );
    assert!(!problem.contains("sk-"), "{problem}");
    for also in ["", "\nrequires_openai_auth = true", "\nexperimental_bearer_token = \"t\""] {
        let problem = told(&format!("env_key = \"sk-proj-1234\"{also}"), "").unwrap_err();
        assert!(
            problem.starts_with("`model_providers.p.env_key` is to be the name of the variable"),
            "{problem}"
        );
        assert!(!problem.contains("sk-proj"), "{problem}");
    }
}

#[tokio::test]
async fn only_requests_signed_with_an_account_are_compressed() {
    let mut transport = transport("requires_openai_auth = true\nbase_url = \"http://h\"", NO_ENV);
    let key = Credentials { account_id: None, ..login() };
    for (provider, compresses, login, coding) in [
        (OPENAI, true, login(), Some("zstd")),
        (OPENAI, true, key, None),
        (OPENAI, false, login(), None),
        ("other", true, login(), None),
    ] {
        transport.settings.compresses = compresses;
        transport.settings.provider_id = provider.to_owned();
        let request = transport.prepare(&prompt("m", vec![]), &login).await.unwrap();
        assert_eq!(request.headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), coding);
        assert_eq!(request.body.starts_with(b"{"), coding.is_none());
    }
}

#[tokio::test]
async fn other_servers_learn_nothing_of_the_account() {
    let transport = transport("base_url = \"http://h\"", NO_ENV);
    let request = transport.prepare(&prompt("m", vec![]), &login()).await.unwrap();
    for header in ["content-encoding", "chatgpt-account-id", "authorization"] {
        assert!(!request.headers.contains_key(header), "{header}");
    }
}

#[tokio::test]
async fn a_feature_is_asked_for_besides_those_of_the_user() {
    let mut thinking = prompt("claude-sonnet-4-5", vec![]);
    thinking.effort = Some("high".into());
    thinking.tools = Arc::new([ToolSpec::function("f", "d", serde_json::json!({"type": "object"}))]);
    let asked = async |provider: &str, wire: Wire| {
        let provider = format!("base_url = \"http://h\"\n{provider}");
        let transport = HttpTransport { wire, ..transport(&provider, NO_ENV) };
        let request = transport.prepare(&thinking, &Credentials::default()).await.unwrap();
        let sent = request.headers.get("anthropic-beta");
        // What a user has set may be a secret, and stays one.
        assert_eq!(sent.is_some_and(HeaderValue::is_sensitive), provider.contains("http_headers"));
        sent.map(|value| value.to_str().unwrap().to_owned())
    };
    let feature = "interleaved-thinking-2025-05-14";
    assert_eq!(asked("", Wire::Anthropic).await.as_deref(), Some(feature));
    assert_eq!(asked("", Wire::Chat).await, None);
    let mine = asked("http_headers = { anthropic-beta = \"a,b\" }", Wire::Anthropic).await;
    assert_eq!(mine, Some(format!("a,b,{feature}")));
    let same = format!("a, {feature}");
    let named = asked(&format!("http_headers = {{ anthropic-beta = \"{same}\" }}"), Wire::Anthropic).await;
    assert_eq!(named, Some(same));
}

#[tokio::test]
async fn a_key_of_its_own_goes_where_keys_go_and_names_no_account() {
    let keyed = transport("env_key = \"KEY\"\nrequires_openai_auth = true", SOME_ENV);
    let request = keyed.prepare(&prompt("m", vec![]), &login()).await.unwrap();
    assert_eq!(request.url, "https://api.openai.com/v1/responses");
    assert_eq!(request.headers.get("chatgpt-account-id"), None);
    assert_eq!(request.headers.get(CONTENT_ENCODING), None);
    let transport = transport("requires_openai_auth = true", NO_ENV);
    let request = transport.prepare(&prompt("m", vec![]), &login()).await.unwrap();
    assert_eq!(request.url, "https://chatgpt.com/backend-api/codex/responses");
    assert_eq!(request.headers.get("chatgpt-account-id").unwrap(), "account");
}

#[test]
fn anthropic_has_headers_of_its_own() {
    let sent_with = |provider: &str, env: &[(&str, &str)]| {
        let transport = HttpTransport { wire: Wire::Anthropic, ..transport(provider, env) };
        let headers = transport.headers(&prompt("m", vec![]), &Credentials::default()).unwrap();
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        (text("x-api-key"), text("authorization"), text("anthropic-version"))
    };
    let sent = |provider: &str| sent_with(provider, SOME_ENV);
    let some = |text: &str| Some(text.to_owned());
    let (key, bearer, _) = sent_with("env_key = \"KEY\"", &[("KEY", "sk-ant-oat01-x")]);
    assert_eq!((key, bearer), (None, some("Bearer sk-ant-oat01-x")));
    assert_eq!(sent("env_key = \"KEY\""), (some("KEY"), None, some("2023-06-01")));
    assert_eq!(
        sent("experimental_bearer_token = \"t\"\nhttp_headers = { anthropic-version = \"2\" }"),
        (None, some("Bearer t"), some("2"))
    );
}
