//! Which project a folder belongs to: the nearest folder above it that holds a marker such as `.git`.
//!
//! A repository can say anything about itself, so a linked working tree belongs to another repository only
//! if that repository says so too. Blocking: looks at the file system.

use std::path::{Path, PathBuf};

use crate::base::files;

/// Longest path that is read from a `.git` file.
const LONGEST_LINK: usize = 16 * 1024;

/// The nearest folder, beginning with this one, that holds one of the markers.
pub fn find(folder: &Path, markers: &[String]) -> Option<PathBuf> {
    let holds_marker = |folder: &&Path| {
        markers.iter().any(|marker| !marker.is_empty() && folder.join(marker).symlink_metadata().is_ok())
    };
    folder.ancestors().find(holds_marker).map(Path::to_path_buf)
}

/// The roots for which the user may have judged this folder: its working tree, and the main working tree
/// of the same repository if the folder is in a linked one. A link that leads out of a working tree leads
/// out of its project.
pub fn trust_roots(folder: &Path) -> Vec<PathBuf> {
    let Some(root) = find(folder, &[".git".to_owned()]) else { return Vec::new() };
    // A folder that does not exist yet is where its nearest parent is.
    let existing = folder.ancestors().find(|folder| folder.symlink_metadata().is_ok()).unwrap_or(folder);
    let inside = match (existing.canonicalize(), root.canonicalize()) {
        (Ok(existing), Ok(root)) => existing.starts_with(root),
        (_, _) => false,
    };
    if !inside {
        return Vec::new();
    }
    let main = main_working_tree(&root);
    std::iter::once(root).chain(main).collect()
}

/// The folder whose settings a folder of a trusted project has: the trusted one itself, or the root of a linked
/// working tree, whose trust is that of the main one.
///
/// Those between this and the folder do not count: commands that work in the project can write there.
pub fn settings_folder(trusted: &Path, folder: &Path) -> Option<PathBuf> {
    match folder.starts_with(trusted) {
        true => Some(trusted.to_path_buf()),
        false => trust_roots(folder).into_iter().next(),
    }
}

/// Follows `<root>/.git` to `<main>/.git/worktrees/<name>`, whose `gitdir` must lead back.
fn main_working_tree(root: &Path) -> Option<PathBuf> {
    let link_file = root.join(".git");
    let administrative = read_path(&link_file, "gitdir:").map(|path| root.join(path))?;
    let administrative = administrative.canonicalize().ok()?;
    let back = read_path(&administrative.join("gitdir"), "").map(|path| administrative.join(path))?;
    if back.canonicalize().ok()? != link_file.canonicalize().ok()? {
        return None;
    }
    let worktrees = administrative.parent()?;
    let git = worktrees.parent()?;
    let named = |path: &Path, name: &str| path.file_name().is_some_and(|found| found == name);
    if !named(worktrees, "worktrees") || !named(git, ".git") {
        return None;
    }
    git.parent().map(Path::to_path_buf)
}

fn read_path(file: &Path, prefix: &str) -> Option<PathBuf> {
    let bytes = files::read_whole(file, LONGEST_LINK).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    Some(PathBuf::from(text.strip_prefix(prefix)?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markers() -> Vec<String> {
        vec![".git".to_owned()]
    }

    #[test]
    fn the_nearest_marker_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let inner = root.join("a/b");
        std::fs::create_dir_all(inner.join("c")).unwrap();
        std::fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(find(&inner.join("c"), &markers()), Some(root.clone()));
        std::fs::write(inner.join(".git"), "gitdir: elsewhere").unwrap();
        assert_eq!(find(&inner.join("c"), &markers()), Some(inner));
        assert_eq!(find(&root, &[]), None);
        assert_eq!(find(&root, &[String::new()]), None);
    }

    #[test]
    fn a_linked_working_tree_belongs_to_a_repository_that_knows_it() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let (main, linked) = (base.join("main"), base.join("linked"));
        let administrative = main.join(".git/worktrees/linked");
        std::fs::create_dir_all(&administrative).unwrap();
        std::fs::create_dir_all(linked.join("sub")).unwrap();
        let point = |from: &Path, text: &Path| std::fs::write(from, format!("{}\n", text.display())).unwrap();
        std::fs::write(linked.join(".git"), format!("gitdir: {}\n", administrative.display())).unwrap();

        point(&administrative.join("gitdir"), &linked.join(".git"));
        assert_eq!(trust_roots(&linked.join("sub")), [linked.clone(), main.clone()]);
        assert_eq!(settings_folder(&main, &linked.join("sub")), Some(linked.clone()));
        assert_eq!(settings_folder(&main, &main.join("a/b")), Some(main.clone()));
        assert_eq!(settings_folder(&main.join("a"), &main.join("a")), Some(main.join("a")), "not above");

        // An attacker's folder that only claims to be a working tree of the trusted repository.
        std::fs::create_dir_all(base.join("somewhere/.git")).unwrap();
        point(&administrative.join("gitdir"), &base.join("somewhere/.git"));
        assert_eq!(trust_roots(&linked.join("sub")), [linked]);
        assert_eq!(trust_roots(&main), std::slice::from_ref(&main));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_a_project_is_not_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(base.join("trusted/.git")).unwrap();
        std::fs::create_dir_all(base.join("trusted/inside")).unwrap();
        std::fs::create_dir_all(base.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(base.join("elsewhere"), base.join("trusted/link")).unwrap();
        assert_eq!(trust_roots(&base.join("trusted/inside")), [base.join("trusted")]);
        assert_eq!(trust_roots(&base.join("trusted/link")), Vec::<PathBuf>::new());
        assert_eq!(trust_roots(&base.join("trusted/link/missing")), Vec::<PathBuf>::new());
        assert_eq!(trust_roots(&base.join("trusted/missing")), [base.join("trusted")]);
        std::os::unix::fs::symlink(base.join("nowhere"), base.join("trusted/dangling")).unwrap();
        assert_eq!(trust_roots(&base.join("trusted/dangling/missing")), Vec::<PathBuf>::new());
    }
}
