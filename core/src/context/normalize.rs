//! The rule that model servers insist on: every call has an output, and no output lacks its call.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use codex_protocol::ids::CallId;
use codex_protocol::response_item::{CallOutput, ResponseItem};

/// What stands in for the output of a call that was cut off.
pub const ABORTED: &str = "aborted";

/// The items with missing outputs put in right after their calls, and outputs of no call left out.
pub fn normalized(items: &[Arc<ResponseItem>]) -> Vec<Arc<ResponseItem>> {
    let pairs = Pairs::of(items);
    let mut result = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let lost = item.output_of().is_some() && !pairs.answers.contains(&index);
        if lost || matches!(item.as_ref(), ResponseItem::GhostSnapshot { .. }) {
            continue;
        }
        result.push(Arc::clone(item));
        if pairs.unanswered.contains(&index) {
            result.extend(output_for(item, ABORTED).map(Arc::new));
        }
    }
    result
}

/// Calls without an output, oldest first.
pub fn unanswered(items: &[Arc<ResponseItem>]) -> Vec<Arc<ResponseItem>> {
    let open = Pairs::of(items).unanswered;
    items
        .iter()
        .enumerate()
        .filter(|(index, _)| open.contains(index))
        .map(|(_, item)| Arc::clone(item))
        .collect()
}

/// Which outputs belong to a call before them, and which calls have none. An id that a model uses
/// twice names its calls in order.
#[derive(Default)]
struct Pairs {
    answers: HashSet<usize>,
    unanswered: HashSet<usize>,
}

impl Pairs {
    fn of(items: &[Arc<ResponseItem>]) -> Self {
        let mut pairs = Self::default();
        let mut open: HashMap<&CallId, VecDeque<usize>> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(id) = item.call_id() {
                open.entry(id).or_default().push_back(index);
            } else if let Some(id) = item.output_of()
                && open.get_mut(id).and_then(VecDeque::pop_front).is_some()
            {
                pairs.answers.insert(index);
            }
        }
        pairs.unanswered = open.into_values().flatten().collect();
        pairs
    }
}

/// An output of the kind that the call asks for; none if the item is no call.
pub fn output_for(call: &ResponseItem, text: &str) -> Option<ResponseItem> {
    let call_id = call.call_id()?.clone();
    let output = CallOutput::Text(text.to_owned());
    Some(match call {
        ResponseItem::CustomToolCall { .. } => ResponseItem::CustomToolCallOutput { call_id, output },
        _ => ResponseItem::FunctionCallOutput { call_id, output },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str) -> Arc<ResponseItem> {
        Arc::new(ResponseItem::FunctionCall {
            id: None,
            name: "t".into(),
            namespace: None,
            arguments: "{}".into(),
            call_id: id.into(),
        })
    }

    fn output(id: &str) -> Arc<ResponseItem> {
        Arc::new(ResponseItem::FunctionCallOutput {
            call_id: id.into(),
            output: CallOutput::Text("o".into()),
        })
    }

    fn shown(items: &[Arc<ResponseItem>]) -> String {
        let words = items.iter().map(|item| match item.as_ref() {
            ResponseItem::FunctionCall { call_id, .. } => format!("call {call_id}"),
            ResponseItem::FunctionCallOutput { call_id, output } => format!("{} {call_id}", output.text()),
            other => format!("{other:?}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn missing_outputs_follow_their_calls() {
        let items = [call("a"), call("b"), output("b")];
        assert_eq!(shown(&normalized(&items)), "call a, aborted a, call b, o b");
        assert_eq!(shown(&unanswered(&items)), "call a");
    }

    #[test]
    fn outputs_without_or_before_their_call_are_left_out() {
        assert_eq!(shown(&normalized(&[output("x"), call("a"), output("a")])), "call a, o a");
    }

    proptest::proptest! {
        #[test]
        fn any_sequence_becomes_well_formed(ops in proptest::collection::vec((0..4u8, proptest::bool::ANY), 0..30)) {
            let items: Vec<_> = ops.iter().map(|(id, is_call)| {
                let id = id.to_string();
                if *is_call { call(&id) } else { output(&id) }
            }).collect();
            let result = normalized(&items);
            let again = normalized(&result);
            proptest::prop_assert_eq!(shown(&result), shown(&again));
            proptest::prop_assert!(unanswered(&result).is_empty());
        }
    }
}
