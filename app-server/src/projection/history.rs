//! A stored conversation ▶ its turns with their items, as a client that was there saw them.
//!
//! Files of 0.169 hold the start and the end of turns and every completed item; files of 2025 hold only messages, so
//! that their turns begin with each message of the user and get names by their number. A turn that has begun and not
//! ended was cut off: it counts as interrupted, unless it still runs.

use codex_app_server_protocol::v2::item::ThreadItem;
use codex_app_server_protocol::v2::turn::{Turn, TurnItemsView, TurnStatus};
use codex_protocol::event::EventMsg;
use codex_protocol::events::item::ItemCompletedEvent;
use codex_protocol::events::message::UserMessageEvent;
use codex_protocol::events::review::ExitedReviewModeEvent;
use codex_protocol::events::turn::TurnStartedEvent;
use codex_protocol::ids::{ItemId, TurnId};
use codex_protocol::input::UserInput;
use codex_protocol::review::ReviewRequest;
use codex_protocol::rollout::RolloutItem;
use codex_protocol::turn_item::{
    AgentMessageItem, ContextCompactionItem, EnteredReviewModeItem, ExitedReviewModeItem, ReasoningItem,
    TurnItem, UserMessageItem,
};

use super::turn::{TurnEnd, turn};
use super::{Progress, Told};
use crate::convert::to_wire::item::{Times, item};

/// The turns of a conversation that is not loaded, oldest first.
pub(crate) fn turns(items: impl IntoIterator<Item = RolloutItem>) -> Vec<Turn> {
    fold(items).finish(None).into_iter().map(|placed| placed.turn).collect()
}

/// The turns of a loaded conversation as its clients have been told of them so far.
///
/// The file may be ahead of what was told: what is missing from `told` reaches the client as notifications and is left
/// out here, so that nothing comes twice.
pub(crate) fn turns_so_far(mut stored: History, told: Told) -> Vec<Turn> {
    stored.interrupt();
    let position = |id: &str| stored.turns.iter().position(|stored| stored.turn.id == id);
    let running = told.running.map(|running| (position(&running.turn.id), running));
    let ended = told.last_turn.and_then(|last| position(last.as_str())).map_or(0, |at| at + 1);
    let mut later = stored.turns.split_off(ended);
    let mut turns: Vec<Turn> = stored.turns.into_iter().map(|stored| stored.turn).collect();
    if let Some((at, running)) = running {
        let index = at.and_then(|at| at.checked_sub(ended)).filter(|&at| at < later.len());
        turns.push(running_turn(index.map(|index| later.swap_remove(index)), running));
    }
    turns
}

/// A turn with its completed items from the file, and those that are open.
fn running_turn(stored: Option<StoredTurn>, progress: Progress) -> Turn {
    let stored = stored.map(|stored| stored.turn.items.into_iter().zip(stored.ids));
    let completed = stored.into_iter().flatten().filter(|(_, id)| progress.completed.contains(id));
    let items = completed.map(|(item, _)| item).chain(progress.open).collect();
    Turn { items, items_view: TurnItemsView::Full, ..progress.turn }
}

/// A copy of what turns are made of; `None` for what only the model sees, which may be long.
pub(crate) fn relevant(item: &RolloutItem) -> Option<RolloutItem> {
    match item {
        RolloutItem::EventMsg(_) | RolloutItem::Compacted(_) => Some(item.clone()),
        RolloutItem::SessionMeta(_) | RolloutItem::ResponseItem(_) | RolloutItem::TurnContext(_) => None,
    }
}

pub(super) fn fold(items: impl IntoIterator<Item = RolloutItem>) -> History {
    let mut history = History::default();
    for item in items {
        history.add(0, item);
    }
    history
}

/// Which items of turns are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    #[default]
    All,
    /// What was said.
    Messages,
    None,
}

/// A turn, and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct PlacedTurn {
    pub(crate) place: u64,
    pub(crate) turn: Turn,
}

/// The turns read so far. The last one is the current one while `open`.
#[derive(Default)]
pub(crate) struct History {
    turns: Vec<StoredTurn>,
    open: bool,
    /// The turn of a reviewer, whose items are those of the last turn.
    part: Option<TurnId>,
    wanted: Wanted,
    /// Where the item stands that is being added.
    place: u64,
}

struct StoredTurn {
    place: u64,
    turn: Turn,
    /// Of the items, in their order.
    ids: Vec<ItemId>,
    /// How many items have names by their number.
    made: usize,
    form: Form,
}

/// What a file says of a turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Messages, and no start.
    Messages,
    /// Its start; messages only repeat what the items say, if there are items.
    Started,
    Items,
}

impl History {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Adds what stands next in the file, and where.
    pub(crate) fn add(&mut self, place: u64, item: RolloutItem) {
        self.place = place;
        match item {
            RolloutItem::EventMsg(event) => self.add_event(event),
            RolloutItem::Compacted(_) => {
                self.add_message(|id| TurnItem::ContextCompaction(ContextCompactionItem { id }))
            }
            // What the model saw is not what the user saw.
            RolloutItem::SessionMeta(_) | RolloutItem::ResponseItem(_) | RolloutItem::TurnContext(_) => {}
        }
    }

    fn add_event(&mut self, event: EventMsg) {
        match event {
            EventMsg::TurnStarted(event) => self.turn_started(event),
            EventMsg::TurnComplete(event) => self.end(event.turn_id.clone(), TurnEnd::complete(event)),
            EventMsg::TurnAborted(event) => self.end(event.turn_id.clone(), TurnEnd::aborted(&event)),
            EventMsg::ItemCompleted(event) => self.item_completed(event),
            EventMsg::UserMessage(event) => self.user_message(event),
            EventMsg::AgentMessage(event) => {
                self.add_message(|id| TurnItem::AgentMessage(AgentMessageItem::new(id, event.message, None)))
            }
            EventMsg::AgentReasoning(event) => self.reasoning(|item| item.summary_text.push(event.text)),
            EventMsg::AgentReasoningRawContent(event) => {
                self.reasoning(|item| item.raw_content.push(event.text));
            }
            EventMsg::EnteredReviewMode(ReviewRequest { user_facing_hint, target, .. }) => {
                self.add_message(|id| {
                    TurnItem::EnteredReviewMode(EnteredReviewModeItem { id, target, user_facing_hint })
                });
            }
            EventMsg::ExitedReviewMode(ExitedReviewModeEvent { review_output }) => {
                self.add_message(|id| TurnItem::ExitedReviewMode(ExitedReviewModeItem { id, review_output }))
            }
            // News of a moment, or settings: nothing that a turn shows afterwards. Its end says why a turn failed.
            EventMsg::SessionConfigured(_)
            | EventMsg::Error(_)
            | EventMsg::TurnDiff(_)
            | EventMsg::PlanUpdate(_)
            | EventMsg::ItemStarted(_)
            | EventMsg::AgentMessageContentDelta(_)
            | EventMsg::PlanDelta(_)
            | EventMsg::ReasoningContentDelta(_)
            | EventMsg::ReasoningRawContentDelta(_)
            | EventMsg::AgentReasoningSectionBreak(_)
            | EventMsg::ExecOutputDelta(_)
            | EventMsg::TerminalInteraction(_)
            | EventMsg::ExecApprovalRequest(_)
            | EventMsg::ApplyPatchApprovalRequest(_)
            | EventMsg::ElicitationRequest(_)
            | EventMsg::RequestUserInput(_)
            | EventMsg::RequestPermissions(_)
            | EventMsg::DynamicToolCallRequest(_)
            | EventMsg::TokenCount(_)
            | EventMsg::ThreadGoalUpdated(_)
            | EventMsg::ThreadGoalCleared(_)
            | EventMsg::StreamError(_)
            | EventMsg::Warning(_)
            | EventMsg::BackgroundEvent(_)
            | EventMsg::DeprecationNotice(_)
            | EventMsg::ThreadNameUpdated(_)
            | EventMsg::McpStartupUpdate(_)
            | EventMsg::McpStartupComplete(_)
            | EventMsg::McpToolCallProgress(_)
            | EventMsg::UndoStarted(_)
            | EventMsg::UndoCompleted(_)
            | EventMsg::ShutdownComplete => {}
        }
    }

    fn current(&mut self) -> Option<&mut StoredTurn> {
        self.turns.last_mut().filter(|_| self.open)
    }

    /// A name that is the same whenever the file is read.
    fn next_id(&self) -> TurnId {
        TurnId::from(format!("turn-{}", self.turns.len() + 1))
    }

    fn turn_started(&mut self, event: TurnStartedEvent) {
        let TurnStartedEvent { turn_id, root_turn_id, started_at, .. } = event;
        let id = turn_id.unwrap_or_else(|| self.next_id());
        if let Some(current) = self.current() {
            let is_of = |turn: &TurnId| turn.as_str() == current.turn.id;
            // Of a review, the turn itself, or that of a reviewer which is a conversation of its own.
            let (is_same, is_part) = (is_of(&id), root_turn_id.as_ref().is_some_and(is_of));
            if is_same || is_part {
                current.turn.started_at = started_at;
                self.part = (!is_same).then_some(id);
                return;
            }
        }
        self.interrupt();
        let end = TurnEnd { started_at, ..TurnEnd::new(TurnStatus::InProgress) };
        self.begin(turn(&id, end), Form::Started);
    }

    fn begin(&mut self, turn: Turn, form: Form) {
        let turn = Turn { items_view: TurnItemsView::Full, ..turn };
        self.part = None;
        self.turns.push(StoredTurn { place: self.place, turn, ids: Vec::new(), made: 0, form });
        self.open = true;
    }

    fn end(&mut self, id: Option<TurnId>, end: TurnEnd) {
        let is_failure = end.error.is_some();
        let is_it = |stored: &StoredTurn| id.as_ref().is_none_or(|id| id.as_str() == stored.turn.id);
        let Some(current) = self.current().filter(|current| is_it(current)) else {
            // One that could not be stored when it ended has a second end that says so.
            let ended = self.turns.iter_mut().rev().find(|stored| id.is_some() && is_it(stored));
            if let Some(ended) = ended.filter(|_| is_failure) {
                ended.turn.status = end.status;
                ended.turn.error = end.error;
            }
            return;
        };
        let turn = &mut current.turn;
        turn.status = end.status;
        turn.started_at = end.started_at.or(turn.started_at);
        turn.completed_at = end.completed_at;
        turn.duration_ms = end.duration_ms;
        turn.error = end.error;
        self.open = false;
    }

    /// The current turn goes no further than this.
    fn interrupt(&mut self) {
        if let Some(current) = self.current() {
            current.turn.status = match current.form {
                // These files know no end of a turn.
                Form::Messages => TurnStatus::Completed,
                Form::Started | Form::Items => TurnStatus::Interrupted,
            };
            self.open = false;
        }
    }

    /// Adds an item that was complete only after its turn. Nothing else that comes later belongs to these turns.
    pub(crate) fn add_late(&mut self, item: RolloutItem) {
        if let RolloutItem::EventMsg(EventMsg::ItemCompleted(event)) = item {
            self.item_completed(event);
        }
    }

    fn item_completed(&mut self, event: ItemCompletedEvent) {
        let part = self.part.as_ref() == Some(&event.turn_id);
        let is_known = part || self.turns.iter().rev().any(|stored| stored.turn.id == event.turn_id.as_str());
        if !is_known && matches!(event.item, TurnItem::EnteredReviewMode(_)) {
            // A review is told of before its turn begins.
            self.interrupt();
            self.begin(turn(&event.turn_id, TurnEnd::new(TurnStatus::InProgress)), Form::Items);
        }
        // A process may end long after its turn.
        let mut stored = self.turns.iter_mut().rev();
        let Some(stored) = stored.find(|stored| part || stored.turn.id == event.turn_id.as_str()) else {
            return;
        };
        if stored.form != Form::Items {
            stored.form = Form::Items;
            stored.clear();
        }
        let id = event.item.id().clone();
        let times = Times { started: event.started_at_ms, completed: event.completed_at_ms };
        if self.wanted.includes(&event.item) {
            stored.push(id, item(event.item, times));
        }
    }

    fn user_message(&mut self, event: UserMessageEvent) {
        if self.current().is_none_or(|current| current.form == Form::Messages) {
            self.interrupt();
            let id = self.next_id();
            self.begin(turn(&id, TurnEnd::new(TurnStatus::InProgress)), Form::Messages);
        }
        let text = (!event.message.is_empty()).then(|| UserInput::text(event.message));
        let images = event.images.unwrap_or_default().into_iter();
        let images = images.map(|image_url| UserInput::Image { image_url, detail: None });
        let content = text.into_iter().chain(images).collect();
        self.add_message(|id| TurnItem::UserMessage(UserMessageItem { id, client_id: None, content }));
    }

    /// Adds what an event of 2025 says, unless the items of the turn say it.
    fn add_message(&mut self, make: impl FnOnce(ItemId) -> TurnItem) {
        let wanted = self.wanted;
        if let Some(current) = self.current().filter(|current| current.form != Form::Items) {
            let id = ItemId::from(format!("{}-item-{}", current.turn.id, current.made + 1));
            let made = make(id.clone());
            current.made += 1;
            if wanted.includes(&made) {
                current.push(id, item(made, Times::default()));
            }
        }
    }

    fn reasoning(&mut self, fill: impl FnOnce(&mut ReasoningItem)) {
        self.add_message(|id| {
            let mut item = ReasoningItem { id, summary_text: Vec::new(), raw_content: Vec::new() };
            fill(&mut item);
            TurnItem::Reasoning(item)
        });
    }

    /// The turns, oldest first. One that has begun and not ended runs, or was cut off.
    pub(crate) fn finish(mut self, running: Option<&TurnId>) -> Vec<PlacedTurn> {
        if self.current().is_none_or(|current| running.is_none_or(|id| id.as_str() != current.turn.id)) {
            self.interrupt();
        }
        let turns = self.turns.into_iter();
        turns.map(|StoredTurn { place, turn, .. }| PlacedTurn { place, turn }).collect()
    }
}

impl Wanted {
    fn includes(self, item: &TurnItem) -> bool {
        match self {
            Self::All => true,
            Self::Messages => matches!(item, TurnItem::UserMessage(_) | TurnItem::AgentMessage(_)),
            Self::None => false,
        }
    }
}

impl StoredTurn {
    fn push(&mut self, id: ItemId, item: ThreadItem) {
        self.ids.push(id);
        self.turn.items.push(item);
    }

    fn clear(&mut self) {
        self.ids.clear();
        self.turn.items.clear();
    }
}
