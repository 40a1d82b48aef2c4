//! Where in the files of a conversation a turn begins or ends, for one that goes on from there.
//!
//! A file with ordinals can be referred to up to any line, so nothing is copied. All functions block.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use codex_protocol::rollout::{HistoryBase, HistoryMode, SessionMeta};
use serde::Deserialize;

use super::error::Error;
use super::line::{self, Envelope};
use super::lines::Lines;
use super::location::{self, FileName};

/// How much of a conversation is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    End,
    /// With this turn, and nothing that came later.
    After(String),
    /// Without this turn and what came later.
    Before(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The wanted lines are those of this file before the ordinal, and what it begins with itself.
    At(PathBuf, HistoryBase),
    /// The same lines, of a file that nothing can refer to, because it does not lie where files are looked for.
    Elsewhere(PathBuf, HistoryBase),
    /// Nothing is wanted.
    Nothing,
    /// There is no such turn.
    NoSuchTurn,
    /// Lines of this file have no ordinals, so that nothing can refer to them.
    NoOrdinals,
}

/// Looks for the place in the file of a conversation and in those that it refers to. A file of which nothing is wanted
/// is passed over, so that nothing refers to it.
pub fn find(home: &Path, path: &Path, until: &Until) -> Result<Cut, Error> {
    let (mut path, mut before, mut until) = (path.to_path_buf(), u64::MAX, until.clone());
    let mut seen = HashSet::new();
    loop {
        let read = read(&path, before, &until)?;
        if read.meta.history_mode == HistoryMode::Legacy {
            return Ok(Cut::NoOrdinals);
        }
        let thread_id = FileName::of(&path).map_or(read.meta.id, |name| name.file_id());
        seen.insert(thread_id);
        let base = read.meta.base();
        let earlier = match base {
            Some((file, end)) if !seen.contains(&file) => {
                location::find_file(home, file)?.map(|path| (path, end))
            }
            Some(_) | None => None,
        };
        match read.place {
            Some(Place { is_first: true, .. }) if earlier.is_some() => until = Until::End,
            Some(Place { ordinal: Some(_), is_first: true, .. }) if base.is_none() => {
                return Ok(Cut::Nothing);
            }
            Some(Place { ordinal: Some(ordinal), offset, .. }) => {
                let base =
                    HistoryBase { thread_id, end_ordinal_exclusive: ordinal, end_byte_offset: Some(offset) };
                let is_found = location::find_file(home, thread_id)?.as_ref() == Some(&path);
                return Ok(if is_found { Cut::At(path, base) } else { Cut::Elsewhere(path, base) });
            }
            Some(Place { ordinal: None, .. }) => return Ok(Cut::NoOrdinals),
            None => {}
        }
        let Some((file, end)) = earlier else {
            if let Some((file, _)) = base {
                tracing::warn!(file = %file, from = %path.display(), "an earlier file of the thread is gone");
            }
            return Ok(Cut::NoSuchTurn);
        };
        (path, before) = (file, before.min(end));
    }
}

struct Read {
    meta: SessionMeta,
    place: Option<Place>,
}

struct Place {
    ordinal: Option<u64>,
    offset: u64,
    /// No line but the first comes before it.
    is_first: bool,
}

fn read(path: &Path, before: u64, until: &Until) -> Result<Read, Error> {
    let fail = |source| Error::io("read", path, source);
    let mut lines = Lines::open(path).map_err(fail)?;
    let mut meta: Option<SessionMeta> = None;
    let (mut end, mut last) = (0, None);
    let mut is_first = true;
    // The turn after which it is to be cut has begun, and nothing says that it has ended.
    let mut is_in_turn = false;
    while let Some(line) = lines.next().map_err(fail)? {
        let bytes = line::trimmed(line.bytes);
        let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(bytes) else {
            if line.ended {
                end = line.offset + line.bytes.len() as u64;
            }
            continue;
        };
        let Some(meta) = &meta else {
            meta = (envelope.kind == line::SESSION_META)
                .then(|| serde_json::from_str(envelope.payload.get()).ok())
                .flatten();
            if meta.is_none() {
                return Err(Error::NoMeta(path.to_path_buf()));
            }
            (end, last) = (line.offset + line.bytes.len() as u64, envelope.ordinal);
            continue;
        };
        if envelope.ordinal.is_some_and(|ordinal| ordinal >= before) {
            break;
        }
        let turn = Turn::of(&envelope);
        let cut_here = match (until, &turn) {
            (Until::Before(wanted), Some(Turn { id, begins: true })) => id == wanted,
            (Until::After(_), Some(Turn { begins: true, .. })) => is_in_turn,
            (Until::End | Until::Before(_) | Until::After(_), _) => false,
        };
        if cut_here {
            let place = Place { ordinal: envelope.ordinal, offset: line.offset, is_first };
            return Ok(Read { meta: meta.clone(), place: Some(place) });
        }
        is_first = false;
        end = line.offset + line.bytes.len() as u64;
        last = envelope.ordinal.max(last);
        if let (Until::After(wanted), Some(Turn { id, begins })) = (until, &turn)
            && id == wanted
        {
            if !begins {
                let place = Place { ordinal: last.map(|last| last + 1), offset: end, is_first };
                return Ok(Read { meta: meta.clone(), place: Some(place) });
            }
            is_in_turn = true;
        }
    }
    let meta = meta.ok_or_else(|| Error::NoMeta(path.to_path_buf()))?;
    let at_end = *until == Until::End || is_in_turn;
    let place = at_end.then(|| Place { ordinal: last.map(|last| last + 1), offset: end, is_first });
    Ok(Read { meta, place })
}

/// The beginning or the end of a turn.
struct Turn<'a> {
    id: Cow<'a, str>,
    begins: bool,
}

impl<'a> Turn<'a> {
    fn of(envelope: &Envelope<'a>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(borrow, default)]
            turn_id: Option<Cow<'a, str>>,
        }
        if envelope.kind != line::EVENT_MSG {
            return None;
        }
        let begins = match serde_json::from_str::<line::Tag<'_>>(envelope.payload.get()).ok()?.tag {
            "task_started" | "turn_started" => true,
            "task_complete" | "turn_complete" | "turn_aborted" => false,
            _ => return None,
        };
        let event: Event<'a> = serde_json::from_str(envelope.payload.get()).ok()?;
        Some(Self { id: event.turn_id?, begins })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use codex_protocol::ids::ConversationId;

    use super::*;

    fn event(tag: &str, turn: &str) -> String {
        format!(r#""type":"event_msg","payload":{{"type":"{tag}","turn_id":"{turn}"}}"#)
    }

    fn turn(id: &str) -> Vec<String> {
        let said = format!(r#""type":"response_item","payload":{{"type":"said in {id}"}}"#);
        vec![event("task_started", id), said, event("task_complete", id)]
    }

    /// Stores a conversation whose lines are numbered from where its base ends.
    fn store(home: &Path, path: &Path, base: Option<HistoryBase>, bodies: &[String]) {
        let id = FileName::of(path).unwrap().id;
        let meta =
            SessionMeta { history_base: base, ..SessionMeta::new(id, String::new(), "/w".into(), "0.169.0") };
        let meta = format!(r#""type":"session_meta","payload":{}"#, serde_json::to_string(&meta).unwrap());
        let first = base.map_or(0, |base| base.end_ordinal_exclusive);
        let lines = (first..).zip([&[meta], bodies].concat());
        let text: String =
            lines.map(|(ordinal, body)| format!("{{\"ordinal\":{ordinal},{body}}}\n")).collect();
        assert!(path.starts_with(home));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn new_path(home: &Path) -> PathBuf {
        let id = ConversationId::new();
        location::path_of(home, id, id.created_ms().unwrap())
    }

    /// Where it is cut: the last line before, and its number.
    fn shown(home: &Path, path: &Path, until: Until) -> String {
        match find(home, path, &until).unwrap() {
            Cut::At(path, base) => {
                assert_eq!(base.thread_id, FileName::of(&path).unwrap().file_id());
                let text = fs::read_to_string(&path).unwrap();
                let before = &text[..base.end_byte_offset.unwrap() as usize];
                let last = before.lines().last().unwrap();
                let number = base.end_ordinal_exclusive - 1;
                assert!(last.contains(&format!("\"ordinal\":{number},")), "{number}: {last}");
                let at = last.find("\"turn_id\"").map_or("?", |at| &last[at + 11..at + 12]);
                format!("{number} {at}")
            }
            other => format!("{other:?}"),
        }
    }

    fn after(turn: &str) -> Until {
        Until::After(turn.into())
    }

    fn before(turn: &str) -> Until {
        Until::Before(turn.into())
    }

    #[test]
    fn a_turn_is_found_by_its_ends() {
        let home = tempfile::tempdir().unwrap();
        let path = new_path(home.path());
        store(home.path(), &path, None, &[turn("a"), turn("b"), vec![event("task_started", "c")]].concat());
        let at = |until| shown(home.path(), &path, until);
        assert_eq!([at(after("a")), at(before("b")), at(after("b"))], ["3 a", "3 a", "6 b"]);
        assert_eq!([at(after("c")), at(Until::End)], ["7 c", "7 c"]);
        assert_eq!(
            [at(before("a")), at(before("x")), at(after("x"))],
            ["Nothing", "NoSuchTurn", "NoSuchTurn"]
        );
        let mut torn = fs::read_to_string(&path).unwrap();
        torn += "{\"ordinal\":8,\"type\":\"eve";
        fs::write(&path, torn).unwrap();
        assert_eq!(at(Until::End), "7 c");
    }

    #[test]
    fn a_turn_that_was_cut_off_ends_where_the_next_one_begins() {
        let home = tempfile::tempdir().unwrap();
        let path = new_path(home.path());
        store(home.path(), &path, None, &[vec![event("task_started", "a")], turn("b")].concat());
        assert_eq!(shown(home.path(), &path, after("a")), "1 a");
    }

    #[test]
    fn turns_before_a_fork_are_found_in_its_source() {
        let home = tempfile::tempdir().unwrap();
        let (source, fork, second) = (new_path(home.path()), new_path(home.path()), new_path(home.path()));
        store(home.path(), &source, None, &[turn("a"), turn("b"), turn("c")].concat());
        let Cut::At(path, base) = find(home.path(), &source, &after("b")).unwrap() else { panic!() };
        assert_eq!(path, source);
        store(home.path(), &fork, Some(base), &turn("d"));
        let Cut::At(path, base) = find(home.path(), &fork, &Until::End).unwrap() else { panic!() };
        assert_eq!((path, base.end_ordinal_exclusive), (fork.clone(), 11));
        store(home.path(), &second, Some(base), &[]);
        let at = |until| shown(home.path(), &second, until);
        assert_eq!([at(after("a")), at(before("b")), at(before("d"))], ["3 a", "3 a", "6 b"]);
        assert_eq!([at(after("d")), at(before("a")), at(after("c"))], ["10 d", "Nothing", "NoSuchTurn"]);
    }

    #[test]
    fn a_file_that_lies_elsewhere_cannot_be_referred_to() {
        let home = tempfile::tempdir().unwrap();
        let path = new_path(home.path());
        store(home.path(), &path, None, &turn("a"));
        let elsewhere = home.path().join(path.file_name().unwrap());
        fs::copy(&path, &elsewhere).unwrap();
        for _ in 0..2 {
            let cut = find(home.path(), &elsewhere, &Until::End).unwrap();
            let Cut::Elsewhere(file, base) = cut else { panic!("{cut:?}") };
            assert_eq!((&file, base.end_ordinal_exclusive), (&elsewhere, 4));
            // Neither while there is another file of that name, nor when there is none.
            fs::remove_file(&path).unwrap_or_default();
        }
    }

    #[test]
    fn lines_without_ordinals_cannot_be_referred_to() {
        let home = tempfile::tempdir().unwrap();
        let path = new_path(home.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let id = FileName::of(&path).unwrap().id;
        let meta =
            format!(r#"{{"type":"session_meta","payload":{{"id":"{id}","timestamp":"","cwd":"/w"}}}}"#);
        fs::write(&path, meta + "\n").unwrap();
        assert_eq!(find(home.path(), &path, &Until::End).unwrap(), Cut::NoOrdinals);
    }
}
