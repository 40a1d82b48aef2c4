//! Ends work on another thread when nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::RpcError;

/// Held by who waits. Dropping it ends the work.
#[derive(Debug, Default)]
pub(super) struct Waiting(Arc<AtomicBool>);

/// Held by who works, and asked often.
#[derive(Clone, Debug)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Waiting {
    pub fn stop(&self) -> Stop {
        Stop(Arc::clone(&self.0))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Stop {
    pub fn check(&self) -> Result<(), RpcError> {
        if self.0.load(Ordering::Relaxed) { Err(RpcError::shutting_down()) } else { Ok(()) }
    }
}
