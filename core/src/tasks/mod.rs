//! What a turn does. A task is given a port to its session and ends when its work is done; how the
//! turn ends is the session's to say.

pub mod assemble;
pub mod plan_items;
pub mod plan_text;
pub mod regular;
pub mod sampling;
pub mod user_shell;

use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::turn::port::SessionTaskContext;

pub trait SessionTask: Send + 'static {
    /// Works until there is nothing left to do. A failure is reported as a fact; `Err` means only that
    /// the turn was cancelled.
    fn run(self: Box<Self>, context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>>;
}
