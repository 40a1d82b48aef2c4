//! What a turn does. A task is given a port to its session and ends when its work is done; how the
//! turn ends is the session's to say.

pub mod asking;
pub mod assemble;
pub mod compact;
pub mod ghost;
pub mod learning;
pub mod ledger;
pub mod plan_items;
pub mod plan_text;
pub mod regular;
pub mod review;
pub mod sampling;
pub mod undo;
pub mod user_shell;

use codex_protocol::error_info::NonSteerableTurn;
use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::turn::port::SessionTaskContext;

/// What sort of work a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    Regular,
    UserShell,
    Compact,
    Undo,
    Review,
}

impl TaskKind {
    /// Why a message of the user cannot join it, if it cannot.
    pub fn not_steerable(self) -> Option<NonSteerableTurn> {
        match self {
            Self::Regular | Self::UserShell | Self::Undo => None,
            Self::Compact => Some(NonSteerableTurn::Compact),
            Self::Review => Some(NonSteerableTurn::Review),
        }
    }

    /// Whether it is the model that does it.
    pub fn asks_model(self) -> bool {
        match self {
            Self::Regular | Self::Compact | Self::Review => true,
            Self::UserShell | Self::Undo => false,
        }
    }
}

pub trait SessionTask: Send + 'static {
    fn kind(&self) -> TaskKind;

    /// Works until there is nothing left to do. A failure is reported as a fact; `Err` means only that
    /// the turn was cancelled.
    fn run(self: Box<Self>, context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>>;
}
