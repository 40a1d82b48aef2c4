//! The login server: what it is asked, and what its answers mean.
//!
//! Each request is bounded in time. What a server says of a failure is cut, and freed of whatever secret was sent to
//! it, so that an error can be shown to anybody.

use std::time::Duration;

use reqwest::{RequestBuilder, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::document::{Renewed, Tokens};
use crate::base::environment::Environment;
use crate::base::http::{self, AnswerError, beginning, client_for};
use crate::base::secret::{Secret, without};
use crate::base::text::head;

const ADDRESS: &str = "https://auth.openai.com";
const CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";
/// What the public codex asks for, so that it can use a login that was made here.
const SCOPE: &str = "openid profile email offline_access api.connectors.read api.connectors.invoke";
/// Another login server, for tests and companies that have their own.
pub const ISSUER_VARIABLE: &str = "CODEX_APP_SERVER_LOGIN_ISSUER";
pub const CLIENT_ID_VARIABLE: &str = "CODEX_APP_SERVER_LOGIN_CLIENT_ID";
/// Where tokens are renewed, if not at the login server.
const RENEW_VARIABLE: &str = "CODEX_REFRESH_TOKEN_URL_OVERRIDE";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of the server's words is shown.
const EXCERPT: usize = 300;

/// A login server.
#[derive(Clone, Debug)]
pub struct Issuer {
    address: String,
    client_id: String,
    /// Where tokens are renewed, whoever has issued them.
    renew_url: Option<String>,
    /// It says how servers are reached.
    environment: Environment,
}

/// Who has issued tokens, and to which program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Provenance {
    pub issuer: String,
    pub client_id: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    #[error("the login server at {url} cannot be reached")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the login server refuses (status {status}{})", shown(.code.as_deref(), .message.as_deref()))]
    Refused { status: u16, code: Option<String>, message: Option<String> },
    #[error("the answer of the login server at {url} cannot be read: {reason}")]
    Unreadable { url: String, reason: String },
    #[error("the login server cannot be reached: {0}")]
    NoWay(#[from] http::Error),
    #[error("`{0}` is no address of a login server; it must begin with https:// or http://")]
    Address(String),
}

/// A code that a person types on a page.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceCode {
    pub device_auth_id: Secret,
    #[serde(alias = "usercode")]
    pub user_code: String,
    /// Seconds between two questions.
    #[serde(default, deserialize_with = "seconds")]
    pub interval: Option<u64>,
}

/// What a device gets once its code was typed.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceGrant {
    pub authorization_code: Secret,
    pub code_verifier: Secret,
}

/// Where a device stands.
#[derive(Clone, Debug)]
pub enum DeviceAnswer {
    Granted(DeviceGrant),
    Pending,
    /// The server is asked too often.
    SlowDown,
}

/// What is exchanged for tokens.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    pub code: &'a str,
    pub verifier: &'a str,
    pub redirect_uri: &'a str,
}

impl Issuer {
    pub fn new(environment: &Environment) -> Self {
        let address = environment.get(ISSUER_VARIABLE).unwrap_or(ADDRESS).trim_end_matches('/').to_owned();
        let renew_url = environment.get(RENEW_VARIABLE).map(str::to_owned);
        let client_id = environment.get(CLIENT_ID_VARIABLE).unwrap_or(CLIENT_ID).to_owned();
        Self { address, client_id, renew_url, environment: environment.clone() }
    }

    /// Who issues tokens from now on.
    pub fn provenance(&self) -> Provenance {
        Provenance { issuer: self.address.clone(), client_id: self.client_id.clone() }
    }

    /// The page on which a code is typed.
    pub fn device_page(&self) -> String {
        format!("{}/codex/device", self.address)
    }

    /// Where the server itself sends those to who typed a code.
    pub fn device_redirect(&self) -> String {
        format!("{}/deviceauth/callback", self.address)
    }

    /// The page on which a user logs in, with these parameters besides the usual ones.
    pub fn authorize_url(&self, parameters: &[(&str, &str)]) -> Result<String, IssuerError> {
        let address = format!("{}/oauth/authorize", self.address);
        let mut url = Url::parse(&address).map_err(|_| IssuerError::Address(self.address.clone()))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", SCOPE)
            .extend_pairs(parameters);
        Ok(url.into())
    }

    /// Tokens in exchange for the code that a login ends with.
    pub async fn exchange(&self, grant: &Grant<'_>) -> Result<Tokens, IssuerError> {
        #[derive(Deserialize)]
        struct Answer {
            id_token: Secret,
            access_token: Secret,
            refresh_token: Secret,
        }
        let url = format!("{}/oauth/token", self.address);
        let form = form(&[
            ("grant_type", "authorization_code"),
            ("code", grant.code),
            ("redirect_uri", grant.redirect_uri),
            ("client_id", &self.client_id),
            ("code_verifier", grant.verifier),
        ]);
        let request = self.post(&url)?.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer: Answer =
            read(request, &url, &[Secret::new(grant.code), Secret::new(grant.verifier)]).await?;
        let Answer { id_token, access_token, refresh_token } = answer;
        Ok(Tokens { id_token, access_token, refresh_token })
    }

    /// New tokens in exchange for a refresh token, which is worth nothing afterwards if a new one comes with them. Who has
    /// issued it is asked, this login server if that is not known.
    pub async fn renew(
        &self,
        refresh_token: &Secret,
        provenance: Option<&Provenance>,
    ) -> Result<Renewed, IssuerError> {
        let issuer = provenance.map_or(self.address.as_str(), |from| from.issuer.trim_end_matches('/'));
        let url = self.renew_url.clone().unwrap_or_else(|| format!("{issuer}/oauth/token"));
        let body = json!({
            "client_id": provenance.map_or(&self.client_id, |from| &from.client_id),
            "grant_type": "refresh_token",
            "refresh_token": refresh_token.reveal(),
        });
        read(self.post(&url)?.json(&body), &url, std::slice::from_ref(refresh_token)).await
    }

    /// A code for a person to type.
    pub async fn device_code(&self) -> Result<DeviceCode, IssuerError> {
        let url = format!("{}/api/accounts/deviceauth/usercode", self.address);
        let request = self.post(&url)?.json(&json!({"client_id": self.client_id}));
        read(request, &url, &[]).await
    }

    /// Whether the code was typed by now.
    pub async fn device_answer(&self, code: &DeviceCode) -> Result<DeviceAnswer, IssuerError> {
        let url = format!("{}/api/accounts/deviceauth/token", self.address);
        let id = code.device_auth_id.reveal();
        let body = json!({"device_auth_id": id, "user_code": code.user_code});
        match read(self.post(&url)?.json(&body), &url, std::slice::from_ref(&code.device_auth_id)).await {
            Ok(grant) => Ok(DeviceAnswer::Granted(grant)),
            Err(IssuerError::Refused { status, code, message }) => match (status, code.as_deref()) {
                (_, Some("slow_down")) | (429, _) => Ok(DeviceAnswer::SlowDown),
                (_, Some("access_denied" | "expired_token")) => {
                    Err(IssuerError::Refused { status, code, message })
                }
                (403 | 404, _) | (_, Some("authorization_pending")) => Ok(DeviceAnswer::Pending),
                (_, _) => Err(IssuerError::Refused { status, code, message }),
            },
            Err(error) => Err(error),
        }
    }

    fn post(&self, url: &str) -> Result<RequestBuilder, IssuerError> {
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(IssuerError::Address(url.to_owned()));
        }
        let client = client_for(url, &self.environment)?;
        Ok(client.post(url).timeout(PATIENCE).header("accept", "application/json"))
    }
}

impl IssuerError {
    /// What the server calls the failure.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => code.as_deref(),
            Self::Unreachable { .. } | Self::Unreadable { .. } | Self::NoWay(_) | Self::Address(_) => None,
        }
    }
}

async fn read<T: DeserializeOwned>(
    request: RequestBuilder,
    url: &str,
    sent: &[Secret],
) -> Result<T, IssuerError> {
    let unreachable =
        |error: reqwest::Error| IssuerError::Unreachable { url: url.to_owned(), source: error.without_url() };
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        let body = beginning(response).await;
        return Err(refused(status.as_u16(), &body, sent));
    }
    http::answer(response).await.map_err(|error| match error {
        AnswerError::Broken(source) => unreachable(source),
        error => IssuerError::Unreadable { url: url.to_owned(), reason: error.to_string() },
    })
}

/// Servers write `{"error": {"code", "message"}}`, `{"error": "code", "error_description": "…"}` or `{"code": "…"}`.
fn refused(status: u16, body: &[u8], sent: &[Secret]) -> IssuerError {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: Option<&Value>| {
        let text = value?.as_str()?.trim();
        (!text.is_empty()).then(|| head(&without(text, sent), EXCERPT).to_owned())
    };
    let error = body.get("error");
    let (code, message) = match error {
        Some(Value::Object(error)) => (text(error.get("code")), text(error.get("message"))),
        Some(_) | None => (text(error).or_else(|| text(body.get("code"))), None),
    };
    let message =
        message.or_else(|| text(body.get("error_description"))).or_else(|| text(body.get("message")));
    IssuerError::Refused { status, code, message }
}

fn shown(code: Option<&str>, message: Option<&str>) -> String {
    code.into_iter().chain(message).map(|part| format!(", {part}")).collect()
}

fn form(fields: &[(&str, &str)]) -> String {
    let url = Url::parse_with_params("http://form", fields);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// Some servers write numbers as texts.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::super::testkit::{Answer, Provider};
    use super::*;

    #[test]
    fn refusals_of_all_shapes_are_understood_and_carry_no_secret() {
        let text = |body: &str| refused(400, body.as_bytes(), &[Secret::new("sk-secret")]).to_string();
        assert_eq!(
            text(r#"{"error": {"code": "bad", "message": "not sk-secret again"}}"#),
            "the login server refuses (status 400, bad, not [secret] again)"
        );
        assert_eq!(
            text(r#"{"error": "invalid_grant", "error_description": "used"}"#),
            "the login server refuses (status 400, invalid_grant, used)"
        );
        assert_eq!(text(r#"{"code": "c"}"#), "the login server refuses (status 400, c)");
        assert_eq!(text("<html>"), "the login server refuses (status 400)");
    }

    #[test]
    fn forms_are_escaped() {
        assert_eq!(form(&[("a", "b c&d"), ("e", "ü")]), "a=b+c%26d&e=%C3%BC");
    }

    #[test]
    fn intervals_are_numbers_or_texts() {
        let interval = |text: &str| {
            let json = format!(r#"{{"device_auth_id": "d", "usercode": "U", "interval": {text}}}"#);
            serde_json::from_str::<DeviceCode>(&json).unwrap().interval
        };
        assert_eq!((interval("5"), interval("\"7\""), interval("null")), (Some(5), Some(7), None));
    }

    #[test]
    fn addresses_come_from_the_environment() {
        let environment: Environment = [(ISSUER_VARIABLE, "http://h/")].into_iter().collect();
        let issuer = Issuer::new(&environment);
        assert_eq!(issuer.provenance().issuer, "http://h");
        let url = issuer.authorize_url(&[("state", "a b")]).unwrap();
        assert!(url.starts_with("http://h/oauth/authorize?response_type=code&client_id=app_"), "{url}");
        assert!(url.ends_with("&state=a+b"), "{url}");
    }

    /// Tokens of another client are renewed in its name.
    #[tokio::test]
    async fn who_has_issued_a_token_is_asked_in_the_name_it_was_issued_to() {
        let provider = Provider::start(vec![Answer::ok("{}")]).await;
        let from = Provenance { issuer: format!("{}/", provider.url), client_id: "theirs".into() };
        let issuer = Issuer::new(&Environment::default());
        issuer.renew(&Secret::new("rt"), Some(&from)).await.unwrap();
        assert!(provider.requests()[0].starts_with("POST /oauth/token "), "{:?}", provider.requests());
        assert!(provider.bodies()[0].contains("\"client_id\":\"theirs\""), "{:?}", provider.bodies());
    }
}
