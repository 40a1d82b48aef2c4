//! A git folder of our own over the user's objects.
//!
//! Its settings say that bytes are stored as they are: no filter, no line ends, no hook and no program of the repository's
//! choosing has any part in it, because git never reads the repository's settings here. It lies in the server's home,
//! where no confined command writes. Its index remembers which files were seen and when, so that only changed ones
//! are read again; it is never changed in place, because its own time says how far it can be believed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Failure;
use super::place::Place;
use crate::base::environment::Environment;
use crate::base::private_folder::Folder;
use crate::git::command::Git;

const KIND: &str = "snapshots";
/// What no attributes of the working tree change any more.
const ATTRIBUTES: &str = "* -text !eol !crlf !filter !ident !working-tree-encoding\n";
const CONFIG: &str = "\
[core]
\tbare = false
\tfilemode = true
\tsymlinks = true
\tignorecase = false
\tprecomposeunicode = false
\tautocrlf = false
\tsafecrlf = false
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tfsmonitor = false
\tuntrackedCache = false
\tsplitIndex = false
[gc]
\tauto = 0
";

#[derive(Debug)]
pub struct Private {
    pub place: Place,
    folder: Folder,
    environment: Environment,
    newest: Mutex<Newest>,
}

/// The last index that was made, and how many there were.
#[derive(Debug, Default)]
struct Newest {
    index: Option<PathBuf>,
    count: u64,
}

impl Private {
    pub fn create(home: &Path, place: Place, environment: &Environment) -> Result<Self, Failure> {
        let folder = Folder::create(home, KIND).map_err(|error| Failure::file(&home.join(KIND), error))?;
        let format = match place.format.as_str() {
            "sha1" => "\trepositoryformatversion = 0\n".to_owned(),
            other => format!("\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = {other}\n"),
        };
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, text)).map_err(|error| Failure::file(&path, error))
        };
        write("HEAD", "ref: refs/heads/none\n")?;
        let shared = format!("\tsharedRepository = {}\n", place.shared);
        write("config", &format!("{CONFIG}[core]\n{shared}{format}"))?;
        write("info/attributes", ATTRIBUTES)?;
        let refs = folder.path().join("refs");
        fs::create_dir(&refs).map_err(|error| Failure::file(&refs, error))?;
        let environment = environment.clone();
        Ok(Self { place, folder, environment, newest: Mutex::default() })
    }

    /// Git with our settings and the user's objects.
    pub fn git(&self) -> Git {
        Git::new(&self.place.root, &self.environment)
            .with("GIT_DIR", self.folder.path())
            .with("GIT_WORK_TREE", &self.place.root)
            .with("GIT_OBJECT_DIRECTORY", &self.place.objects)
            .with("GIT_CONFIG_NOSYSTEM", "1")
            .with("GIT_CONFIG_GLOBAL", "/dev/null")
            .with("GIT_ATTR_NOSYSTEM", "1")
            .with("GIT_LITERAL_PATHSPECS", "1")
            .with("GIT_NO_REPLACE_OBJECTS", "1")
    }

    /// An index that begins as the newest one.
    pub fn begin_index(&self) -> Result<Index<'_>, Failure> {
        let (from, number) = {
            let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            newest.count += 1;
            (newest.index.clone(), newest.count)
        };
        let path = self.folder.path().join(format!("index-{number}"));
        if let Some(from) = from {
            // Another name of the same file, so that its time stays what it is. Git puts a new one in its place.
            fs::hard_link(&from, &path).map_err(|error| Failure::file(&path, error))?;
        }
        Ok(Index { private: self, path })
    }
}

/// An index at work.
pub struct Index<'a> {
    private: &'a Private,
    path: PathBuf,
}

impl Index<'_> {
    pub fn git(&self) -> Git {
        self.private.git().with("GIT_INDEX_FILE", &self.path)
    }

    /// From now on others begin with what it knows.
    pub fn keep(&self) {
        let number = {
            let mut newest = self.private.newest.lock().unwrap_or_else(PoisonError::into_inner);
            newest.count += 1;
            newest.count
        };
        let kept = self.private.folder.path().join(format!("index-{number}"));
        // It would only have saved time.
        if fs::hard_link(&self.path, &kept).is_ok() {
            let mut newest = self.private.newest.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(older) = newest.index.replace(kept) {
                let _ = fs::remove_file(older);
            }
        }
    }
}

impl Drop for Index<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
