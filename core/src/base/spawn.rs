//! The one place that starts tasks.
//!
//! A group knows how many of its tasks still run and can wait for all of them, so that "everything
//! has ended" is a fact and not a hope. It does not cancel: that is what tokens are for. Tasks are boxed: the runtime's
//! code for a task would otherwise be there once for each kind of task.

use std::future::Future;
use std::pin::Pin;

use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Tasks that belong together. Clones are handles to the same group.
#[derive(Clone, Debug, Default)]
pub struct TaskGroup {
    tracker: TaskTracker,
}

impl TaskGroup {
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a future as a task of this group.
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task: Pin<Box<dyn Future<Output = F::Output> + Send>> = Box::pin(future);
        self.tracker.spawn(task)
    }

    /// Runs a function that blocks on a thread of its own kind.
    pub fn spawn_blocking<F, T>(&self, function: F) -> JoinHandle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let task: Box<dyn FnOnce() -> T + Send> = Box::new(function);
        self.tracker.spawn_blocking(task)
    }

    pub fn running(&self) -> usize {
        self.tracker.len()
    }

    /// Waits until no task of the group runs.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
        self.tracker.reopen();
    }
}
