//! Looks for words in what users and models have said.
//!
//! The files are the truth and are what is read: a line is decoded only if the words can be in it. What a fork has
//! from its source is found in the source alone. All functions block.

use std::collections::HashMap;
use std::path::Path;

use codex_protocol::event::EventMsg;
use codex_protocol::turn_item::TurnItem;
use serde_json::value::RawValue;

use super::error::Error;
use super::legacy;
use super::line::{self, Envelope};
use super::lines::Lines;
use super::list::{Page, Wanted};
use super::snippet::{Snippet, Words};

/// A page of conversations in which the words are.
#[derive(Debug, Default)]
pub struct Found {
    pub page: Page,
    /// For each of them, where they stand first.
    pub snippets: Vec<Snippet>,
}

/// `None`: there is nothing to look for. The list may be begun more than once.
pub(super) fn search(term: &str, list: List<'_>) -> Result<Option<Found>, Error> {
    let Some(words) = Words::of(term) else { return Ok(None) };
    let mut snippets = HashMap::new();
    let page = list(&mut |path| {
        let found = first(path, &words).map_err(|source| Error::io("read", path, source))?;
        let is_there = found.is_some();
        snippets.extend(found.map(|found| (path.to_path_buf(), found)));
        Ok(is_there)
    })?;
    let snippets = page.threads.iter().filter_map(|thread| snippets.remove(&thread.path)).collect();
    Ok(Some(Found { page, snippets }))
}

/// A page of those that are wanted.
pub(super) type List<'a> = &'a mut dyn FnMut(Wanted<'_>) -> Result<Page, Error>;

fn first(path: &Path, words: &Words) -> std::io::Result<Option<Snippet>> {
    let mut lines = Lines::open(path)?;
    while let Some(line) = lines.next()? {
        if !words.may_be_in(line.bytes) {
            continue;
        }
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(line::trimmed(line.bytes)) else {
            continue;
        };
        if envelope.kind != line::EVENT_MSG {
            continue;
        }
        if let Some(found) = said(envelope.payload).and_then(|text| words.find(&text)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// What a user or a model has said, if that is what the event holds.
fn said(payload: &RawValue) -> Option<String> {
    let event = match serde_json::from_str(payload.get()).ok()? {
        EventMsg::UserMessage(event) => return Some(event.message),
        EventMsg::AgentMessage(event) => return Some(event.message),
        event => event,
    };
    let EventMsg::ItemCompleted(completed) = event else { return None };
    let item = match completed.item {
        TurnItem::AgentMessage(item) => return Some(item.text()),
        item => item,
    };
    let TurnItem::UserMessage(item) = item else { return None };
    let texts: Vec<&str> = item.content.iter().filter_map(legacy::text).collect();
    Some(texts.join(" "))
}
