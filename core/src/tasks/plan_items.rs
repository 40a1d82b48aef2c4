//! The plans of a turn as items. The first one is named after the turn, as clients expect; each further one has its
//! number added, so that no plan is lost and no name is used twice.

use codex_protocol::event::EventMsg;
use codex_protocol::events::message::PlanDeltaEvent;
use codex_protocol::ids::{ConversationId, ItemId, TurnId};
use codex_protocol::turn_item::{PlanItem, TurnItem};

use crate::tasks::assemble::{Fact, Times, completed, started};

#[derive(Debug)]
pub struct PlanItems {
    thread_id: ConversationId,
    turn_id: TurnId,
    /// How many there were in the turn.
    begun: usize,
    /// How many of them belong to the message that is open.
    in_message: usize,
    open: Option<OpenPlan>,
}

#[derive(Debug)]
struct OpenPlan {
    item: PlanItem,
    started_at_ms: i64,
}

impl PlanItems {
    /// `begun` plans are there already.
    pub fn new(thread_id: ConversationId, turn_id: TurnId, begun: usize) -> Self {
        Self { thread_id, turn_id, begun, in_message: 0, open: None }
    }

    /// Ends the open plan, if there is one, and begins the next.
    pub fn begin(&mut self, now: i64, facts: &mut Vec<Fact>) {
        facts.extend(self.complete(None, now).map(Fact::Emit));
        self.begun += 1;
        self.in_message += 1;
        let id = match self.begun {
            1 => format!("{}-plan", self.turn_id),
            number => format!("{}-plan-{number}", self.turn_id),
        };
        let item = PlanItem { id: ItemId::from(id), text: String::new() };
        let told = TurnItem::Plan(item.clone());
        facts.push(Fact::Emit(started(self.thread_id, self.turn_id.clone(), told, now)));
        self.open = Some(OpenPlan { item, started_at_ms: now });
    }

    /// More text of the open plan.
    pub fn grow(&mut self, delta: String) -> Option<EventMsg> {
        let open = self.open.as_mut()?;
        open.item.text.push_str(&delta);
        Some(EventMsg::PlanDelta(PlanDeltaEvent { item_id: open.item.id.clone(), delta }))
    }

    /// The message goes no further, and the open plan ends as far as it came.
    pub fn cut_off(&mut self, now: i64) -> Option<EventMsg> {
        self.in_message = 0;
        self.complete(None, now)
    }

    /// Ends the open plan, with this text or with what it says so far.
    fn complete(&mut self, text: Option<String>, now: i64) -> Option<EventMsg> {
        let OpenPlan { mut item, started_at_ms } = self.open.take()?;
        item.text = text.unwrap_or(item.text);
        let times = Times { started_at_ms, now };
        Some(completed(self.thread_id, self.turn_id.clone(), TurnItem::Plan(item), times))
    }

    /// The message is whole and has these plans, of which some may have been told already.
    pub fn complete_all(&mut self, plans: Vec<String>, now: i64, facts: &mut Vec<Fact>) {
        let told = std::mem::take(&mut self.in_message);
        let mut rest = plans.into_iter().skip(told.saturating_sub(1));
        if self.open.is_some() {
            let text = rest.next();
            facts.extend(self.complete(text, now).map(Fact::Emit));
        } else if told > 0 {
            rest.next();
        }
        for plan in rest {
            self.begin(now, facts);
            facts.extend(self.complete(Some(plan), now).map(Fact::Emit));
        }
        self.in_message = 0;
    }
}
