//! A running command that belongs to its call: it ends when the call is dropped, unless the call has
//! handed it over to the conversation.

use std::ops::Deref;
use std::sync::Arc;

use crate::exec::unified::session::ExecSession;

pub struct Owned {
    session: Arc<ExecSession>,
    is_released: bool,
}

impl Owned {
    pub fn new(session: Arc<ExecSession>) -> Self {
        Self { session, is_released: false }
    }

    /// From now on it belongs to the conversation.
    pub fn release(mut self) -> Arc<ExecSession> {
        self.is_released = true;
        Arc::clone(&self.session)
    }
}

impl Deref for Owned {
    type Target = ExecSession;

    fn deref(&self) -> &ExecSession {
        &self.session
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if !self.is_released {
            self.session.end();
        }
    }
}
