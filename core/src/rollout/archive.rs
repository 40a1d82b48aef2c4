//! Putting conversations away, taking them back, and deleting them: all their files, wherever they lie.
//!
//! Archived files lie side by side in one folder under the names that they had; a name tells where it belongs.
//! The newest file of a conversation is moved in that order which leaves it findable whenever this is cut off; what lies
//! in both folders becomes one, or stays as it is.
//! Whoever calls this sees to it that nobody writes to the files. All functions block.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use codex_protocol::ids::ConversationId;

use super::error::Error;
use super::location::{self, FileName};
use super::sections::{self, SectionError};
use super::twofold::Move;
use super::{attachments, head, names, read_states, repositories, segments};
use crate::base::time::now_ms;

/// Returns where it is now; nothing if there is no such conversation, or it is archived already.
pub fn archive(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let folder = home.join(location::ARCHIVED);
    let named = |(_, from): (FileName, PathBuf)| {
        from.file_name().map(|name| folder.join(name)).map(|to| Move { from, to })
    };
    let moves: Vec<_> = segments::all(home, id)?.into_iter().filter_map(named).collect();
    moves.iter().try_for_each(Move::check)?;
    moves.iter().try_for_each(Move::carry_out)?;
    Ok(moves.into_iter().next_back().map(|last| last.to))
}

/// Returns where it is now; nothing if it is not archived. It counts as changed at this moment.
pub fn unarchive(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let stored = segments::all(home, id)?;
    let place = |name: &FileName, from: &Path| {
        // One that lies there already may lie in any folder.
        let there =
            stored.iter().find(|(other, _)| other.file_id() == name.file_id()).map(|(_, path)| path.clone());
        let folder = location::folder_of(&home.join(location::SESSIONS), name.local.date());
        there.or_else(|| from.file_name().map(|file_name| folder.join(file_name)))
    };
    let named = |(name, from): (FileName, PathBuf)| place(&name, &from).map(|to| Move { from, to });
    let moves: Vec<_> = segments::all_archived(home, id)?.into_iter().rev().filter_map(named).collect();
    moves.iter().try_for_each(Move::check)?;
    for (number, one) in moves.iter().enumerate() {
        one.carry_out()?;
        if number == 0 {
            touch(&one.to)?;
        }
    }
    Ok(moves.into_iter().next().map(|newest| newest.to))
}

/// Deletes it, archived or not. False: there was none.
pub fn delete(home: &Path, id: ConversationId) -> Result<bool, Error> {
    let (stored, archived) = (segments::all(home, id)?, segments::all_archived(home, id)?);
    let is_there = !(stored.is_empty() && archived.is_empty());
    for (_, path) in stored.into_iter().chain(archived).rev() {
        fs::remove_file(&path).map_err(|source| Error::io("delete", &path, source))?;
    }
    Ok(is_there)
}

/// Forgets whatever users and clients have said of a conversation that is gone.
pub fn forget(home: &Path, id: ConversationId) -> Result<(), Error> {
    let now = now_ms();
    if names::read(home)?.contains_key(&id) {
        names::set(home, id, "", now)?;
    }
    if sections::read(home)?.of(&id).is_some() {
        let out = sections::Move { id, section: None, before: None, now: now.div_euclid(1000) };
        // Every other error says that it is in no section any more.
        if let Err(SectionError::Store(error)) = sections::place(home, out) {
            return Err(error);
        }
    }
    for attachment in attachments::list(home, id)? {
        attachments::remove(home, id, &attachment.identity)?;
    }
    read_states::forget(home, id)?;
    repositories::forget(home, id)
}

/// Another conversation that begins with lines of this one, which therefore cannot be deleted.
pub fn referrer(home: &Path, id: ConversationId) -> Result<Option<ConversationId>, Error> {
    let own: Vec<_> = segments::all(home, id)?.into_iter().chain(segments::all_archived(home, id)?).collect();
    let is_own = |file: ConversationId| own.iter().any(|(name, _)| name.file_id() == file);
    let refers = |(name, path): &(FileName, PathBuf)| {
        let meta = (name.id != id).then(|| head::meta(path).ok().flatten()).flatten();
        meta.and_then(|meta| meta.base()).is_some_and(|(file, _)| is_own(file))
    };
    let mut folders = vec![home.join(location::ARCHIVED)];
    for year in location::numbered(&home.join(location::SESSIONS))? {
        for month in location::numbered(&year)? {
            folders.extend(location::numbered(&month)?);
        }
    }
    for folder in folders {
        if let Some((name, _)) = location::named_in(&folder)?.into_iter().find(refers) {
            return Ok(Some(name.id));
        }
    }
    Ok(None)
}

/// Makes a file count as changed now.
pub(super) fn touch(path: &Path) -> Result<(), Error> {
    let file = File::options().append(true).open(path).map_err(|source| Error::io("open", path, source))?;
    file.set_modified(SystemTime::now()).map_err(|source| Error::io("write", path, source))
}

#[cfg(test)]
mod tests {
    use codex_protocol::rollout::{HistoryBase, SessionMeta};

    use super::super::{list, stamp};
    use super::*;

    fn store(path: &Path, meta: &SessionMeta) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let meta = serde_json::to_string(meta).unwrap();
        fs::write(path, format!(r#"{{"type":"session_meta","payload":{meta}}}"#) + "\n").unwrap();
    }

    fn meta(id: ConversationId) -> SessionMeta {
        SessionMeta::new(id, stamp::timestamp(id.created_ms().unwrap()), "/w".into(), "0.169.0")
    }

    #[test]
    fn all_files_of_a_conversation_go_and_come_back() {
        let home = tempfile::tempdir().unwrap();
        let (id, segment) = (ConversationId::new(), ConversationId::new());
        assert_eq!(archive(home.path(), id).unwrap(), None);
        let made = id.created_ms().unwrap();
        let paths = [
            location::path_of(home.path(), id, made),
            location::path_of_segment(home.path(), id, segment, made),
        ];
        paths.iter().for_each(|path| store(path, &meta(id)));
        let archived = archive(home.path(), id).unwrap().unwrap();
        assert_eq!(archived, home.path().join("archived_sessions").join(paths[1].file_name().unwrap()));
        assert_eq!(location::find(home.path(), id).unwrap(), None);
        assert_eq!(location::find_archived(home.path(), id).unwrap(), Some(archived));
        assert_eq!(unarchive(home.path(), id).unwrap(), Some(paths[1].clone()));
        assert!(paths.iter().all(|path| path.exists()));
        assert_eq!(unarchive(home.path(), id).unwrap(), None);
        assert_eq!(list::show(home.path(), &paths[1]).unwrap().preview, "");
        assert!(delete(home.path(), id).unwrap());
        assert!(!delete(home.path(), id).unwrap());
    }

    #[test]
    fn of_a_conversation_in_both_folders_nothing_is_lost() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let path = location::path_of(home.path(), id, id.created_ms().unwrap());
        store(&path, &meta(id));
        let there = home.path().join("archived_sessions").join(path.file_name().unwrap());
        store(&there, &meta(id));
        assert_eq!(archive(home.path(), id).unwrap(), Some(there.clone()));
        assert!(!path.exists());
        // In another folder than that of its day.
        let odd = home.path().join("sessions/2020/01/01").join(path.file_name().unwrap());
        store(&odd, &meta(id));
        assert_eq!(unarchive(home.path(), id).unwrap(), Some(odd.clone()));
        assert!(!there.exists() && !path.exists());
        store(&there, &SessionMeta { cwd: "/other".into(), ..meta(id) });
        for moved in [archive(home.path(), id), unarchive(home.path(), id)] {
            assert!(matches!(moved.unwrap_err(), Error::Twofold { .. }));
        }
        // Not even the files of it that lie in one folder only.
        let segment =
            location::path_of_segment(home.path(), id, ConversationId::new(), id.created_ms().unwrap());
        store(&segment, &meta(id));
        assert!(archive(home.path(), id).is_err());
        assert!(odd.exists() && there.exists() && segment.exists());
    }

    #[test]
    fn who_begins_with_lines_of_another_is_known() {
        let home = tempfile::tempdir().unwrap();
        let (id, segment, fork) = (ConversationId::new(), ConversationId::new(), ConversationId::new());
        let made = id.created_ms().unwrap();
        let based_on = |id, file| SessionMeta {
            history_base: Some(HistoryBase {
                thread_id: file,
                end_ordinal_exclusive: 1,
                end_byte_offset: None,
            }),
            ..meta(id)
        };
        store(&location::path_of(home.path(), id, made), &meta(id));
        store(&location::path_of_segment(home.path(), id, segment, made), &based_on(id, id));
        assert_eq!(referrer(home.path(), id).unwrap(), None);
        store(&location::path_of(home.path(), fork, made), &based_on(fork, segment));
        assert_eq!(referrer(home.path(), id).unwrap(), Some(fork));
        archive(home.path(), fork).unwrap();
        assert_eq!(referrer(home.path(), id).unwrap(), Some(fork));
        assert_eq!(referrer(home.path(), fork).unwrap(), None);
    }
}
