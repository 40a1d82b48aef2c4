//! Remembers in the user's file which projects the user trusts.
//!
//! A table is appended and nothing else is touched, so that comments and formatting stay. The file is replaced as a
//! whole, and only by one that reads as it should; a file that has an opinion about the project keeps it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{document, project_root};
use crate::base::files;

/// A longer file is not touched.
const LONGEST_FILE: usize = 1024 * 1024;

/// Marks the project of a folder as trusted: its repository, or the folder itself if it is in none. Blocking.
pub fn remember(home: &Path, folder: &Path) -> io::Result<()> {
    let project = project_root::trust_roots(folder).pop().unwrap_or_else(|| folder.to_path_buf());
    let Some(project) = project.to_str() else {
        return Err(io::Error::other("the path of the project is not UTF-8"));
    };
    let file = existing_target(&home.join("config.toml"));
    let old = match files::read_whole(&file, LONGEST_FILE) {
        Ok(bytes) => String::from_utf8(bytes).map_err(io::Error::other)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    match with_trust(&old, project)? {
        Some(new) => replace(&file, &new),
        None => Ok(()),
    }
}

/// The text with a table for the project; `None` if it has one.
fn with_trust(old: &str, project: &str) -> io::Result<Option<String>> {
    let parse = |text: &str| document::parse(text).map_err(|error| io::Error::other(error.message));
    let entry = |table: &toml::Table| table.get("projects")?.get(project).cloned();
    if entry(&parse(old)?).is_some() {
        return Ok(None);
    }
    // The escapes of JSON are escapes of TOML as well.
    let key = serde_json::to_string(project)?;
    let gap = match old {
        "" => "",
        _ if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let new = format!("{old}{gap}[projects.{key}]\ntrust_level = \"trusted\"\n");
    let level = entry(&parse(&new)?).and_then(|entry| Some(entry.get("trust_level")?.as_str()? == "trusted"));
    match level {
        Some(true) => Ok(Some(new)),
        Some(false) | None => Err(io::Error::other("the settings have no place for a table of this project")),
    }
}

/// The file itself where the path is a link to one.
fn existing_target(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    if let Ok(old) = file.metadata() {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(old: &str, expected: Expect) {
        expected.assert_eq(&match with_trust(old, "/a \"b\"") {
            Ok(Some(new)) => new,
            Ok(None) => "unchanged".to_owned(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn a_table_is_appended() {
        let table = "[projects.\"/a \\\"b\\\"\"]\ntrust_level = \"trusted\"\n";
        check(
            "",
            expect![[r#"
            [projects."/a \"b\""]
            trust_level = "trusted"
        "#]],
        );
        check(
            "# mine\nmodel = \"m\"",
            expect![[r#"
            # mine
            model = "m"

            [projects."/a \"b\""]
            trust_level = "trusted"
        "#]],
        );
        check(table, expect!["unchanged"]);
        check(&table.replace("trusted", "untrusted"), expect!["unchanged"]);
    }

    #[test]
    fn what_cannot_be_extended_is_left_alone() {
        for old in ["projects = {}", "projects = 5", "model = "] {
            assert!(with_trust(old, "/a").is_err(), "{old}");
        }
    }

    #[test]
    fn the_repository_is_what_is_trusted() {
        let home = tempfile::tempdir().unwrap();
        let repository = home.path().canonicalize().unwrap().join("repo");
        std::fs::create_dir_all(repository.join(".git")).unwrap();
        remember(home.path(), &repository.join("sub/absent")).unwrap();
        remember(home.path(), &repository).unwrap();
        let text = std::fs::read_to_string(home.path().join("config.toml")).unwrap();
        assert_eq!(text, format!("[projects.\"{}\"]\ntrust_level = \"trusted\"\n", repository.display()));
    }
}
