//! Homes with conversations of all kinds, for tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use codex_protocol::ids::ConversationId;
use tokio_util::sync::CancellationToken;

use super::super::location;
use super::super::stamp;
use super::build::Builder;
use super::store::Store;
use super::*;

pub const NOON: i64 = 1_795_380_717_481;
pub const HOUR: i64 = 3600 * 1000;

/// A stored conversation.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub at_ms: i64,
    pub number: u64,
    /// More fields of its first line.
    pub meta: String,
    pub cwd: &'static str,
    pub said: Option<String>,
}

impl Stored {
    pub fn id(&self) -> ConversationId {
        id(self.at_ms, self.number)
    }

    pub fn path(&self, home: &Path) -> PathBuf {
        location::path_of(home, self.id(), self.at_ms)
    }

    pub fn text(&self) -> String {
        let Self { at_ms, meta, cwd, .. } = self;
        let (id, stamp) = (self.id(), stamp::timestamp(*at_ms));
        let mut text = format!(
            r#"{{"timestamp":"{stamp}","ordinal":0,"type":"session_meta","payload":{{"id":"{id}","timestamp":"{stamp}","cwd":"{cwd}","history_mode":"paginated"{meta}}}}}"#
        );
        text += "\n{\"type\":\"turn_context\",\"payload\":{\"model\":\"m\"}}\n";
        if let Some(said) = &self.said {
            text += &message(said);
        }
        text
    }

    pub fn store(&self, home: &Path) -> PathBuf {
        let path = self.path(home);
        write(&path, &self.text());
        path
    }
}

pub fn id(at_ms: i64, number: u64) -> ConversationId {
    format!("{:08x}-{:04x}-7000-8000-{number:012x}", at_ms >> 16, at_ms & 0xffff).parse().unwrap()
}

pub fn message(said: &str) -> String {
    format!(
        "{{\"type\":\"event_msg\",\"payload\":{{\"type\":\"user_message\",\"message\":{}}}}}\n",
        serde_json::to_string(said).unwrap()
    )
}

pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

pub fn append(path: &Path, text: &str) {
    use std::io::Write;
    File::options().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

pub fn touch(path: &Path, at_ms: i64) {
    let time = UNIX_EPOCH + Duration::from_millis(at_ms.try_into().unwrap());
    File::open(path).unwrap().set_modified(time).unwrap();
}

/// Lets all folders look as if nothing had happened in them lately.
pub fn age(home: &Path) {
    for folder in [location::SESSIONS, location::ARCHIVED] {
        age_folder(&home.join(folder));
    }
}

fn age_folder(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir()) {
        age_folder(&entry.path());
    }
    touch(folder, NOON);
}

pub fn index(home: &Path) -> Arc<ThreadIndex> {
    Arc::new(ThreadIndex::new(home.to_path_buf(), TaskGroup::new(), CancellationToken::new()))
}

/// All that is done in the background.
pub fn build(home: &Path) -> Store {
    let index = index(home);
    let mut builder = Builder::default();
    while !builder.names(&index).unwrap().is_whole() {}
    while !builder.heads(&index).unwrap() {}
    builder.tidy(&index).unwrap();
    Store::open(home).unwrap()
}

pub fn by_index(store: &mut Store, home: &Path, query: &ListQuery) -> Result<Page, Failed> {
    let reach = sync::sync(store, home, WHILE_WAITING, Times::of(query))?;
    page(store, home, (query, &Said::read(home)?, reach), &mut |_| Ok(true))
}
