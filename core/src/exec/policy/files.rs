//! Finding and reading rules files. Blocking.

use std::io;
use std::path::{Path, PathBuf};

use super::language::{self, Rules};
use super::lexer::RuleError;
use super::rule::{Executables, PrefixRule};
use crate::base::files;
use crate::config::Config;
use crate::config::error::{ConfigWarning, Place, Problem, TextRange};

/// A folder with more files is not one of rules.
const MOST_FILES: usize = 200;
pub const LARGEST_FILE: usize = 1024 * 1024;

/// Where rules of a configuration stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFolders {
    folders: Vec<PathBuf>,
}

/// All rules that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rulebook {
    pub prefixes: Vec<PrefixRule>,
    pub executables: Executables,
    /// Files that could not be used. What they allow or forbid is not known.
    pub problems: Vec<Problem>,
    /// Files with rules about hosts.
    pub network: Vec<Place>,
}

impl RuleFolders {
    pub fn of(config: &Config) -> Self {
        let (mut all, projects) = (Self::of_user(config), Self::of_project(config));
        all.folders.extend(projects.folders);
        all
    }

    /// Those of the home directory.
    pub fn of_user(config: &Config) -> Self {
        Self { folders: vec![home_folder(config)] }
    }

    /// Those that a trusted project brings.
    pub fn of_project(config: &Config) -> Self {
        let folders = config.trusted_folders.iter().map(|folder| folder.join(".codex").join("rules"));
        // The home directory may be the `.codex` of a trusted folder.
        Self { folders: folders.filter(|folder| *folder != home_folder(config)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// What the files say now.
    pub fn read(&self) -> Rulebook {
        let mut book = Rulebook::default();
        for folder in &self.folders {
            match list(folder) {
                Ok(paths) => paths.iter().for_each(|path| book.add(path)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => book.problems.push(unreadable(folder, &error)),
            }
        }
        book
    }
}

/// Where the user's own rules stand.
pub fn home_folder(config: &Config) -> PathBuf {
    config.codex_home.join("rules").into_path_buf()
}

fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.extension().is_some_and(|extension| extension == "rules") && !is_hidden {
            paths.push(path);
        }
        if paths.len() > MOST_FILES {
            return Err(io::Error::other(format!("it has more than {MOST_FILES} rules files")));
        }
    }
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem {
        place: Place::File { path: path.to_path_buf(), range: None },
        key: None,
        message: format!("the rules cannot be read: {error}"),
        remedy: Some("Make it readable, or remove it".to_owned()),
    }
}

/// The problem with a file's text.
pub fn problem(path: &Path, text: &str, error: RuleError) -> Problem {
    Problem {
        place: Place::File { path: path.to_path_buf(), range: Some(TextRange::of(text, error.at)) },
        key: None,
        message: error.message,
        remedy: Some(error.remedy.to_owned()),
    }
}

/// A file's text and what it says; nothing if there is no such file.
pub fn read_file(path: &Path) -> Result<Option<(String, Rules)>, Problem> {
    let bytes = match files::read_whole(path, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let text =
        String::from_utf8(bytes).map_err(|_| unreadable(path, &io::Error::other("it is not UTF-8")))?;
    match language::parse(&text) {
        Ok(rules) => Ok(Some((text, rules))),
        Err(error) => Err(problem(path, &text, error)),
    }
}

impl Rulebook {
    fn add(&mut self, path: &Path) {
        match read_file(path) {
            Ok(Some((text, rules))) => {
                self.prefixes.extend(rules.prefixes);
                for (name, places) in rules.executables {
                    self.executables.entry(name).or_default().extend(places);
                }
                let place =
                    |at| Place::File { path: path.to_path_buf(), range: Some(TextRange::of(&text, at)) };
                self.network.extend(rules.network.map(place));
            }
            // Gone since it was listed.
            Ok(None) => {}
            Err(problem) => self.problems.push(problem),
        }
    }

    /// What a person should know of the files.
    pub fn warnings(&self) -> Vec<ConfigWarning> {
        let place = |place: &Place| match place {
            Place::File { path, range } => (Some(path.clone()), *range),
            Place::CommandLine | Place::Request | Place::Nowhere => (None, None),
        };
        let broken = self.problems.iter().map(|problem| {
            let (path, range) = place(&problem.place);
            let summary =
                "A rules file cannot be used. Until it is corrected no rule allows anything; rules \
                           of other files that ask or forbid still do."
                    .to_owned();
            ConfigWarning { summary, details: Some(problem.to_string()), path, range }
        });
        let network = self.network.iter().map(|at| {
            let (path, range) = place(at);
            let summary = "`network_rule` has no effect: commands reach every host or none, as the sandbox \
                           policy says."
                .to_owned();
            ConfigWarning { summary, details: None, path, range }
        });
        broken.chain(network).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::paths::AbsolutePath;

    struct Fixture {
        folder: tempfile::TempDir,
        config: Config,
    }

    impl Fixture {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| AbsolutePath::new(folder.path().join(name)).unwrap();
            let mut config = Config::defaults(path("home"), path("work/sub"));
            config.trusted_folders = vec![folder.path().join("work"), folder.path().join("work/sub")];
            for (name, text) in files {
                let path = folder.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            Self { folder, config }
        }

        fn read(&self) -> Rulebook {
            RuleFolders::of(&self.config).read()
        }

        fn programs(&self) -> Vec<String> {
            self.read().prefixes.iter().map(|rule| rule.pattern[0][0].clone()).collect()
        }
    }

    #[test]
    fn rules_are_those_of_the_home_directory_and_of_trusted_folders() {
        let mut fixture = Fixture::new(&[
            ("home/rules/b.rules", "prefix_rule(pattern=['b'])"),
            ("home/rules/a.rules", "prefix_rule(pattern=['a'])"),
            ("home/rules/.hidden.rules", "oops("),
            ("home/rules/x.txt", "oops("),
            ("work/.codex/rules/c.rules", "prefix_rule(pattern=['c'])"),
            ("work/sub/.codex/rules/d.rules", "prefix_rule(pattern=['d'])"),
        ]);
        assert_eq!(fixture.programs(), ["a", "b", "c", "d"]);
        fixture.config.trusted_folders.clear();
        assert_eq!(fixture.programs(), ["a", "b"]);
        fixture.config.trusted_folders = vec![fixture.folder.path().to_path_buf()];
        fixture.config.codex_home = AbsolutePath::new(fixture.folder.path().join(".codex")).unwrap();
        assert_eq!(RuleFolders::of(&fixture.config).folders.len(), 1, "one folder is read once");
    }

    #[test]
    fn without_files_there_are_no_rules_and_no_problems() {
        assert_eq!(Fixture::new(&[]).read(), Rulebook::default());
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let fixture = Fixture::new(&[
            ("home/rules/a.rules", "prefix_rule(pattern=['a'])\n\nprefix_rule(pattern=[)\n"),
            ("home/rules/b.rules", "prefix_rule(pattern=['b'])\nnetwork_rule(host='x')\n"),
        ]);
        std::fs::create_dir(fixture.folder.path().join("home/rules/c.rules")).unwrap();
        let warnings = fixture.read().warnings();
        let details: Vec<String> = warnings.iter().filter_map(|warning| warning.details.clone()).collect();
        let home = fixture.folder.path().join("home/rules");
        assert_eq!(
            details,
            [
                format!(
                    "{}/a.rules:3:22: a value is expected, but there is `)`. Write a text in quotes, or a list \
                     in brackets",
                    home.display()
                ),
                format!(
                    "{}/c.rules: the rules cannot be read: not a regular file. Make it readable, or remove it",
                    home.display()
                ),
            ]
        );
        assert_eq!(warnings[0].path, Some(home.join("a.rules")));
        assert_eq!(warnings[0].range.map(|range| range.start.line), Some(3));
        assert!(warnings[2].summary.starts_with("`network_rule` has no effect"));
        assert_eq!(warnings[2].range.map(|range| range.start.line), Some(2));
    }
}
