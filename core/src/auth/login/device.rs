//! A login by a code that is typed on a page in any browser.
//!
//! The login server is asked again and again whether that has happened, no more often than it wants to be. What it gives
//! then is exchanged for tokens.

use std::time::Duration;

use super::super::AuthManager;
use super::super::document::Tokens;
use super::super::issuer::{DeviceAnswer, DeviceCode, Grant, Issuer, IssuerError};
use super::attempts::Attempt;
use super::{LoginError, bounded};
use crate::config::login::ForcedMethod;

/// How long a user has, as the page says.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Between two questions, if the server says nothing of it.
const INTERVAL: u64 = 5;
/// By how much longer it is when the server is asked too often.
const LONGER: u64 = 5;
const LONGEST: u64 = 60;
/// However often the server wants to be asked.
const SHORTEST: Duration = Duration::from_millis(200);

/// A login that waits for its code to be typed.
pub struct DeviceLogin {
    /// The page on which the code is typed.
    pub page: String,
    issuer: Issuer,
    code: DeviceCode,
}

impl AuthManager {
    /// Gets a code.
    pub async fn open_device_login(&self) -> Result<DeviceLogin, LoginError> {
        self.allows(ForcedMethod::Chatgpt)?;
        let issuer = self.issuer().clone();
        match issuer.device_code().await {
            Ok(code) => Ok(DeviceLogin { page: issuer.device_page(), issuer, code }),
            Err(IssuerError::Refused { status: 404, .. }) => Err(LoginError::NoDeviceCodes),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the code to be typed, and logs in.
    pub async fn finish_with_device(&self, attempt: &Attempt, login: DeviceLogin) -> Result<(), LoginError> {
        let tokens = bounded(PATIENCE, &attempt.cancelled, login.tokens()).await?;
        Ok(self.log_in_with_tokens(attempt, tokens).await?)
    }
}

impl DeviceLogin {
    /// The code to type.
    pub fn user_code(&self) -> &str {
        &self.code.user_code
    }

    async fn tokens(self) -> Result<Tokens, LoginError> {
        let mut interval = self.code.interval.unwrap_or(INTERVAL).min(LONGEST);
        loop {
            match self.issuer.device_answer(&self.code).await {
                Ok(DeviceAnswer::Granted(grant)) => {
                    let grant = Grant {
                        code: grant.authorization_code.reveal(),
                        verifier: grant.code_verifier.reveal(),
                        redirect_uri: &self.issuer.device_redirect(),
                    };
                    return Ok(self.issuer.exchange(&grant).await?);
                }
                Ok(answer @ (DeviceAnswer::Pending | DeviceAnswer::SlowDown)) => {
                    interval = after(&answer, interval);
                }
                Err(
                    error @ (IssuerError::Unreachable { .. } | IssuerError::Refused { status: 500.., .. }),
                ) => {
                    tracing::info!("the login server does not answer at the moment: {error}");
                }
                Err(error) => return Err(meaning(error)),
            }
            tokio::time::sleep(Duration::from_secs(interval).max(SHORTEST)).await;
        }
    }
}

/// How long to wait after an answer, in seconds, having waited so long before.
fn after(answer: &DeviceAnswer, interval: u64) -> u64 {
    match answer {
        DeviceAnswer::SlowDown => (interval + LONGER).min(LONGEST),
        DeviceAnswer::Pending | DeviceAnswer::Granted(_) => interval,
    }
}

fn meaning(error: IssuerError) -> LoginError {
    match error.code() {
        Some("access_denied") => LoginError::Denied(" on the page of the login server".to_owned()),
        Some("expired_token") => LoginError::CodeExpired,
        Some(_) | None => LoginError::Issuer(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_asked_too_often_is_asked_less_often() {
        let waits = [(DeviceAnswer::Pending, 5), (DeviceAnswer::SlowDown, 10), (DeviceAnswer::SlowDown, 15)];
        let mut interval = 5;
        for (answer, expected) in waits {
            interval = after(&answer, interval);
            assert_eq!(interval, expected, "{answer:?}");
        }
        assert_eq!(after(&DeviceAnswer::SlowDown, LONGEST), LONGEST);
    }

    #[test]
    fn refusals_mean_what_a_person_can_do() {
        let meant = |code: &str| {
            meaning(IssuerError::Refused { status: 400, code: Some(code.to_owned()), message: None })
        };
        assert!(matches!(meant("expired_token"), LoginError::CodeExpired));
        assert!(matches!(meant("access_denied"), LoginError::Denied(_)));
        assert!(matches!(meant("strange"), LoginError::Issuer(_)));
    }
}
