//! The login that is under way: at most one. Another one ends it, and so does the end of the process.
//!
//! It can be given up until it is about to be stored, which happens under the lock of the store. Whoever gives it up
//! learns here whether that was in time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::super::Error;

/// The login that is under way, if one is.
#[derive(Debug, Default)]
pub struct Attempts {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Running>,
    /// Whether what is stored has been changed, or is about to be.
    has_changed: bool,
    /// Nothing more is changed.
    is_closed: bool,
}

#[derive(Debug)]
struct Running {
    id: Uuid,
    cancelled: CancellationToken,
    ended: CancellationToken,
    /// It is about to be stored, and can no longer be given up.
    is_committed: bool,
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
        let cancelled = attempt.cancelled.clone();
        let running = Running { id: attempt.id, cancelled, ended, is_committed: false };
        let before = self.lock().current.replace(running);
        if let Some(mut before) = before {
            before.give_up();
            before.ended.cancelled().await;
        }
        attempt
    }

    /// Gives a login up. False: there is none with this id, it is over, or about to be stored.
    pub fn cancel(&self, id: Uuid) -> bool {
        let mut state = self.lock();
        state.current.as_mut().filter(|running| running.id == id).is_some_and(Running::give_up)
    }

    /// Gives up whatever is under way.
    pub fn cancel_all(&self) {
        if let Some(running) = self.lock().current.as_mut() {
            running.give_up();
        }
    }

    /// A login is about to be stored, unless it was given up.
    pub(in super::super) fn commit(&self, id: Uuid) -> Result<(), Error> {
        let mut state = self.lock();
        let is_closed = state.is_closed;
        let running = state.current.as_mut().filter(|running| running.id == id && !is_closed);
        let running = running.filter(|running| !running.cancelled.is_cancelled()).ok_or(Error::GivenUp)?;
        running.is_committed = true;
        state.has_changed = true;
        Ok(())
    }

    /// What is stored is about to be changed otherwise.
    pub(in super::super) fn note_change(&self) -> Result<(), Error> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::GivenUp);
        }
        state.has_changed = true;
        Ok(())
    }

    /// From now on nobody logs in or out. Whether that was in time: nobody has.
    pub fn close(&self) -> bool {
        let mut state = self.lock();
        state.is_closed = true;
        if let Some(running) = state.current.as_mut() {
            running.give_up();
        }
        !state.has_changed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Whether that was in time.
    fn give_up(&mut self) -> bool {
        let is_in_time = !self.is_committed && !self.cancelled.is_cancelled() && !self.ended.is_cancelled();
        if is_in_time {
            self.cancelled.cancel();
        }
        is_in_time
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

    #[tokio::test]
    async fn what_is_about_to_be_stored_cannot_be_given_up() {
        let (attempts, process) = (Attempts::default(), CancellationToken::new());
        let first = attempts.begin(&process).await;
        attempts.commit(first.id).unwrap();
        assert!(!attempts.cancel(first.id));
        attempts.cancel_all();
        let mut second = Box::pin(attempts.begin(&process));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(!first.cancelled.is_cancelled());
        let id = first.id;
        drop(first);
        let second = second.await;
        assert!(matches!(attempts.commit(id), Err(Error::GivenUp)));
        assert!(!attempts.close());
        assert!(matches!(attempts.commit(second.id), Err(Error::GivenUp)));
        assert!(matches!(attempts.note_change(), Err(Error::GivenUp)));
    }
}
