//! The one place that starts tasks.
//!
//! A group knows how many of its tasks still run and can wait for all of them, so that "everything
//! has ended" is a fact and not a hope. It does not cancel: that is what tokens are for. Tasks are boxed: the runtime's
//! code for a task would otherwise be there once for each kind of task.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Tasks that belong together. Clones are handles to the same group.
#[derive(Clone, Debug, Default)]
pub struct TaskGroup {
    tracker: TaskTracker,
    places: Places,
}

/// How many of the tasks that run were started where.
#[derive(Clone, Debug, Default)]
struct Places(Arc<Mutex<BTreeMap<&'static Location<'static>, usize>>>);

/// One of them; counted until it is dropped.
struct Place {
    at: &'static Location<'static>,
    places: Places,
}

impl Places {
    fn enter(&self, at: &'static Location<'static>) -> Place {
        *self.lock().entry(at).or_default() += 1;
        Place { at, places: self.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static Location<'static>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock();
        if let Some(count) = places.get_mut(self.at) {
            *count -= 1;
            if *count == 0 {
                places.remove(self.at);
            }
        }
    }
}

impl TaskGroup {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a future as a task of this group.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let place = self.places.enter(Location::caller());
        let task: Pin<Box<dyn Future<Output = F::Output> + Send>> = Box::pin(async move {
            let _place = place;
            future.await
        });
        self.tracker.spawn(task)
    }

    /// Runs a function that blocks on a thread of its own kind.
    #[track_caller]
    pub fn spawn_blocking<F, T>(&self, function: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let place = self.places.enter(Location::caller());
        let task: Box<dyn FnOnce() -> T + Send> = Box::new(move || {
            let _place = place;
            function()
        });
        self.tracker.spawn_blocking(task)
    }

    pub fn running(&self) -> usize {
        self.tracker.len()
    }

    /// Where the tasks that run were started, for the log.
    pub fn places(&self) -> String {
        let places = self.places.lock();
        let shown = places.iter().map(|(at, count)| format!("{count} from {}:{}", at.file(), at.line()));
        shown.collect::<Vec<_>>().join(", ")
    }

    /// Waits until no task of the group runs.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
        self.tracker.reopen();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_are_known_by_where_they_were_started_for_as_long_as_they_run() {
        let group = TaskGroup::new();
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        group.spawn(receiver);
        group.spawn(std::future::pending::<()>()).abort();
        group.spawn_blocking(|| ()).await.unwrap();
        while group.running() > 1 {
            tokio::task::yield_now().await;
        }
        let places = group.places();
        assert!(places.starts_with("1 from ") && !places.contains(','), "{places}");
        assert!(places.contains("spawn.rs:"), "{places}");
        drop(sender);
        group.finished().await;
        assert_eq!(group.places(), "");
    }
}
