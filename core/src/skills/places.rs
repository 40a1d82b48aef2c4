//! Where skills are looked for: in the user's folders, the machine's, and those of the project.
//!
//! The user's come first, because a folder that is also one of the project's is the user's all the same. A project is
//! somebody else's: what is found in it must lie in it.

use std::path::{Path, PathBuf};

use super::Scope;
use crate::base::paths::AbsolutePath;
use crate::config::{Config, project_root};

/// The administrator's.
const ADMIN: &str = "/etc/codex/skills";

/// A folder with skills in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub folder: PathBuf,
    pub scope: Scope,
    /// What no link may lead out of.
    pub within: Option<PathBuf>,
}

/// The folders beside those of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    pub user_home: Option<PathBuf>,
    /// What clients have named.
    pub extra: Vec<AbsolutePath>,
}

impl Around {
    /// All places for a working directory, whether they exist or not.
    pub fn places(&self, config: &Config, cwd: &AbsolutePath) -> Vec<Place> {
        let open = |folder: PathBuf, scope| Place { folder, scope, within: None };
        let own = config.codex_home.join("skills").into_path_buf();
        let system = own.join(".system");
        let mut places = vec![open(own, Scope::User)];
        let home = self.user_home.as_deref().filter(|home| home.is_absolute());
        places.extend(home.map(|home| open(home.join(".agents/skills"), Scope::User)));
        places.extend(self.extra.iter().map(|folder| open(folder.clone().into_path_buf(), Scope::User)));
        places.push(open(system, Scope::System));
        places.push(open(PathBuf::from(ADMIN), Scope::Admin));
        places.extend(of_project(config, cwd));
        places
    }
}

/// `.agents/skills` of every folder from the working directory up to the project's root, and `.codex/skills` of the
/// working directory.
fn of_project(config: &Config, cwd: &AbsolutePath) -> Vec<Place> {
    let root = project_root::find(cwd, &config.project_root_markers);
    let root = root.unwrap_or_else(|| cwd.as_path().to_path_buf());
    let inside = |folder: PathBuf| Place { folder, scope: Scope::Repo, within: Some(root.clone()) };
    let folders = cwd.ancestors().take_while(|folder| folder.starts_with(&root));
    let mut places: Vec<Place> = folders.map(|folder: &Path| inside(folder.join(".agents/skills"))).collect();
    places.push(inside(cwd.join(".codex/skills").into_path_buf()));
    places
}
