//! Waiting for something or for its cancellation, whichever comes first.

use std::future::Future;

use tokio_util::sync::CancellationToken;

/// The wait was cut off by a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// The future's value, or `Interrupted` as soon as the token is cancelled.
pub async fn or_cancelled<F: Future>(token: &CancellationToken, future: F) -> Result<F::Output, Interrupted> {
    tokio::select! {
        biased;
        () = token.cancelled() => Err(Interrupted),
        value = future => Ok(value),
    }
}
