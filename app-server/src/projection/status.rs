//! What a thread is doing. Clients are told only when it changes.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::thread::{
    ThreadActiveFlag, ThreadStatus, ThreadStatusChangedNotification,
};

use super::Projection;
use super::effect::{Effect, Effects, Waiting};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    #[default]
    Idle,
    /// The last turn failed.
    SystemError,
    Active {
        waiting_on_approval: bool,
        waiting_on_user_input: bool,
    },
}

impl Status {
    pub(super) fn told(self) -> ThreadStatus {
        match self {
            Self::Idle => ThreadStatus::Idle,
            Self::SystemError => ThreadStatus::SystemError,
            Self::Active { waiting_on_approval, waiting_on_user_input } => {
                let flags = [
                    waiting_on_approval.then_some(ThreadActiveFlag::WaitingOnApproval),
                    waiting_on_user_input.then_some(ThreadActiveFlag::WaitingOnUserInput),
                ];
                ThreadStatus::Active { active_flags: flags.into_iter().flatten().collect() }
            }
        }
    }
}

impl Projection {
    /// Takes a new status and tells it if it is one.
    pub(super) fn set_status(&mut self, status: Status, out: &mut Effects) {
        if self.status == status {
            return;
        }
        self.status = status;
        out.push_back(Effect::Broadcast(ServerNotification::ThreadStatusChanged(
            ThreadStatusChangedNotification { thread_id: self.thread_id.clone(), status: status.told() },
        )));
    }

    /// The status of a thread whose turn goes on.
    pub(super) fn set_active(&mut self, out: &mut Effects) {
        let waits = |on| self.asks.iter().any(|(_, waiting)| *waiting == on);
        let status = Status::Active {
            waiting_on_approval: waits(Waiting::Approval),
            waiting_on_user_input: waits(Waiting::UserInput),
        };
        self.set_status(status, out);
    }
}
