//! How a session comes to be: new, or with the history of a stored conversation.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::notice::SessionConfiguredEvent;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::context::environment::EnvironmentContext;
use crate::context::instructions::{developer_instructions, user_instructions};
use crate::rollout::recorder::RolloutRecorder;
use crate::session::Session;
use crate::session::compaction::SizeAfter;
use crate::session::goals::GoalWork;
use crate::session::outbox::Outbox;
use crate::session::request::{MAILBOX, Request, TurnInput};
use crate::session::settings::SessionSettings;
use crate::session::state::SessionState;
use crate::turn::grants::Grants;
use crate::turn::port::LateMsg;
use crate::turn::services::SessionServices;

/// How many events may wait for whoever listens.
pub const EVENTS: usize = 64;

/// Everything that a session is made of.
pub struct Parts {
    pub id: ConversationId,
    pub services: Arc<SessionServices>,
    pub settings: SessionSettings,
    pub recorder: RolloutRecorder,
    pub history: Vec<RolloutItem>,
    pub opening: Opening,
    pub late: mpsc::Receiver<Box<LateMsg>>,
    pub token: CancellationToken,
    /// Dropped when the session has ended, however it did.
    pub guard: Box<dyn Send>,
}

/// The two ends that are handed out.
pub struct Ends {
    pub mailbox: mpsc::Sender<Request>,
    pub events: mpsc::Receiver<Box<Event>>,
}

/// What a history begins with.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub developer: Option<String>,
    /// The list of skills.
    pub skills: Option<ResponseItem>,
    pub user: Option<String>,
    pub shell: Option<String>,
}

impl Opening {
    /// A message brings along which skills there are now.
    pub fn learn(&mut self, input: &TurnInput) {
        if let TurnInput::Message(message) = input
            && let Some(list) = &message.skills.list
        {
            self.skills.clone_from(list);
        }
    }

    pub fn items(&self, environment: EnvironmentContext) -> Vec<ResponseItem> {
        let mut items = Vec::new();
        items.extend(self.developer.as_deref().map(developer_instructions));
        items.extend(self.skills.clone());
        let cwd = environment.cwd.display().to_string();
        items.extend(self.user.as_deref().map(|text| user_instructions(&cwd, text)));
        items.push(EnvironmentContext { shell: self.shell.clone(), ..environment }.message());
        items
    }
}

/// Starts the owner task. Its first event says what was configured.
pub fn spawn(parts: Parts, configured: SessionConfiguredEvent) -> Ends {
    let (mailbox_sender, mailbox) = mpsc::channel(MAILBOX);
    let (events, events_receiver) = mpsc::channel(EVENTS);
    let written = parts.recorder.written();
    let mut outbox = Outbox::new(events, written);
    outbox.push(Event { id: TurnId::from(""), msg: EventMsg::SessionConfigured(configured) }, Ok(None));
    let group = parts.services.group.clone();
    let state = SessionState::of(&parts.history).of_thread(parts.id);
    let session = Box::new(Session {
        id: parts.id,
        services: parts.services,
        settings: SessionSettings { mode: state.mode(), ..parts.settings },
        state,
        recorder: parts.recorder,
        outbox,
        mailbox,
        late: parts.late,
        token: parts.token,
        active: None,
        held: None,
        next: VecDeque::new(),
        settings_unsaved: false,
        approved: HashSet::new(),
        granted: Grants::default(),
        warned_models: HashSet::new(),
        opening: parts.opening,
        size: SizeAfter::default(),
        goal_work: GoalWork::default(),
        closing: None,
        last_commands: None,
    });
    let guard = parts.guard;
    group.spawn(async move {
        session.run().await;
        drop(guard);
    });
    Ends { mailbox: mailbox_sender, events: events_receiver }
}
