//! Going on from an earlier point of the same conversation, in a new file that refers to the part that still counts.
//!
//! Nothing is deleted: the old file stays as it is, and forks that begin with it stay whole. The new file appears
//! under its name only when its first line is on the disk. The conversation is as old as before, and counts as changed when
//! it was before. All functions block.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryBase, RolloutItem, SessionMeta};

use super::error::Error;
use super::shorten::Beginning;
use super::{archive, line, location, log};
use crate::base::files;
use crate::base::time::now_ms;

/// Puts a new file in the place of this one. It begins with what is before the base, or with nothing.
pub fn begin(
    home: &Path,
    old: &Path,
    meta: SessionMeta,
    base: Option<HistoryBase>,
) -> Result<PathBuf, Error> {
    let now = now_ms();
    let path = location::path_of_segment(home, meta.id, ConversationId::new(), now);
    let beginning = Beginning::of(home, base)?;
    let meta = SessionMeta { history_base: beginning.base(), forked_from_ordinal_exclusive: None, ..meta };
    let changed = old.metadata().and_then(|old| old.modified());
    let changed = changed.map_err(|source| Error::io("read", old, source))?;
    let folders = log::make_folder_of(&path)?;
    let first = beginning.base().map_or(0, |base| base.end_ordinal_exclusive);
    let mut bytes = Vec::new();
    line::push_head(&mut bytes, now, Some(first));
    line::push_body(&mut bytes, &RolloutItem::SessionMeta(Box::new(meta)))?;
    let written = files::replace(&path, |file| {
        file.write_all(&bytes)?;
        beginning.copy(file, first + 1).map_err(io::Error::other)?;
        file.flush()?;
        file.get_ref().set_modified(changed)?;
        // The folder of the new file is looked for by the time of the last change of the old one.
        archive::touch(old).map_err(io::Error::other)
    });
    written.map_err(|source| Error::io("create", &path, source))?;
    log::sync_folders(&folders);
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::cut::{self, Cut, Until};
    use super::super::reader;
    use super::*;

    #[test]
    fn the_new_file_is_the_conversation_without_what_was_taken_back() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let old = location::path_of(home.path(), id, id.created_ms().unwrap());
        fs::create_dir_all(old.parent().unwrap()).unwrap();
        let meta = SessionMeta::new(id, String::new(), "/w".into(), "0.169.0");
        let mut text = format!(
            "{{\"ordinal\":0,\"type\":\"session_meta\",\"payload\":{}}}\n",
            serde_json::to_string(&meta).unwrap()
        );
        for (ordinal, turn) in [(1, "a"), (2, "b"), (3, "c")] {
            text += &format!(
                "{{\"ordinal\":{ordinal},\"type\":\"event_msg\",\"payload\":{{\"type\":\"task_started\",\"turn_id\":\"{turn}\"}}}}\n"
            );
        }
        fs::write(&old, &text).unwrap();
        let count = |path: &Path| reader::load(path).unwrap().items.len();
        let take_back = |path: &Path, turn: &str| {
            let base = match cut::find(home.path(), path, &Until::Before(turn.into())).unwrap() {
                Cut::At(_, base) => Some(base),
                Cut::Nothing => None,
                other => panic!("{other:?}"),
            };
            begin(home.path(), path, meta.clone(), base).unwrap()
        };
        let first = take_back(&old, "c");
        assert_eq!((count(&first), reader::load(&first).unwrap().next_ordinal), (2, Some(4)));
        assert_eq!(location::find(home.path(), id).unwrap(), Some(first.clone()));
        let second = take_back(&first, "b");
        assert_eq!(count(&second), 1);
        let third = take_back(&second, "a");
        assert_eq!((count(&third), reader::load(&third).unwrap().next_ordinal), (0, Some(1)));
        assert_eq!(location::find(home.path(), id).unwrap(), Some(third));
        assert_eq!(fs::read_to_string(&old).unwrap(), text);
    }

    #[test]
    fn a_failure_leaves_the_old_file_in_its_place() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let meta = SessionMeta::new(id, String::new(), "/w".into(), "0.169.0");
        let old = location::path_of(home.path(), id, id.created_ms().unwrap());
        assert!(begin(home.path(), &old, meta, None).is_err());
        assert_eq!(location::find(home.path(), id).unwrap(), None);
        assert!(!old.parent().unwrap().exists());
    }
}
