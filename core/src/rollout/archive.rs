//! Putting conversations away, taking them back, and deleting them: all their files, wherever they lie.
//!
//! Archived files lie side by side in one folder under the names that they had; a name tells where it belongs.
//! The newest file of a conversation is moved in that order which leaves it findable whenever this is cut off.
//! Whoever calls this sees to it that nobody writes to the files. All functions block.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use codex_protocol::ids::ConversationId;

use super::error::Error;
use super::location::{self, FileName};
use super::sections::{self, Move, SectionError};
use super::{attachments, head, names, read_states, repositories, segments};
use crate::base::time::now_ms;

/// Returns where it is now; nothing if there is no such conversation, or it is archived already.
pub fn archive(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let folder = home.join(location::ARCHIVED);
    let mut moved = None;
    for (_, path) in segments::all(home, id)? {
        let Some(name) = path.file_name() else { continue };
        let to = folder.join(name);
        rename(&path, &to)?;
        moved = Some(to);
    }
    Ok(moved)
}

/// Returns where it is now; nothing if it is not archived. It counts as changed at this moment.
pub fn unarchive(home: &Path, id: ConversationId) -> Result<Option<PathBuf>, Error> {
    let mut newest = None;
    for (name, path) in segments::all_archived(home, id)?.into_iter().rev() {
        let Some(file_name) = path.file_name() else { continue };
        let to = location::folder_of(&home.join(location::SESSIONS), name.local.date()).join(file_name);
        rename(&path, &to)?;
        if newest.is_none() {
            touch(&to)?;
            newest = Some(to);
        }
    }
    Ok(newest)
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
        let out = Move { id, section: None, before: None, now: now.div_euclid(1000) };
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

/// Moves a file, never over another one.
fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|source| Error::io("create", folder, source))?;
    }
    if to.exists() {
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(Error::io("replace", to, source));
    }
    fs::rename(from, to).map_err(|source| Error::io("move", from, source))
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
    fn nothing_is_moved_over_another_file() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let path = location::path_of(home.path(), id, id.created_ms().unwrap());
        store(&path, &meta(id));
        let there = home.path().join("archived_sessions").join(path.file_name().unwrap());
        store(&there, &meta(id));
        let error = archive(home.path(), id).unwrap_err();
        assert!(error.to_string().starts_with("cannot replace"), "{error}");
        assert!(path.exists());
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
