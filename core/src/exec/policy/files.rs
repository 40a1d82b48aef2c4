//! Finding and reading rules files. Blocking.

use std::io;
use std::path::{Path, PathBuf};

use super::language::{self, Rules};
use super::lexer::RuleError;
use super::rule::{Decision, Executables, PrefixRule};
use crate::base::files;
use crate::config::Config;
use crate::config::error::{ConfigWarning, Place, Problem, TextRange};

/// A folder with more files is not one of rules.
const MOST_FILES: usize = 200;
pub const LARGEST_FILE: usize = 1024 * 1024;

/// Where rules of a configuration stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFolders {
    folders: Vec<Folder>,
}

/// Files count only if they are really in the guarded folder, which commands cannot write: what a link leads to
/// they perhaps can.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Folder {
    rules: PathBuf,
    /// A folder that itself may be reached by a link.
    base: PathBuf,
    /// The guarded folder, seen from there.
    guarded: &'static str,
}

/// All rules that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rulebook {
    /// One of the home directory, one of a project. What one says of the places of programs widens no rule of another.
    pub sets: Vec<RuleSet>,
    /// Files that could not be used. What they allow or forbid is not known.
    pub problems: Vec<Problem>,
    /// Files with rules about hosts.
    pub network: Vec<Place>,
}

/// The rules of one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    pub prefixes: Vec<PrefixRule>,
    pub executables: Executables,
}

impl RuleFolders {
    pub fn of(config: &Config) -> Self {
        let (mut all, projects) = (Self::of_user(config), Self::of_project(config));
        all.folders.extend(projects.folders);
        all
    }

    /// Those of the home directory.
    pub fn of_user(config: &Config) -> Self {
        let base = config.codex_home.as_path().to_path_buf();
        Self { folders: vec![Folder { rules: home_folder(config), base, guarded: "" }] }
    }

    /// Those that a trusted project brings.
    pub fn of_project(config: &Config) -> Self {
        let folder = config.trusted_folder.clone().map(|base| Folder {
            rules: base.join(".codex").join("rules"),
            base,
            guarded: ".codex",
        });
        // The home directory may be the `.codex` of a trusted folder.
        Self { folders: folder.into_iter().filter(|folder| folder.rules != home_folder(config)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// What the files say now; of files of a project what asks or forbids only, if commands can write them.
    /// `is_open` says so of a real path.
    pub fn read(&self, is_open: impl Fn(&Path) -> bool) -> Rulebook {
        let mut book = Rulebook::default();
        for folder in &self.folders {
            match list(&folder.rules) {
                Ok(paths) => {
                    let mut set = RuleSet::default();
                    for path in &paths {
                        match folder.guards(path) {
                            true => book.add(path, &mut set, folder.is_safe(path, &is_open)),
                            false => book.problems.push(link(path)),
                        }
                    }
                    // Where the user's programs are, the user has said.
                    if let Some(user) = book.sets.first() {
                        set.executables.extend(user.executables.clone());
                    }
                    book.sets.push(set);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => book.problems.push(unreadable(&folder.rules, &error)),
            }
        }
        book
    }
}

impl Folder {
    fn guards(&self, path: &Path) -> bool {
        match (self.base.canonicalize(), path.canonicalize()) {
            (Ok(base), Ok(real)) => real.starts_with(base.join(self.guarded)),
            // Reading it says what is wrong.
            (_, Err(_)) => true,
            (Err(_), Ok(_)) => false,
        }
    }

    /// Whether a file may allow something. Those of the home directory no command can write.
    fn is_safe(&self, path: &Path, is_open: impl Fn(&Path) -> bool) -> bool {
        self.guarded.is_empty() || path.canonicalize().is_ok_and(|real| !is_open(&real))
    }
}

fn link(path: &Path) -> Problem {
    Problem {
        place: Place::File { path: path.to_path_buf(), range: None },
        key: None,
        message: "the rules are reached by a link that leads to where commands may be able to write"
            .to_owned(),
        remedy: Some("Put the file itself here".to_owned()),
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
    fn add(&mut self, path: &Path, set: &mut RuleSet, is_safe: bool) {
        match read_file(path) {
            Ok(Some((text, rules))) => {
                let may_say = |rule: &PrefixRule| is_safe || rule.decision != Decision::Allow;
                set.prefixes.extend(rules.prefixes.into_iter().filter(may_say));
                for (name, places) in rules.executables.into_iter().filter(|_| is_safe) {
                    set.executables.entry(name).or_default().extend(places);
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

    /// All rules, each with what the files beside it say of the places of programs.
    pub fn rules(&self) -> impl Iterator<Item = (&PrefixRule, &Executables)> {
        self.sets.iter().flat_map(|set| set.prefixes.iter().map(|rule| (rule, &set.executables)))
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
            let mut config = Config::defaults(path("home"), path("work"));
            config.trusted_folder = Some(folder.path().join("work"));
            for (name, text) in files {
                let path = folder.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            Self { folder, config }
        }

        fn read(&self) -> Rulebook {
            RuleFolders::of(&self.config).read(|_| false)
        }

        fn programs(&self) -> Vec<String> {
            programs(&self.read())
        }
    }

    fn programs(book: &Rulebook) -> Vec<String> {
        book.rules().map(|(rule, _)| rule.pattern[0][0].clone()).collect()
    }

    #[test]
    fn rules_are_those_of_the_home_directory_and_of_trusted_folders() {
        let mut fixture = Fixture::new(&[
            ("home/rules/b.rules", "prefix_rule(pattern=['b'])"),
            ("home/rules/a.rules", "prefix_rule(pattern=['a'])"),
            ("home/rules/.hidden.rules", "oops("),
            ("home/rules/x.txt", "oops("),
            ("work/.codex/rules/c.rules", "prefix_rule(pattern=['c'])"),
        ]);
        assert_eq!(fixture.programs(), ["a", "b", "c"]);
        fixture.config.trusted_folder = None;
        assert_eq!(fixture.programs(), ["a", "b"]);
        fixture.config.trusted_folder = Some(fixture.folder.path().to_path_buf());
        fixture.config.codex_home = AbsolutePath::new(fixture.folder.path().join(".codex")).unwrap();
        assert_eq!(RuleFolders::of(&fixture.config).folders.len(), 1, "one folder is read once");
    }

    #[test]
    fn without_files_there_are_no_rules_and_no_problems() {
        assert_eq!(Fixture::new(&[]).read(), Rulebook::default());
    }

    #[test]
    fn a_project_allows_nothing_where_commands_can_write_its_rules() {
        let fixture = Fixture::new(&[
            ("home/rules/a.rules", "prefix_rule(pattern=['a'])"),
            ("work/.codex/rules/c.rules", "prefix_rule(pattern=['c'])\nprefix_rule(['d'], 'forbidden')"),
        ]);
        let real = fixture.folder.path().canonicalize().unwrap();
        let is_open = |path: &Path| path.starts_with(real.join("work"));
        assert_eq!(programs(&RuleFolders::of(&fixture.config).read(is_open)), ["a", "d"]);
        let is_open = |path: &Path| path.starts_with(real.join("work/sub"));
        assert_eq!(programs(&RuleFolders::of(&fixture.config).read(is_open)), ["a", "c", "d"]);
    }

    #[test]
    fn a_project_widens_no_rule_of_the_user() {
        let fixture = Fixture::new(&[
            (
                "home/rules/a.rules",
                "prefix_rule(pattern=['tool'])\nhost_executable(name='mine', paths=['/opt/mine'])",
            ),
            (
                "work/.codex/rules/c.rules",
                "prefix_rule(pattern=['tool', 'x'])\nprefix_rule(pattern=['mine'])\n\
                 host_executable(name='tool', paths=['/tmp/tool'])\n\
                 host_executable(name='mine', paths=['/tmp/mine'])",
            ),
        ]);
        let book = fixture.read();
        let allows = |book: &Rulebook, line: &str| book.allows(&shlex::split(line).unwrap());
        for (line, expected) in [
            ("/tmp/tool", false),
            ("/usr/bin/tool", true),
            ("/tmp/tool x", true),
            ("/tmp/mine", false),
            ("/opt/mine", true),
        ] {
            assert_eq!(allows(&book, line), expected, "{line}");
        }
        let book = RuleFolders::of(&fixture.config).read(|_| true);
        assert!(!allows(&book, "/tmp/tool x") && !allows(&book, "/opt/mine") && allows(&book, "tool x"));
        assert!(!book.sets[1].executables.contains_key("tool"));
    }

    #[test]
    fn links_out_of_the_guarded_folder_are_not_followed() {
        use std::os::unix::fs::symlink;
        let fixture = Fixture::new(&[
            ("work/build/rules/evil.rules", "prefix_rule(pattern=['evil'])"),
            ("home/rules/real.rules", "prefix_rule(pattern=['real'])"),
        ]);
        let path = |name: &str| fixture.folder.path().join(name);
        symlink(path("home/rules/real.rules"), path("home/rules/same.rules")).unwrap();
        assert_eq!(fixture.programs(), ["real", "real"], "inside links are links to what is guarded");
        symlink("build", path("work/.codex")).unwrap();
        symlink(path("work/build/rules/evil.rules"), path("home/rules/z.rules")).unwrap();
        let problems = fixture.read().problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert_eq!(fixture.programs(), ["real", "real"]);
        assert!(problems.contains("home/rules/z.rules: the rules are reached by a link"), "{problems}");
        assert!(problems.contains("work/.codex/rules/evil.rules: the rules are reached"), "{problems}");
        // The home directory itself may be a link.
        std::fs::remove_file(path("home/rules/z.rules")).unwrap();
        std::fs::remove_file(path("work/.codex")).unwrap();
        std::fs::rename(path("home"), path("elsewhere")).unwrap();
        symlink("elsewhere", path("home")).unwrap();
        assert_eq!(fixture.programs(), ["real", "real"]);
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
