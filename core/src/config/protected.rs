//! What is not read on behalf of a project, whatever link leads there: keys, what commands in the sandbox may not read
//! either, and the system's views of processes and devices, this process among them.

use std::path::PathBuf;

use super::Config;
use crate::base::paths::AbsolutePath;

/// Files of the home directory that hold keys.
const KEY_FILES: [&str; 3] = ["auth.json", "auth.json.new", ".credentials.json"];

const SYSTEM_VIEWS: [&str; 3] = ["/proc", "/sys", "/dev"];

/// The protected files and folders that exist, free of links. Blocking.
pub fn paths(config: &Config) -> Vec<PathBuf> {
    let keys = KEY_FILES.iter().map(|name| config.codex_home.join(name));
    keys.chain(config.sandbox_unreadable_paths.iter().cloned())
        .map(AbsolutePath::into_path_buf)
        .chain(SYSTEM_VIEWS.map(PathBuf::from))
        .filter_map(|path| path.canonicalize().ok())
        .collect()
}
