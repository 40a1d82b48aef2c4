//! Skills: folders with a `SKILL.md`, whose first lines say when the rest is of use to the model.
//!
//! Reading is bounded in number, size, depth and time, since a project can hold anything. A skill that cannot be read
//! is a problem that is told, and nothing else suffers. Nothing of a skill is executed here; the text is for the model,
//! like that of AGENTS.md. Nothing is remembered but the folders that clients have named: what is found is what stands
//! on the disk. Blocking.

pub mod details;
pub mod manifest;
pub mod places;
pub mod walk;
pub mod yaml;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::base::files;
use crate::base::paths::AbsolutePath;
use crate::config::{Config, protected};
use details::{Interface, Tool};
use places::Around;
use walk::Budget;

/// A file that is longer is no skill.
const LARGEST_FILE: usize = 256 * 1024;
const LARGEST_DETAILS: usize = 32 * 1024;
const MOST_SKILLS: usize = 500;
const MOST_ENTRIES: usize = 20_000;
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// Whose a skill is, in the order in which skills are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Repo,
    User,
    System,
    Admin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    pub name: String,
    /// When to use it, on one line.
    pub description: String,
    pub short_description: Option<String>,
    pub interface: Option<Interface>,
    pub tools: Vec<Tool>,
    /// Its `SKILL.md`, free of links.
    pub path: PathBuf,
    pub scope: Scope,
    /// As the user has chosen.
    pub is_enabled: bool,
    /// Whether the model may choose it without being told to.
    pub is_offered: bool,
}

/// What is wrong with a skill or a folder of skills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: PathBuf,
    pub message: String,
}

/// What was found, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub skills: Vec<Skill>,
    pub problems: Vec<Problem>,
}

/// Looks for skills; the owner of the folders that clients have named. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct SkillFinder {
    user_home: Option<PathBuf>,
    extra: Arc<Mutex<Vec<AbsolutePath>>>,
}

impl SkillFinder {
    pub fn new(user_home: Option<PathBuf>) -> Self {
        Self { user_home, extra: Arc::default() }
    }

    /// Takes the place of all folders that were named before.
    pub fn set_extra(&self, folders: Vec<AbsolutePath>) {
        *self.extra.lock().unwrap_or_else(PoisonError::into_inner) = folders;
    }

    /// The skills for a working directory.
    pub fn find(&self, config: &Config, cwd: &AbsolutePath) -> Found {
        let extra = self.extra.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let around = Around { user_home: self.user_home.clone(), extra };
        let forbidden = protected::paths(config);
        let until = Instant::now() + LONGEST_LOOK;
        let mut budget = Budget { until, entries: MOST_ENTRIES, files: MOST_SKILLS };
        let (mut found, mut seen) = (Found::default(), HashSet::new());
        for place in around.places(config, cwd) {
            let (files, problems) = walk::files(&place, &forbidden, &mut budget);
            found.problems.extend(problems);
            for path in files.into_iter().filter(|path| seen.insert(path.clone())) {
                match read(&path, place.scope, config) {
                    Ok(skill) => found.skills.push(skill),
                    Err(message) => found.problems.push(Problem { path, message }),
                }
            }
        }
        found.skills.sort_by(|a, b| (a.scope, &a.name, &a.path).cmp(&(b.scope, &b.name, &b.path)));
        found.problems.sort_by(|a, b| a.path.cmp(&b.path));
        found.problems.dedup();
        found
    }
}

fn read(path: &Path, scope: Scope, config: &Config) -> Result<Skill, String> {
    let text = text(path).map_err(|error| format!("it cannot be read: {error}"))?;
    let manifest = manifest::parse(&text)?;
    let folder = path.parent().unwrap_or(path);
    let name = match manifest.name {
        Some(name) => name,
        None => {
            let name = yaml::one_line(&folder.file_name().unwrap_or_default().to_string_lossy());
            manifest::check_name(&name)?;
            name
        }
    };
    let details = folder.join("agents/openai.yaml");
    let details = is_itself(&details).and_then(|()| files::read_whole(&details, LARGEST_DETAILS));
    let details = details.map(|bytes| details::parse(&String::from_utf8_lossy(&bytes), folder));
    let details = details.unwrap_or_default();
    Ok(Skill {
        is_enabled: config.skills.is_enabled(&name, path),
        name,
        description: manifest.description,
        short_description: manifest.short_description,
        interface: details.interface,
        tools: details.tools,
        path: path.to_path_buf(),
        scope,
        is_offered: details.is_offered,
    })
}

/// The whole of a `SKILL.md`. Its path has become no link since it was found.
pub fn text(path: &Path) -> io::Result<String> {
    is_itself(path)?;
    let bytes = files::read_whole(path, LARGEST_FILE)?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("byte {place} is not UTF-8"))
    })
}

fn is_itself(path: &Path) -> io::Result<()> {
    match path.canonicalize()? == path {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is a link")),
    }
}

#[cfg(test)]
mod tests;
