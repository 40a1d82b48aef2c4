//! Commands that may outlive the call that started them.
//!
//! One manager per conversation holds its sessions; each session's process is owned by a task of its own.
//! Nothing survives: a session ends its whole process tree when its last handle is dropped, the manager's
//! included. A session is forgotten when its end was collected.

mod buffer;
pub mod session;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;
use crate::base::spawn::TaskGroup;
use crate::exec::streams::TerminalSize;
use crate::sandbox::launch::Launch;
use session::{EndReason, ExecSession};

/// More commands at once are a mistake or an attack. For one more, the one that has been idle longest is ended.
pub const MOST_RUNNING: usize = 64;
/// How many ended ones wait for somebody to collect their output.
const MOST_ENDED: usize = 16;

/// A command to run as a session.
#[derive(Debug)]
pub struct OpenRequest {
    pub launch: Launch,
    /// Whether the command gets a terminal; without one it has pipes and reads nothing.
    pub tty: bool,
    pub size: TerminalSize,
    /// When to end the command by force.
    pub timeout: Option<Duration>,
}

impl OpenRequest {
    /// With pipes, until its own end.
    pub fn new(launch: Launch) -> Self {
        Self { launch, tty: false, size: TerminalSize::default(), timeout: None }
    }
}

/// The sessions of one conversation. Clones are handles to the same sessions.
#[derive(Clone, Debug)]
pub struct UnifiedExecSessionManager {
    sessions: Arc<Mutex<BTreeMap<i32, Arc<ExecSession>>>>,
    /// One place for each command, taken before it starts and given back when nothing of it is left.
    places: Arc<Semaphore>,
    tasks: TaskGroup,
}

impl Default for UnifiedExecSessionManager {
    fn default() -> Self {
        Self {
            sessions: Arc::default(),
            places: Arc::new(Semaphore::new(MOST_RUNNING)),
            tasks: TaskGroup::default(),
        }
    }
}

impl UnifiedExecSessionManager {
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a command; returns when it runs. If too many run, one that has outlived its call makes way.
    pub async fn open(&self, request: OpenRequest) -> Result<Arc<ExecSession>, Error> {
        self.open_as(next_id(), request).await
    }

    /// The same under the id of a session that has ended, which is forgotten.
    pub async fn open_as(&self, id: i32, request: OpenRequest) -> Result<Arc<ExecSession>, Error> {
        let (place, displaced) = self.place().await?;
        let session = ExecSession::start(id, request, place, &self.tasks).await?;
        let session = Arc::new(session.in_place_of(displaced));
        self.forget_oldest_ended();
        self.map().insert(session.id(), session.clone());
        Ok(session)
    }

    async fn place(&self) -> Result<(OwnedSemaphorePermit, Option<Arc<ExecSession>>), Error> {
        let full = || Error::TooMany { running: MOST_RUNNING };
        loop {
            if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
                return Ok((place, None));
            }
            let background = self.list().into_iter().filter(|session| session.item().is_some());
            let (ending, going_on): (Vec<_>, Vec<_>) = background.partition(|session| session.is_ending());
            match (going_on.into_iter().max_by_key(|session| session.idle_time()), ending.first()) {
                (Some(idlest), _) => {
                    if idlest.end_because(EndReason::MadeWay) {
                        // In line with others of whom each has ended one, so that nobody takes two places.
                        let place = Arc::clone(&self.places).acquire_owned().await;
                        return Ok((place.map_err(|_closed| full())?, Some(idlest)));
                    }
                }
                // It makes way for somebody else, but then something may have changed.
                (None, Some(ending)) => {
                    ending.wait().await;
                }
                (None, None) => return Err(full()),
            }
        }
    }

    /// The session with this id, unless its end was collected already.
    pub fn get(&self, id: i32) -> Option<Arc<ExecSession>> {
        self.forget_collected();
        self.map().get(&id).cloned()
    }

    /// The sessions whose process runs, oldest first.
    pub fn list(&self) -> Vec<Arc<ExecSession>> {
        self.forget_collected();
        let mut running: Vec<_> =
            self.map().values().filter(|session| !session.has_ended()).cloned().collect();
        running.sort_by_key(|session| session.started_at());
        running
    }

    /// Ends those that have outlived their call, without waiting.
    pub fn end_background(&self) {
        for session in self.list() {
            if session.item().is_some() {
                session.end();
            }
        }
    }

    /// Ends all sessions and returns when nothing of them runs any more, and the end of those that have
    /// outlived their call has been reported.
    pub async fn close_all(&self) {
        let sessions = std::mem::take(&mut *self.map());
        for session in sessions.values() {
            session.end();
        }
        for session in sessions.values() {
            session.wait().await;
            session.reported().await;
        }
    }

    fn forget_collected(&self) {
        self.map().retain(|_, session| !session.is_collected());
    }

    /// Nobody may ever ask for the output of a command that has ended.
    fn forget_oldest_ended(&self) {
        let mut map = self.map();
        let mut ended: Vec<_> = map
            .values()
            .filter(|session| session.has_ended())
            .map(|session| (session.started_at(), session.id()))
            .collect();
        ended.sort_unstable();
        for (_, id) in ended.iter().rev().skip(MOST_ENDED) {
            map.remove(id);
        }
    }

    fn map(&self) -> std::sync::MutexGuard<'_, BTreeMap<i32, Arc<ExecSession>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FIRST_ID: u32 = 10_000;
const IDS: u32 = 90_000;

/// Five digits, never the same twice in ninety thousand sessions of this process, in an order that a model
/// cannot foresee.
fn next_id() -> i32 {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    static ORDER: OnceLock<(u32, u32)> = OnceLock::new();
    let (step, offset) = *ORDER.get_or_init(|| {
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        let [high, low] = [high, low].map(|half| u32::try_from(half % u64::from(IDS)).unwrap_or(1));
        (coprime_step(high), low)
    });
    nth_id(COUNTER.fetch_add(1, Ordering::Relaxed), step, offset)
}

fn nth_id(n: u32, step: u32, offset: u32) -> i32 {
    let place = (u64::from(n) * u64::from(step) + u64::from(offset)) % u64::from(IDS);
    i32::try_from(u64::from(FIRST_ID) + place).unwrap_or(i32::MAX)
}

/// The next number without a common divisor with the count of ids, which is made of 2, 3 and 5.
fn coprime_step(from: u32) -> u32 {
    let mut step = from.max(7);
    while [2, 3, 5].into_iter().any(|prime| step.is_multiple_of(prime)) {
        step += 1;
    }
    step
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_have_five_digits_and_do_not_repeat() {
        for from in [0, 1, 30, 89_999] {
            let step = coprime_step(from);
            let ids: HashSet<i32> = (0..IDS).map(|n| nth_id(n, step, from)).collect();
            assert_eq!(ids.len(), IDS as usize, "step {step}");
            assert!(ids.iter().all(|id| (10_000..100_000).contains(id)));
        }
    }
}
