//! Changing the user's `config.toml`, which stays as its user has written it: comments, order and form.
//!
//! What is changed is pure. The file is locked while that happens and replaced whole, so that nobody ever reads half of
//! it; where it is a link, the file behind it is replaced. A file with errors is not touched. Blocking.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use crate::base::files::{lock_to_append, read_whole, replace};
use crate::base::paths::AbsolutePath;

/// No configuration is longer.
const LARGEST_FILE: usize = 16 * 1024 * 1024;
/// How long others may hold the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{} has an error that has to be corrected first: {message}", path.display())]
    Broken { path: PathBuf, message: String },
    #[error("{} cannot be written: {source}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Which skills a choice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkillSelector {
    Name(String),
    Path(AbsolutePath),
}

/// Keeps whether skills are on. What is on has no entry.
pub fn set_skill(home: &AbsolutePath, skill: &SkillSelector, enabled: bool) -> Result<(), Error> {
    change(&home.join("config.toml"), |document| with_skill(document, skill, enabled))
}

fn change(path: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<(), String>) -> Result<(), Error> {
    let failed = |source| Error::File { path: path.to_path_buf(), source };
    let broken = |message| Error::Broken { path: path.to_path_buf(), message };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    #[cfg(unix)]
    let _lock = lock_to_append(path, Instant::now() + PATIENCE).map_err(failed)?;
    let real = path.canonicalize().map_err(failed)?;
    let bytes = read_whole(&real, LARGEST_FILE).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|error| broken(error.to_string()))?;
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| broken(error.message().trim().to_owned()))?;
    change(&mut document).map_err(broken)?;
    let changed = document.to_string();
    if changed == text {
        return Ok(());
    }
    replace(&real, |file| file.write_all(changed.as_bytes())).map_err(failed)
}

fn with_skill(document: &mut DocumentMut, skill: &SkillSelector, enabled: bool) -> Result<(), String> {
    let has_table = document.contains_key("skills");
    if enabled && !has_table {
        return Ok(());
    }
    let skills = document.entry("skills").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let skills = skills.as_table_like_mut().ok_or("`skills` is no table")?;
    if !enabled && !skills.contains_key("config") {
        skills.insert("config", Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let is_empty = match skills.get_mut("config") {
        None => return Ok(()),
        Some(Item::ArrayOfTables(entries)) => {
            entries.retain(|entry| !is_about(entry, skill));
            if !enabled {
                entries.push(entry_table(skill));
            }
            entries.is_empty()
        }
        Some(Item::Value(Value::Array(entries))) => {
            entries.retain(|entry| !entry.as_inline_table().is_some_and(|entry| is_about(entry, skill)));
            if !enabled {
                push_inline(entries, skill);
            }
            entries.is_empty()
        }
        Some(Item::None | Item::Value(_) | Item::Table(_)) => {
            return Err("`skills.config` is no list of tables".to_owned());
        }
    };
    if is_empty {
        skills.remove("config");
    }
    Ok(())
}

/// An entry with both a name and a path is about nothing, and stays.
fn is_about(entry: &dyn TableLike, skill: &SkillSelector) -> bool {
    let text = |key| entry.get(key).and_then(Item::as_str);
    match (skill, text("name"), text("path")) {
        (SkillSelector::Name(name), Some(named), None) => named.trim() == name,
        (SkillSelector::Path(path), None, Some(named)) => {
            let (named, path) = (Path::new(named), path.as_path());
            let same = |named: PathBuf| path.canonicalize().is_ok_and(|path| path == named);
            named == path || named.canonicalize().is_ok_and(same)
        }
        (SkillSelector::Name(_) | SkillSelector::Path(_), _, _) => false,
    }
}

fn key_of(skill: &SkillSelector) -> (&'static str, String) {
    match skill {
        SkillSelector::Name(name) => ("name", name.clone()),
        SkillSelector::Path(path) => ("path", path.to_string_lossy().into_owned()),
    }
}

fn entry_table(skill: &SkillSelector) -> Table {
    let (key, text) = key_of(skill);
    let mut table = Table::new();
    table.insert(key, value(text));
    table.insert("enabled", value(false));
    table
}

fn push_inline(entries: &mut Array, skill: &SkillSelector) {
    let (key, text) = key_of(skill);
    let mut table = InlineTable::new();
    table.insert(key, text.into());
    table.insert("enabled", false.into());
    entries.push(table);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn name(name: &str) -> SkillSelector {
        SkillSelector::Name(name.to_owned())
    }

    fn check(text: &str, choices: &[(SkillSelector, bool)], expected: Expect) {
        let mut document: DocumentMut = text.parse().unwrap();
        for (skill, enabled) in choices {
            with_skill(&mut document, skill, *enabled).unwrap();
        }
        expected.assert_eq(&document.to_string());
    }

    #[test]
    fn the_rest_of_the_file_stays() {
        let path = SkillSelector::Path(AbsolutePath::new("/s/SKILL.md").unwrap());
        check(
            "# mine\nmodel   = 'm' # this one\n\n[projects.\"/w\"]\ntrust_level = \"trusted\"\n",
            &[(name("a"), false), (path, false), (name("a"), false)],
            expect![[r#"
                # mine
                model   = 'm' # this one

                [projects."/w"]
                trust_level = "trusted"

                [[skills.config]]
                path = "/s/SKILL.md"
                enabled = false

                [[skills.config]]
                name = "a"
                enabled = false
            "#]],
        );
    }

    #[test]
    fn what_is_on_has_no_entry() {
        check(
            "[[skills.config]]\nname = \"a\"\nenabled = false\n[[skills.config]]\nname = \"b\"\nenabled = false\n",
            &[(name("a"), true), (name("never"), true)],
            expect![[r#"
                [[skills.config]]
                name = "b"
                enabled = false
            "#]],
        );
        check("x = 1\n", &[(name("a"), false), (name("a"), true)], expect!["x = 1\n"]);
        check(
            "[skills]\nconfig = [{ name = \"a\", enabled = false }]\n",
            &[(name("b"), false), (name("a"), true)],
            expect![[r#"
                [skills]
                config = [{ name = "b", enabled = false }]
            "#]],
        );
    }

    #[test]
    fn a_file_with_errors_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let home = AbsolutePath::new(folder.path().canonicalize().unwrap()).unwrap();
        let file = home.join("config.toml");
        for text in ["model = ", "skills = 5\n", "[skills]\nconfig = \"x\"\n"] {
            std::fs::write(&file, text).unwrap();
            assert!(matches!(set_skill(&home, &name("a"), false), Err(Error::Broken { .. })), "{text}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_behind_a_link_is_replaced_with_its_rights() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let root = AbsolutePath::new(folder.path().canonicalize().unwrap()).unwrap();
        let (home, real) = (root.join("home"), root.join("real.toml"));
        std::fs::create_dir(&home).unwrap();
        std::fs::write(&real, "model = \"m\"\n").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, home.join("config.toml")).unwrap();
        set_skill(&home, &name("a"), false).unwrap();
        assert!(home.join("config.toml").is_symlink());
        assert!(std::fs::read_to_string(&real).unwrap().contains("name = \"a\""));
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        set_skill(&root.join("new"), &name("a"), false).unwrap();
        assert!(root.join("new/config.toml").is_file());
    }
}
