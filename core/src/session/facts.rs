//! What a session hears besides requests: its running turn, and what earlier calls left running.

use std::future::poll_fn;
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use crate::session::active_turn::ActiveTurn;
use crate::turn::port::{LateMsg, TurnMsg};

/// Something that a turn, or what it left running, has to say.
pub enum Heard {
    Late(LateMsg),
    /// None: the turn is over.
    Turn(Option<TurnMsg>),
}

/// Whose facts there is room for.
#[derive(Clone, Copy)]
pub struct Hears {
    pub late: bool,
    pub turn: bool,
}

/// Hears the running turn and what earlier calls left running in turns, so that neither drowns the
/// other out.
#[derive(Default)]
pub struct Facts {
    late_was_last: bool,
}

impl Facts {
    pub async fn next(
        &mut self,
        late: &mut mpsc::Receiver<Box<LateMsg>>,
        active: &mut Option<ActiveTurn>,
        hears: Hears,
    ) -> Heard {
        let heard = poll_fn(|cx| {
            let mut from_late = |cx: &mut Context<'_>| match hears.late {
                true => late.poll_recv(cx).map(|late| late.map(|late| Heard::Late(*late))),
                false => Poll::Pending,
            };
            let mut from_turn = |cx: &mut Context<'_>| match active.as_mut().filter(|_| hears.turn) {
                Some(active) => active.poll_message(cx).map(Heard::Turn),
                None => Poll::Pending,
            };
            if !self.late_was_last
                && let Poll::Ready(Some(heard)) = from_late(cx)
            {
                return Poll::Ready(heard);
            }
            if let Poll::Ready(heard) = from_turn(cx) {
                return Poll::Ready(heard);
            }
            match from_late(cx) {
                Poll::Ready(Some(heard)) => Poll::Ready(heard),
                // The services hold a sender, so this queue closes only with the session.
                Poll::Ready(None) | Poll::Pending => Poll::Pending,
            }
        })
        .await;
        self.late_was_last = matches!(heard, Heard::Late(_));
        heard
    }
}
