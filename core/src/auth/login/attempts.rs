//! The login that is under way: at most one. Another one ends it, and so does the end of the process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// The login that is under way, if one is.
#[derive(Debug, Default)]
pub struct Attempts {
    current: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    id: Uuid,
    cancelled: CancellationToken,
    ended: CancellationToken,
}

/// One login. It is over when this is dropped.
#[derive(Debug)]
pub struct Attempt {
    pub id: Uuid,
    /// Given up, by the client or for another one.
    pub cancelled: CancellationToken,
    _ended: DropGuard,
}

impl Attempts {
    /// Begins a login. The one before has ended when this returns.
    pub async fn begin(&self, parent: &CancellationToken) -> Attempt {
        let (cancelled, ended) = (parent.child_token(), CancellationToken::new());
        let attempt = Attempt { id: Uuid::new_v4(), cancelled, _ended: ended.clone().drop_guard() };
        let running = Running { id: attempt.id, cancelled: attempt.cancelled.clone(), ended };
        let before = self.lock().replace(running);
        if let Some(before) = before {
            before.cancelled.cancel();
            before.ended.cancelled().await;
        }
        attempt
    }

    /// Gives a login up. False: there is none with this id, or it is over.
    pub fn cancel(&self, id: Uuid) -> bool {
        let current = self.lock();
        let Some(running) = current.as_ref().filter(|running| running.id == id) else { return false };
        let is_running = !running.cancelled.is_cancelled() && !running.ended.is_cancelled();
        running.cancelled.cancel();
        is_running
    }

    /// Gives up whatever is under way.
    pub fn cancel_all(&self) {
        if let Some(running) = self.lock().as_ref() {
            running.cancelled.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn another_login_ends_the_one_before() {
        let (attempts, process) = (Attempts::default(), CancellationToken::new());
        let first = attempts.begin(&process).await;
        let mut second = Box::pin(attempts.begin(&process));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(first.cancelled.is_cancelled());
        drop(first);
        let second = second.await;
        assert!(!attempts.cancel(Uuid::new_v4()));
        assert!(attempts.cancel(second.id));
        assert!(second.cancelled.is_cancelled());
        assert!(!attempts.cancel(second.id));
    }

    #[tokio::test]
    async fn what_is_over_cannot_be_given_up() {
        let (attempts, process) = (Attempts::default(), CancellationToken::new());
        let first = attempts.begin(&process).await;
        let id = first.id;
        drop(first);
        assert!(!attempts.cancel(id));
        let last = attempts.begin(&process).await;
        process.cancel();
        assert!(last.cancelled.is_cancelled());
    }
}
