//! Carrying a login out: in a browser on this machine (`browser`), or by a code that is typed in any browser (`device`).
//!
//! What a login ends with is stored before it counts as done. A login that is given up, refused or too slow leaves
//! everything as it was.

pub mod attempts;
pub mod browser;
pub mod callback;
pub mod device;
pub mod pkce;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::issuer::IssuerError;
use super::{AuthManager, Error};
use attempts::Attempt;
use browser::PORT_VARIABLE;

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    #[error("Login was not completed")]
    Cancelled,
    #[error("Login timed out; start it again")]
    TimedOut,
    /// The user, or who decides for the user.
    #[error("The login was denied{0}")]
    Denied(String),
    #[error("The code has expired; start the login again")]
    CodeExpired,
    #[error("Logging in with a code is not enabled on this login server; log in with a browser")]
    NoDeviceCodes,
    #[error(
        "Port {port} is needed for the login and in use: {source}. End the other login (or the program that \
         has the port) and try again, or log in with a code"
    )]
    Port {
        port: u16,
        #[source]
        source: std::io::Error,
    },
    #[error("`{PORT_VARIABLE}` is `{value}`; set it to a port from 1 to 65535, or to 0 for any, or unset it")]
    PortVariable { value: String },
    #[error("{0}")]
    Issuer(#[from] IssuerError),
    #[error("{0}")]
    Stored(#[source] Error),
    #[error(transparent)]
    Random(#[from] pkce::NoRandom),
}

impl From<Error> for LoginError {
    fn from(error: Error) -> Self {
        match error {
            Error::GivenUp => Self::Cancelled,
            error => Self::Stored(error),
        }
    }
}

impl AuthManager {
    /// Begins a login; one that was under way has ended when this returns.
    pub async fn begin_login(&self) -> Attempt {
        self.inner.attempts.begin(&self.inner.token).await
    }

    /// The login that is under way.
    pub fn attempts(&self) -> &attempts::Attempts {
        &self.inner.attempts
    }
}

async fn bounded<T>(
    patience: Duration,
    cancelled: &CancellationToken,
    login: impl Future<Output = Result<T, LoginError>>,
) -> Result<T, LoginError> {
    tokio::select! {
        biased;
        () = cancelled.cancelled() => Err(LoginError::Cancelled),
        outcome = tokio::time::timeout(patience, login) => outcome.unwrap_or(Err(LoginError::TimedOut)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_user_does_not_have_all_the_time_in_the_world() {
        let never = std::future::pending::<Result<(), LoginError>>();
        let outcome = bounded(Duration::from_secs(600), &CancellationToken::new(), never).await;
        assert!(matches!(outcome, Err(LoginError::TimedOut)), "{outcome:?}");
    }
}
