//! The text of a stored login. Pure.
//!
//! The format is that of the public codex, of any year; what is not known here is kept when tokens are renewed.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::issuer::Provenance;
use super::token;
use super::{ChatGpt, Credentials};
use crate::base::json::place;
use crate::base::secret::Secret;

/// A login as it is stored.
#[derive(Clone, Default, PartialEq)]
pub struct Document(Map<String, Value>);

/// The tokens of an account, as a login server gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    pub id_token: Secret,
    pub access_token: Secret,
    pub refresh_token: Secret,
}

/// What a login server gives in exchange for a refresh token. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Renewed {
    pub id_token: Option<Secret>,
    pub access_token: Option<Secret>,
    pub refresh_token: Option<Secret>,
}

#[derive(Deserialize)]
struct AuthFile {
    /// Absent in older files: then a key counts before tokens.
    #[serde(default)]
    auth_mode: Option<String>,
    #[serde(default, rename = "OPENAI_API_KEY")]
    key: Option<Secret>,
    #[serde(default)]
    tokens: Option<StoredTokens>,
    #[serde(default)]
    last_refresh: Option<String>,
}

#[derive(Deserialize)]
struct StoredTokens {
    #[serde(default)]
    id_token: String,
    access_token: Secret,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    oauth_provenance: Option<Provenance>,
    #[serde(default)]
    account_id: Option<String>,
}

impl Document {
    pub fn of_key(key: &Secret) -> Self {
        Self::of(json!({"auth_mode": "apikey", "OPENAI_API_KEY": key.reveal()}))
    }

    pub fn of_tokens(tokens: &Tokens, from: &Provenance, now: &str) -> Self {
        let account_id = token::claims(tokens.id_token.reveal()).ok().and_then(|claims| claims.account_id);
        Self::of(json!({
            "auth_mode": "chatgpt",
            "OPENAI_API_KEY": null,
            "tokens": {
                "id_token": tokens.id_token.reveal(),
                "access_token": tokens.access_token.reveal(),
                "refresh_token": tokens.refresh_token.reveal(),
                "oauth_provenance": {"issuer": from.issuer, "client_id": from.client_id},
                "account_id": account_id,
            },
            "last_refresh": now,
        }))
    }

    /// The same login with new tokens.
    pub fn renewed(mut self, renewed: &Renewed, now: &str) -> Self {
        if let Some(Value::Object(tokens)) = self.0.get_mut("tokens") {
            let new = [
                ("id_token", &renewed.id_token),
                ("access_token", &renewed.access_token),
                ("refresh_token", &renewed.refresh_token),
            ];
            for (name, token) in new {
                if let Some(token) = token {
                    tokens.insert(name.to_owned(), token.reveal().into());
                }
            }
        }
        self.0.insert("last_refresh".to_owned(), now.into());
        self
    }

    /// All that stands in a file.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map(Self).map_err(|error| place(&error))
    }

    fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self(map),
            _ => Self(Map::new()),
        }
    }

    /// What the tokens of this login are renewed with.
    pub fn refresh_token(&self) -> Option<&str> {
        self.0.get("tokens")?.get("refresh_token")?.as_str()
    }

    /// When it was fetched, if that is known.
    pub fn last_refresh(&self) -> Option<Timestamp> {
        self.0.get("last_refresh")?.as_str()?.parse().ok()
    }

    pub fn text(&self) -> String {
        format!("{:#}", Value::Object(self.0.clone()))
    }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The login that stands in a file.
pub fn parse(bytes: &[u8]) -> Result<Credentials, String> {
    let file: AuthFile = serde_json::from_slice(bytes).map_err(|error| place(&error))?;
    let key = file.key.filter(|key| !key.is_empty());
    let wants_tokens = file.auth_mode.as_deref().is_some_and(|mode| mode != "apikey");
    match (key, file.tokens) {
        (Some(key), tokens) if !wants_tokens || tokens.is_none() => Ok(Credentials::ApiKey(key)),
        (_, Some(tokens)) => chatgpt(tokens, file.last_refresh),
        (_, None) => Ok(Credentials::None),
    }
}

fn chatgpt(tokens: StoredTokens, last_refresh: Option<String>) -> Result<Credentials, String> {
    if tokens.access_token.is_empty() {
        return Ok(Credentials::None);
    }
    let claims = token::claims(&tokens.id_token).map_err(|error| format!("its id token {error}"))?;
    let account_id = tokens.account_id.or_else(|| claims.account_id.clone());
    Ok(Credentials::ChatGpt(Box::new(ChatGpt {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token.filter(|token| !token.is_empty()),
        claims,
        account_id,
        provenance: tokens.oauth_provenance,
        last_refresh,
        handed_in: false,
    })))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// `{"email":"a@b.c","https://api.openai.com/auth":{"chatgpt_plan_type":"pro","chatgpt_account_id":"one"}}`
    const ID_TOKEN: &str = "e30.eyJlbWFpbCI6ImFAYi5jIiwiaHR0cHM6Ly9hcGkub3BlbmFpLmNvbS9hdXRoIjp7ImNoYXRncHRfcGxhbl90eXBlIjoicHJvIiwiY2hhdGdwdF9hY2NvdW50X2lkIjoib25lIn19.s";

    fn check(text: &str, expected: Expect) {
        let text = text.replace("ID_TOKEN", ID_TOKEN);
        expected.assert_eq(&match parse(text.as_bytes()) {
            Ok(Credentials::ChatGpt(login)) => format!(
                "chatgpt {} {:?} {:?} {:?}",
                login.access_token.reveal(),
                login.claims.email,
                login.claims.plan,
                login.account_id
            ),
            Ok(Credentials::ApiKey(key)) => format!("key {}", key.reveal()),
            Ok(Credentials::None) => "none".to_owned(),
            Err(reason) => format!("error: {reason}"),
        });
    }

    #[test]
    fn keys_and_tokens_of_all_years() {
        check(r#"{"OPENAI_API_KEY": "sk"}"#, expect!["key sk"]);
        check(r#"{"auth_mode": "apikey", "OPENAI_API_KEY": "sk", "new": 1}"#, expect!["key sk"]);
        check(
            r#"{"OPENAI_API_KEY": null, "tokens": {"id_token": "ID_TOKEN", "access_token": "at", "refresh_token": "r", "account_id": null}}"#,
            expect![[r#"chatgpt at Some("a@b.c") Some("pro") Some("one")"#]],
        );
        check(
            r#"{"tokens": {"id_token": "ID_TOKEN", "access_token": "at", "account_id": "two"}}"#,
            expect![[r#"chatgpt at Some("a@b.c") Some("pro") Some("two")"#]],
        );
    }

    #[test]
    fn the_mode_decides_between_key_and_tokens() {
        let tokens = r#""tokens": {"id_token": "ID_TOKEN", "access_token": "at"}"#;
        check(&format!(r#"{{"OPENAI_API_KEY": "sk", {tokens}}}"#), expect!["key sk"]);
        check(
            &format!(r#"{{"auth_mode": "chatgpt", "OPENAI_API_KEY": "sk", {tokens}}}"#),
            expect![[r#"chatgpt at Some("a@b.c") Some("pro") Some("one")"#]],
        );
        check(r#"{"auth_mode": "chatgpt", "OPENAI_API_KEY": "sk"}"#, expect!["key sk"]);
    }

    #[test]
    fn nothing_usable_is_no_login() {
        check("{}", expect!["none"]);
        check(r#"{"OPENAI_API_KEY": ""}"#, expect!["none"]);
        check(r#"{"tokens": null}"#, expect!["none"]);
    }

    #[test]
    fn errors_do_not_quote_the_file() {
        check("{\n\"OPENAI_API_KEY\": [\"sk-secret\"]}", expect!["error: data error in line 2"]);
        check("{", expect!["error: eof error in line 1"]);
        check(
            r#"{"tokens": {"id_token": "zzz", "access_token": "at"}}"#,
            expect!["error: its id token is not a JSON web token"],
        );
    }

    #[test]
    fn what_is_not_known_here_is_kept_when_tokens_are_renewed() {
        let text = r#"{"auth_mode": "chatgpt", "later": [1], "tokens": {"id_token": "ID_TOKEN", "access_token": "a",
            "refresh_token": "r", "account_id": "one", "later": 2}}"#;
        let document = Document::read(text.replace("ID_TOKEN", ID_TOKEN).as_bytes()).unwrap();
        let renewed = Renewed { refresh_token: Some(Secret::new("r2")), ..Renewed::default() };
        let document = document.renewed(&renewed, "now");
        let expected = r#"{"auth_mode":"chatgpt","later":[1],"tokens":{"id_token":"ID_TOKEN","access_token":"a","refresh_token":"r2","account_id":"one","later":2},"last_refresh":"now"}"#;
        assert_eq!(Value::Object(document.0.clone()).to_string(), expected.replace("ID_TOKEN", ID_TOKEN));
        assert!(!format!("{document:?}").contains("r2"));
    }
}
