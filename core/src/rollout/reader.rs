//! Loads a stored conversation.
//!
//! Reading is tolerant and never silent: blank lines do not matter, lines that cannot be read are
//! left out and reported with their number and reason, but for what is whole in them; lines that stand there
//! twice count once, lines of kinds that are not known are counted by kind, and a last line that a crash cut off
//! is reported as such. Both the form of 0.169
//! and that of 2025 are read. A fork that only refers to its source is loaded with the lines of the
//! source before it. Loading changes nothing; all functions but [`read`] block.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;

use codex_protocol::rollout::{HistoryMode, RolloutItem, SessionMeta};

use super::decode::{Content, Decoded, Unread, decode};
use super::error::Error;
use super::legacy::Untwin;
use super::lines::Lines;
use super::location::{self, FileName};
use super::mend::Broken;
use super::recorder::Found;
use super::twice::Twice;
use super::{head, line, salvage};

/// A conversation as stored.
#[derive(Debug)]
pub struct Loaded {
    pub meta: SessionMeta,
    /// Everything after the meta line, in order.
    pub items: Vec<Stored>,
    /// What the next line is numbered; absent if the lines of this file have no numbers.
    pub next_ordinal: Option<u64>,
    pub problems: Problems,
    /// How many lines of which unknown kind were passed over.
    pub unknown: BTreeMap<String, usize>,
    /// Lines that were there already.
    pub repeated: usize,
    /// The last line was cut off. It is moved aside when the next one is written.
    pub torn: Option<Torn>,
    /// What else is broken in the file; it is moved aside then, too.
    pub broken: Vec<Broken>,
}

impl Loaded {
    /// What the one who continues the file must know of it.
    pub fn found(&self) -> Found {
        Found { next_ordinal: self.next_ordinal, broken: self.broken.clone() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Unix milliseconds; 0 if the line does not tell.
    pub at_ms: i64,
    pub item: RolloutItem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    pub offset: u64,
    pub bytes: u64,
}

/// Lines that could not be read: all are counted, the first ones described.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    pub count: usize,
    pub first: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1; 0 if it is about the file as a whole.
    pub line: u64,
    pub what: String,
}

const DESCRIBED: usize = 20;

impl Problems {
    pub(super) fn add(&mut self, line: u64, what: impl fmt::Display) {
        self.count += 1;
        if self.first.len() < DESCRIBED {
            self.first.push(Problem { line, what: what.to_string() });
        }
    }
}

pub fn load(path: &Path) -> Result<Loaded, Error> {
    load_part(path, None)
}

/// Only what stands before the line with this ordinal.
pub fn load_before(path: &Path, ordinal: u64) -> Result<Loaded, Error> {
    load_part(path, Some(ordinal))
}

fn load_part(path: &Path, before: Option<u64>) -> Result<Loaded, Error> {
    let mut reading = Reading::default();
    let meta = reading.file(path, before)?;
    reading.sources(path, &meta);
    let Reading { items, problems, unknown, repeated, torn, broken, last_ordinal, lines, .. } = reading;
    let next_ordinal = match meta.history_mode {
        HistoryMode::Legacy => None,
        HistoryMode::Paginated => Some(last_ordinal.map_or(lines, |last| last.saturating_add(1))),
    };
    Ok(Loaded { meta, items, next_ordinal, problems, unknown, repeated, torn, broken })
}

/// What the first line says, with the instructions, which can be long.
pub fn whole_meta(path: &Path) -> Result<SessionMeta, Error> {
    match head::whole_meta(path).map_err(|source| Error::io("read", path, source))? {
        Some(meta) => Ok(meta),
        // It may still be one; then the reason is told.
        None => load(path).map(|loaded| loaded.meta),
    }
}

/// The same without the instructions.
pub fn meta(path: &Path) -> Result<SessionMeta, Error> {
    match head::meta(path).map_err(|source| Error::io("read", path, source))? {
        Some(meta) => Ok(meta),
        // It may still be one; then the reason is told.
        None => load(path).map(|loaded| loaded.meta),
    }
}

#[derive(Default)]
struct Reading {
    items: Vec<Stored>,
    problems: Problems,
    unknown: BTreeMap<String, usize>,
    repeated: usize,
    torn: Option<Torn>,
    broken: Vec<Broken>,
    last_ordinal: Option<u64>,
    lines: u64,
    twice: Twice,
    untwin: Option<Untwin>,
}

/// What is read of a file besides its items.
#[derive(Default)]
struct Course {
    meta: Option<SessionMeta>,
    before: Option<u64>,
    is_over: bool,
}

impl Reading {
    /// Reads a whole file, or its lines before an ordinal.
    fn file(&mut self, path: &Path, before: Option<u64>) -> Result<SessionMeta, Error> {
        let fail = |source| Error::io("read", path, source);
        let mut lines = Lines::open(path).map_err(fail)?;
        let mut course = Course { before, ..Course::default() };
        while let Some(line) = lines.next().map_err(fail)? {
            let bytes = line::trimmed(line.bytes);
            if bytes.is_empty() {
                continue;
            }
            self.lines = line.number;
            match decode(bytes) {
                Ok(decoded) => self.take(bytes, decoded, &mut course),
                Err(what @ Unread::Foreign(_)) => self.problems.add(line.number, what),
                Err(what @ Unread::NoLine(_)) => {
                    let parts = salvage::parts(line.bytes);
                    if !line.ended && parts.whole.is_empty() {
                        self.torn = Some(Torn { offset: line.offset, bytes: line.bytes.len() as u64 });
                        break;
                    }
                    self.problems.add(line.number, what);
                    if before.is_none() && !line.is_cut() {
                        self.broken.extend(parts.broken.into_iter().map(|part| Broken {
                            offset: line.offset + part.start as u64,
                            bytes: part.len() as u64,
                        }));
                    }
                    for part in parts.whole.into_iter().filter_map(|part| line.bytes.get(part)) {
                        if let Ok(decoded) = decode(part) {
                            self.take(part, decoded, &mut course);
                        }
                    }
                }
            }
            if course.is_over {
                break;
            }
        }
        match course.meta {
            Some(meta) => Ok(meta),
            None if self.lines == 0 && self.torn.is_none() => Err(Error::Empty(path.to_path_buf())),
            None => Err(Error::NoMeta(path.to_path_buf())),
        }
    }

    fn take(&mut self, bytes: &[u8], (ordinal, at_ms, content): Decoded, course: &mut Course) {
        if ordinal.is_some() && course.before.is_some_and(|before| ordinal >= Some(before)) {
            course.is_over = true;
            return;
        }
        if self.twice.is_repeated(ordinal, bytes) {
            self.repeated += 1;
            return;
        }
        self.last_ordinal = self.last_ordinal.max(ordinal);
        match content {
            Content::Meta(first) if course.meta.is_none() => {
                self.untwin = (first.history_mode == HistoryMode::Legacy).then(Untwin::default);
                course.meta = Some(*first);
            }
            // A fork of 2025 holds a copy of its source with the source's own first line.
            Content::Meta(_) => {}
            Content::Passed(kind) => *self.unknown.entry(kind).or_default() += 1,
            Content::Item(item) if self.repeats(&item) => {}
            Content::Item(item) => self.items.push(Stored { at_ms, item }),
        }
    }

    fn repeats(&mut self, item: &RolloutItem) -> bool {
        match (item, &mut self.untwin) {
            (RolloutItem::EventMsg(event), Some(untwin)) => untwin.repeats(event),
            _ => false,
        }
    }

    /// Puts in front what a fork has from its source.
    fn sources(&mut self, path: &Path, fork: &SessionMeta) {
        let mut seen = HashSet::from([FileName::of(path).map_or(fork.id, |name| name.file_id())]);
        let mut next = fork.base();
        while let Some((source, before)) = next {
            let found = location::home_of(path).map(|home| location::find_file(home, source));
            let mut earlier = Reading::default();
            next = None;
            let result = match found {
                _ if !seen.insert(source) => Err("refers to itself".to_owned()),
                Some(Ok(Some(path))) => earlier.file(&path, Some(before)).map_err(|error| error.to_string()),
                Some(Err(error)) => Err(error.to_string()),
                Some(Ok(None)) | None => Err("is gone".to_owned()),
            };
            match result {
                Ok(meta) => next = meta.base(),
                Err(what) => self
                    .problems
                    .add(0, format!("the conversation {source}, which this one continues, {what}")),
            }
            earlier.items.append(&mut self.items);
            self.items = earlier.items;
            for Problem { line, what } in earlier.problems.first {
                self.problems.add(0, format!("line {line} of {source}: {what}"));
            }
            for (kind, count) in earlier.unknown {
                *self.unknown.entry(kind).or_default() += count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use codex_protocol::event::EventMsg;
    use expect_test::{Expect, expect};

    use super::*;

    const META: &str = r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":0,"type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80978f","timestamp":"2026-11-22T20:51:57.439Z","cwd":"/w","originator":"o","cli_version":"0.169.0","source":"vscode","model_provider":"mock","history_mode":"paginated"}}"#;
    const META_2025: &str = r#"{"timestamp":"2025-10-22T20:51:57.569Z","type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80978f","timestamp":"2025-10-22T20:51:57.569Z","cwd":"/w","originator":"codex_cli_rs","cli_version":"0.53.0","instructions":null,"source":"cli","model_provider":"openai"}}"#;

    fn said(ordinal: u64, text: &str) -> String {
        format!(
            r#"{{"timestamp":"2026-11-22T20:51:58.000Z","ordinal":{ordinal},"type":"response_item","payload":{{"type":"message","role":"user","content":[{{"type":"input_text","text":"{text}"}}]}}}}"#
        )
    }

    fn event(payload: &str) -> String {
        format!(r#"{{"timestamp":"2026-11-22T20:51:58.000Z","type":"event_msg","payload":{payload}}}"#)
    }

    fn loaded(bytes: &[u8]) -> Result<Loaded, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        std::fs::write(&path, bytes).unwrap();
        load(&path)
    }

    fn shown(loaded: &Loaded) -> String {
        let mut out = String::new();
        for Stored { item, .. } in &loaded.items {
            out += &match item {
                RolloutItem::ResponseItem(item) => format!("{}\n", serde_json::to_string(item).unwrap()),
                RolloutItem::EventMsg(event) => format!("{}\n", serde_json::to_string(event).unwrap()),
                other => format!("{other:?}\n"),
            };
        }
        for Problem { line, what } in &loaded.problems.first {
            out += &format!("line {line}: {what}\n");
        }
        out +=
            &format!("unknown {:?}, torn {:?}, next {:?}", loaded.unknown, loaded.torn, loaded.next_ordinal);
        out
    }

    fn check(lines: &[&str], expected: Expect) {
        expected.assert_eq(&shown(&loaded(lines.join("\n").as_bytes()).unwrap()));
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_reported() {
        let bytes = [
            b"\xef\xbb\xbf".as_slice(),
            META.as_bytes(),
            b"\r\n\r\n   \ngarbage\n\0\0\0\0\n\xff\xfe\n{\"a\":1}\n",
            said(1, "\u{2028}").as_bytes(),
            b"\r\n",
            said(2, "two").replace("message", "hologram").as_bytes(),
            b"\n",
            said(3, "three").replace("role", "roll").as_bytes(),
            b"\n",
            said(4, "four").replace("response_item", "world_state").as_bytes(),
            b"\n",
            event(r#"{"type":"thread_settings_applied"}"#).as_bytes(),
            b"\n",
            event(r#"{"type":"item_completed","thread_id":"01a20507-a775-7583-bb12-157c0e80978f","turn_id":"t","item":{"type":"Hologram","id":"i"}}"#).as_bytes(),
            b"\n",
        ]
        .concat();
        expect![[r#"
            {"type":"message","role":"user","content":[{"type":"input_text","text":" "}]}
            line 4: it is not a line of a conversation: expected value at line 1 column 1
            line 5: it is not a line of a conversation: expected value at line 1 column 1
            line 6: it is not UTF-8
            line 7: it is not a line of a conversation: missing field `type` at line 1 column 7
            line 10: its payload is not a response_item: missing field `role`
            unknown {"event_msg thread_settings_applied": 1, "item Hologram": 1, "response_item hologram": 1, "world_state": 1}, torn None, next Some(5)"#]].assert_eq(&shown(&loaded(&bytes).unwrap()));
    }

    #[test]
    fn a_file_of_2025_is_read_and_has_no_ordinals() {
        check(
            &[META_2025, &event(r#"{"type":"user_message","message":"hi","kind":"plain"}"#)],
            expect![[r#"
            {"type":"user_message","message":"hi","images":null}
            unknown {}, torn None, next None"#]],
        );
    }

    #[test]
    fn a_last_line_cut_at_any_byte_is_torn_and_nothing_else_is_lost() {
        let last = said(2, "äöü");
        let head = format!("{META}\n{}\n", said(1, "one"));
        for cut in 1..last.len() {
            let bytes = [head.as_bytes(), &last.as_bytes()[..cut]].concat();
            let loaded = loaded(&bytes).unwrap();
            assert_eq!(loaded.items.len(), 1, "cut at {cut}");
            assert_eq!(loaded.torn, Some(Torn { offset: head.len() as u64, bytes: cut as u64 }));
            assert_eq!((loaded.problems.count, loaded.next_ordinal), (0, Some(2)));
        }
        let whole = loaded(format!("{head}{last}").as_bytes()).unwrap();
        assert_eq!((whole.items.len(), whole.torn, whole.next_ordinal), (2, None, Some(3)));
    }

    #[test]
    fn a_tail_of_zeros_or_noise_is_torn() {
        for tail in [b"\0\0\0\0\0".as_slice(), b"\xc3", b"{", b"\x7fELF"] {
            let loaded = loaded(&[META.as_bytes(), b"\n", tail].concat()).unwrap();
            assert_eq!(loaded.torn.unwrap().bytes, tail.len() as u64);
        }
    }

    #[test]
    fn without_a_meta_line_there_is_no_conversation() {
        assert!(matches!(loaded(b""), Err(Error::Empty(_))));
        assert!(matches!(loaded(b"\n\n"), Err(Error::Empty(_))));
        assert!(matches!(loaded(said(0, "x").as_bytes()), Err(Error::NoMeta(_))));
        assert!(matches!(loaded(&META.as_bytes()[..50]), Err(Error::NoMeta(_))));
        assert!(matches!(load(Path::new("/nonexistent/r.jsonl")), Err(Error::Io { .. })));
    }

    #[test]
    fn the_second_form_of_an_item_is_left_out() {
        let item = r#"{"type":"item_completed","thread_id":"01a20507-a775-7583-bb12-157c0e80978f","turn_id":"t","item":{"type":"AgentMessage","id":"i","content":[{"type":"Text","text":"hi"}]}}"#;
        let twin = r#"{"type":"agent_message","message":"hi"}"#;
        let lines = [META_2025, &event(twin), &event(item), &event(twin)].join("\n");
        let loaded = loaded(lines.as_bytes()).unwrap();
        let kinds: Vec<_> = loaded.items.iter().map(|stored| &stored.item).collect();
        assert!(
            matches!(
                kinds[..],
                [
                    RolloutItem::EventMsg(EventMsg::AgentMessage(_)),
                    RolloutItem::EventMsg(EventMsg::ItemCompleted(_))
                ]
            ),
            "{kinds:?}"
        );
    }

    #[test]
    fn ordinals_go_on_behind_the_highest() {
        let lines = [META, &said(7, "a"), &said(3, "b"), &said(3, "c")].join("\n");
        assert_eq!(loaded(lines.as_bytes()).unwrap().next_ordinal, Some(8));
        let lines =
            [&META.replace("\"ordinal\":0,", ""), &event(r#"{"type":"agent_message","message":"x"}"#)[..]];
        assert_eq!(loaded(lines.join("\n").as_bytes()).unwrap().next_ordinal, Some(2));
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let call = event(&format!(r#"{{"type":"token_count","info":{deep}}}"#));
        let loaded = loaded(format!("{META}\n{call}\n").as_bytes()).unwrap();
        assert_eq!((loaded.items.len(), loaded.problems.count), (0, 1));
    }

    #[test]
    fn many_problems_are_counted_and_few_described() {
        let loaded = loaded(format!("{META}\n{}", "x\n".repeat(1000)).as_bytes()).unwrap();
        assert_eq!((loaded.problems.count, loaded.problems.first.len()), (1000, DESCRIBED));
    }

    fn stored_fork(home: &Path, id: &str, from: Option<(&str, u64)>, lines: &[String]) -> PathBuf {
        let mut meta = META.replace("01a20507-a775-7583-bb12-157c0e80978f", id);
        if let Some((source, before)) = from {
            let keys = format!(
                r#""forked_from_id":"{source}","forked_from_ordinal_exclusive":{before},"history_mode""#
            );
            meta = meta.replace("\"history_mode\"", &keys);
        }
        let folder = home.join("sessions/2026/11/22");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("rollout-2026-11-22T20-51-57-{id}.jsonl"));
        std::fs::write(&path, [&[meta], lines].concat().join("\n") + "\n").unwrap();
        path
    }

    #[test]
    fn a_fork_begins_with_the_lines_of_its_source() {
        const A: &str = "01a20507-a775-7583-bb12-157c0e80970a";
        const B: &str = "01a20507-a775-7583-bb12-157c0e80970b";
        const C: &str = "01a20507-a775-7583-bb12-157c0e80970c";
        let home = tempfile::tempdir().unwrap();
        stored_fork(home.path(), A, None, &[said(1, "a1"), said(2, "a2"), said(3, "a3")]);
        stored_fork(home.path(), B, Some((A, 3)), &[said(4, "b4"), said(5, "b5")]);
        let path = stored_fork(home.path(), C, Some((B, 5)), &[said(6, "c6")]);
        let loaded = load(&path).unwrap();
        let shown = shown(&loaded);
        for (text, there) in
            [("a1", true), ("a2", true), ("a3", false), ("b4", true), ("b5", false), ("c6", true)]
        {
            assert_eq!(shown.contains(text), there, "{text}");
        }
        assert_eq!((loaded.next_ordinal, loaded.problems.count), (Some(7), 0));
        assert_eq!(loaded.meta.id.to_string(), C);
    }

    #[test]
    fn a_fork_without_its_source_loads_and_says_so() {
        const A: &str = "01a20507-a775-7583-bb12-157c0e80970a";
        const B: &str = "01a20507-a775-7583-bb12-157c0e80970b";
        let home = tempfile::tempdir().unwrap();
        let path = stored_fork(home.path(), B, Some((A, 3)), &[said(4, "b4")]);
        let missing = load(&path).unwrap();
        assert_eq!((missing.items.len(), missing.problems.count), (1, 1));
        stored_fork(home.path(), A, Some((B, 9)), &[said(1, "a1")]);
        let circular = load(&path).unwrap();
        assert_eq!((circular.items.len(), circular.problems.count), (2, 1));
    }
}
