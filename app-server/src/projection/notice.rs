//! Errors, warnings, token counts, goals, names: what is said beside the items.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::error::ErrorNotification;
use codex_app_server_protocol::v2::notice as wire;
use codex_app_server_protocol::v2::rate_limits::AccountRateLimitsUpdatedNotification;
use codex_app_server_protocol::v2::thread::ThreadNameUpdatedNotification;
use codex_app_server_protocol::v2::usage::ThreadTokenUsageUpdatedNotification;
use codex_protocol::events::goal::{ThreadGoalClearedEvent, ThreadGoalUpdatedEvent};
use codex_protocol::events::notice::{
    DeprecationNoticeEvent, ErrorEvent, MessageEvent, StreamErrorEvent, ThreadNameUpdatedEvent,
};
use codex_protocol::events::usage::TokenCountEvent;
use codex_protocol::ids::TurnId;

use super::Projection;
use super::effect::{Effect, Effects};
use super::status::Status;
use crate::convert::to_wire::error;
use crate::convert::to_wire::goal;
use crate::convert::to_wire::usage;

impl Projection {
    pub(super) fn error(&mut self, id: TurnId, event: ErrorEvent, out: &mut Effects) {
        let error = error::turn_error(event);
        // An operation beside the turn may fail without the turn.
        if let Some(turn) = self.turn.as_mut().filter(|turn| turn.id == id) {
            turn.error = Some(error.clone());
            self.set_status(Status::SystemError, out);
        }
        out.push_back(self.failed(&id, error));
    }

    pub(super) fn stream_error(&mut self, id: TurnId, event: StreamErrorEvent, out: &mut Effects) {
        out.push_back(Effect::Notify(ServerNotification::Error(ErrorNotification {
            error: error::stream_error(event),
            will_retry: true,
            thread_id: self.thread_id.clone(),
            turn_id: id.to_string(),
        })));
    }

    pub(super) fn token_count(&mut self, id: TurnId, event: TokenCountEvent, out: &mut Effects) {
        if let Some(info) = &event.info {
            out.push_back(Effect::Notify(ServerNotification::ThreadTokenUsageUpdated(
                ThreadTokenUsageUpdatedNotification {
                    thread_id: self.thread_id.clone(),
                    turn_id: id.to_string(),
                    token_usage: usage::thread_usage(info),
                },
            )));
        }
        out.push_back(Effect::Broadcast(ServerNotification::AccountRateLimitsUpdated(
            AccountRateLimitsUpdatedNotification { rate_limits: usage::rate_limits(event.rate_limits) },
        )));
    }

    pub(crate) fn warning(&mut self, event: MessageEvent, out: &mut Effects) {
        out.push_back(Effect::Notify(ServerNotification::Warning(wire::WarningNotification {
            thread_id: Some(self.thread_id.clone()),
            message: event.message,
        })));
    }
}

pub(super) fn deprecation(event: DeprecationNoticeEvent, out: &mut Effects) {
    let DeprecationNoticeEvent { summary, details } = event;
    out.push_back(Effect::Notify(ServerNotification::DeprecationNotice(
        wire::DeprecationNoticeNotification { summary, details },
    )));
}

pub(super) fn name_updated(event: ThreadNameUpdatedEvent, out: &mut Effects) {
    out.push_back(Effect::Broadcast(ServerNotification::ThreadNameUpdated(ThreadNameUpdatedNotification {
        thread_id: event.thread_id.to_string(),
        thread_name: event.thread_name,
    })));
}

pub(super) fn goal_updated(event: ThreadGoalUpdatedEvent, out: &mut Effects) {
    let ThreadGoalUpdatedEvent { turn_id, goal, .. } = event;
    out.push_back(Effect::Notify(goal::updated(turn_id, goal)));
}

pub(super) fn goal_cleared(event: &ThreadGoalClearedEvent, out: &mut Effects) {
    out.push_back(Effect::Notify(goal::cleared(event.thread_id)));
}
