//! The end of a running command: ask, wait, force.
//!
//! Asking goes to the helper, which asks the command and everything below it, and uses force itself after a
//! moment. Force from here is for a helper that does not answer; the kernel then ends what it guarded.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::sandbox::launch::Running;

/// How long the helper may take, its own patience included.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far the end of a command has gone.
#[derive(Debug, Default)]
pub struct End {
    asked: Option<Instant>,
    forced: bool,
}

impl End {
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    pub async fn ask(&mut self, running: &mut Running) {
        running.ask_to_end().await;
        self.asked = Some(Instant::now());
    }

    /// Resolves when the helper was asked and has had its time.
    pub async fn patience_is_over(&self) {
        match self.asked {
            Some(asked) if !self.forced => sleep_until(asked + PATIENCE).await,
            _ => std::future::pending().await,
        }
    }

    pub fn force(&mut self, running: &mut Running) {
        self.forced = true;
        running.force();
    }
}
