//! With which key a provider is asked: its own, the one in its variable, or the login of this program.
//!
//! The login goes only to providers that want it, so that a key never reaches a server it is not for. Pure.

use super::{Credentials, Error};
use crate::base::environment::Environment;
use crate::base::secret::Secret;

/// What a provider wants, in the order in which it counts.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The provider's name, for messages.
    pub provider: &'a str,
    /// A key that stands in the configuration.
    pub bearer_token: Option<&'a str>,
    /// The variable that holds the key.
    pub variable: Option<&'a str>,
    /// What to tell a user whose variable is missing.
    pub instructions: Option<&'a str>,
    /// Whether the login of this program is what the provider wants.
    pub login: bool,
}

/// What goes into the headers of a request. No bearer: the provider wants none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    pub bearer: Option<Secret>,
    pub account_id: Option<String>,
}

/// Finds the key, or says what to do about a missing one.
pub fn authorization(
    wanted: &Wanted<'_>,
    environment: &Environment,
    credentials: &Credentials,
) -> Result<Authorization, Error> {
    let with_key = |key: &str| Authorization { bearer: Some(Secret::new(key)), account_id: None };
    if let Some(token) = wanted.bearer_token.filter(|token| !token.is_empty()) {
        return Ok(with_key(token));
    }
    if let Some(variable) = wanted.variable {
        return match environment.get(variable).map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => Ok(with_key(key)),
            None => Err(Error::MissingVariable {
                provider: wanted.provider.to_owned(),
                variable: variable.to_owned(),
                instructions: wanted.instructions.map(str::to_owned),
            }),
        };
    }
    if !wanted.login {
        return Ok(Authorization::default());
    }
    match credentials.bearer() {
        Some(bearer) => Ok(Authorization {
            bearer: Some(bearer.clone()),
            account_id: credentials.account_id().map(str::to_owned),
        }),
        None => Err(Error::NotLoggedIn { provider: wanted.provider.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(wanted: Wanted<'_>, login: Option<&str>, expected: Expect) {
        let environment: Environment = [("KEY", " from-env\n"), ("BLANK", "  ")].into_iter().collect();
        let credentials = login.map_or(Credentials::None, |key| Credentials::ApiKey(Secret::new(key)));
        expected.assert_eq(&match authorization(&wanted, &environment, &credentials) {
            Ok(found) => found.bearer.map_or("no key".to_owned(), |key| key.reveal().to_owned()),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn keys_count_in_their_order() {
        let all = Wanted {
            provider: "P",
            bearer_token: Some("token"),
            variable: Some("KEY"),
            instructions: None,
            login: true,
        };
        check(all, Some("login"), expect!["token"]);
        check(Wanted { bearer_token: None, ..all }, Some("login"), expect!["from-env"]);
        check(Wanted { bearer_token: None, variable: None, ..all }, Some("login"), expect!["login"]);
        check(
            Wanted { bearer_token: Some(""), variable: None, login: false, ..all },
            Some("login"),
            expect!["no key"],
        );
    }

    #[test]
    fn missing_keys_are_explained() {
        let variable = Wanted { provider: "P", variable: Some("BLANK"), login: true, ..Wanted::default() };
        check(
            variable,
            Some("login"),
            expect!["the provider `P` needs a key in the variable BLANK, which is not set"],
        );
        check(
            Wanted { instructions: Some("Get one at example.org"), ..variable },
            None,
            expect![
                "the provider `P` needs a key in the variable BLANK, which is not set. Get one at example.org"
            ],
        );
        check(
            Wanted { provider: "OpenAI", login: true, ..Wanted::default() },
            None,
            expect![
                "not logged in to OpenAI: run `codex-app-server login`, or set CODEX_API_KEY, or go on without an account: `-c model_provider=rehearsal`"
            ],
        );
    }

    #[test]
    fn accounts_are_named() {
        let login = super::super::ChatGpt {
            access_token: Secret::new("at"),
            refresh_token: None,
            claims: super::super::token::Claims::default(),
            account_id: Some("acc".into()),
            last_refresh: None,
        };
        let wanted = Wanted { login: true, ..Wanted::default() };
        let credentials = Credentials::ChatGpt(Box::new(login));
        let found = authorization(&wanted, &Environment::default(), &credentials).unwrap();
        assert_eq!(found.account_id.as_deref(), Some("acc"));
        assert_eq!(
            format!("{found:?}"),
            r#"Authorization { bearer: Some([secret]), account_id: Some("acc") }"#
        );
    }
}
