//! `auth.json` of the home directory: a key, or the tokens of an account.
//!
//! The format is that of the public codex, of any year. Only reads; a missing file is no login.

use serde::Deserialize;

use super::token;
use super::{ChatGpt, Credentials, Error};
use crate::base::files;
use crate::base::paths::AbsolutePath;
use crate::base::secret::Secret;

const LARGEST_FILE: usize = 1024 * 1024;

#[derive(Deserialize)]
struct AuthFile {
    /// Absent in older files: then a key counts before tokens.
    #[serde(default)]
    auth_mode: Option<String>,
    #[serde(default, rename = "OPENAI_API_KEY")]
    key: Option<Secret>,
    #[serde(default)]
    tokens: Option<Tokens>,
    #[serde(default)]
    last_refresh: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    id_token: String,
    access_token: Secret,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default)]
    account_id: Option<String>,
}

/// The stored login. Blocking.
pub fn read(home: &AbsolutePath) -> Result<Credentials, Error> {
    let path = home.join("auth.json").into_path_buf();
    let bytes = match files::read_whole(&path, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Credentials::None),
        Err(source) => return Err(Error::Unreadable { path, source }),
    };
    parse(&bytes).map_err(|reason| Error::Malformed { path, reason })
}

fn parse(bytes: &[u8]) -> Result<Credentials, String> {
    // The parser's own message may quote the text, which may hold a key; its place is enough.
    let file: AuthFile = serde_json::from_slice(bytes)
        .map_err(|error| format!("{:?} error in line {}", error.classify(), error.line()).to_lowercase())?;
    let key = file.key.filter(|key| !key.is_empty());
    let wants_tokens = file.auth_mode.as_deref().is_some_and(|mode| mode != "apikey");
    match (key, file.tokens) {
        (Some(key), tokens) if !wants_tokens || tokens.is_none() => Ok(Credentials::ApiKey(key)),
        (_, Some(tokens)) => chatgpt(tokens, file.last_refresh),
        (_, None) => Ok(Credentials::None),
    }
}

fn chatgpt(tokens: Tokens, last_refresh: Option<String>) -> Result<Credentials, String> {
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
        last_refresh,
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
    fn a_missing_file_is_no_login() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&AbsolutePath::new(folder.path()).unwrap()).unwrap(), Credentials::None);
    }
}
