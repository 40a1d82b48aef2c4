//! The instructions that users and projects leave for the model: AGENTS.md and friends.
//!
//! The user's own text comes first, then one file of each folder from the project's root down to the
//! working directory, together at most as long as configured. `Assembly` is pure; `read` looks at the file
//! system and blocks. A repository is not trusted: nothing but regular files is read, at most what may be
//! shown, and no link leads out of the project or to what commands in the sandbox may not read. The user's
//! own text may be a link to anywhere but the system's own views of processes and devices.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::base::files;
use crate::base::paths::AbsolutePath;
use crate::config::{Config, project_root, protected};

const OVERRIDE: &str = "AGENTS.override.md";
const USUAL: &str = "AGENTS.md";
const BETWEEN_USER_AND_PROJECT: &str = "\n\n--- project-doc ---\n\n";
const BETWEEN_FILES: &str = "\n\n";

/// The user's own text is not counted, but a file that is longer than this is a mistake.
const LONGEST_USER_TEXT: usize = 1024 * 1024;

/// The instructions that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectDoc {
    /// What the model is told, if there is anything.
    pub text: Option<String>,
    /// The files it comes from, in the order of the text.
    pub sources: Vec<AbsolutePath>,
    /// Whether some of it comes from the project, and not only from the user.
    pub has_project_text: bool,
    /// Why the project's text is missing, if it could not be read.
    pub problem: Option<String>,
}

/// Texts being put together, within a number of bytes for all files of the project.
#[derive(Clone, Debug)]
pub struct Assembly {
    user: Option<(AbsolutePath, String)>,
    project: Vec<(AbsolutePath, String)>,
    left: usize,
}

impl Assembly {
    /// `limit` is the number of bytes for all files of the project.
    pub fn new(limit: usize) -> Self {
        Self { user: None, project: Vec::new(), left: limit }
    }

    /// How many bytes the next file of the project may have.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Takes the user's own text, unless it is blank or there is one; tells whether it was taken.
    pub fn offer_user_text(&mut self, path: AbsolutePath, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes).trim().to_owned();
        let wanted = self.user.is_none() && !text.is_empty();
        if wanted {
            self.user = Some((path, text));
        }
        wanted
    }

    /// Adds the next file of the project, cut to what is left. Blank files cost nothing.
    pub fn add_project_file(&mut self, path: AbsolutePath, bytes: &[u8]) {
        let bytes = bytes.get(..self.left).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes).into_owned();
        if text.trim().is_empty() {
            return;
        }
        self.left -= bytes.len();
        self.project.push((path, text));
    }

    /// Takes back all files of the project.
    pub fn drop_project(&mut self) {
        self.project.clear();
    }

    pub fn finish(self) -> ProjectDoc {
        let has_project_text = !self.project.is_empty();
        let (mut sources, mut texts) = (Vec::new(), Vec::new());
        if let Some((path, text)) = self.user {
            sources.push(path);
            texts.push(text);
        }
        if has_project_text {
            let (paths, contents): (Vec<_>, Vec<_>) = self.project.into_iter().unzip();
            sources.extend(paths);
            texts.push(contents.join(BETWEEN_FILES));
        }
        let text = (!texts.is_empty()).then(|| texts.join(BETWEEN_USER_AND_PROJECT));
        ProjectDoc { text, sources, has_project_text, problem: None }
    }
}

/// Finds and reads the instructions for a thread. Blocking.
pub fn read(config: &Config) -> ProjectDoc {
    let mut assembly = Assembly::new(config.project_doc_max_bytes);
    let forbidden = protected::paths(config);
    for name in [OVERRIDE, USUAL] {
        let path = config.codex_home.join(name);
        if let Ok(bytes) = read_allowed(&path, LONGEST_USER_TEXT, &forbidden)
            && assembly.offer_user_text(path, &bytes)
        {
            break;
        }
    }
    let problem = read_project(config, &forbidden, &mut assembly).err();
    if problem.is_some() {
        assembly.drop_project();
    }
    ProjectDoc { problem, ..assembly.finish() }
}

fn read_project(config: &Config, forbidden: &[PathBuf], assembly: &mut Assembly) -> Result<(), String> {
    let folders = folders(&config.cwd, &config.project_root_markers);
    let root = folders.first().and_then(|root| root.canonicalize().ok());
    for folder in &folders {
        if assembly.left() == 0 {
            break;
        }
        let Some(path) = first_file(folder, &config.project_doc_fallback_filenames) else { continue };
        let found = stays_below(&path, root.as_deref())
            .and_then(|()| read_allowed(&path, assembly.left(), forbidden))
            .map_err(|error| format!("the instructions in {path} cannot be read: {error}"))?;
        assembly.add_project_file(path, &found);
    }
    Ok(())
}

/// From the root of the project down to the working directory; that one alone if there is no project.
fn folders(cwd: &AbsolutePath, markers: &[String]) -> Vec<PathBuf> {
    let Some(root) = project_root::find(cwd, markers) else { return vec![cwd.as_path().to_path_buf()] };
    let mut folders: Vec<PathBuf> =
        cwd.ancestors().take_while(|folder| folder.starts_with(&root)).map(Path::to_path_buf).collect();
    folders.reverse();
    folders
}

/// The first regular file among the names that count; links are followed.
fn first_file(folder: &Path, fallbacks: &[String]) -> Option<AbsolutePath> {
    [OVERRIDE, USUAL]
        .into_iter()
        .chain(fallbacks.iter().map(String::as_str).filter(|name| is_plain_name(name)))
        .map(|name| folder.join(name))
        .find(|path| path.metadata().is_ok_and(|metadata| metadata.is_file()))
        .and_then(|path| AbsolutePath::new(path).ok())
}

/// A name in the folder, not a way out of it.
fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
}

fn stays_below(path: &Path, root: Option<&Path>) -> io::Result<()> {
    let real = path.canonicalize()?;
    if root.is_some_and(|root| real.starts_with(root)) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is a link out of the project"))
}

fn read_allowed(path: &Path, limit: usize, forbidden: &[PathBuf]) -> io::Result<Vec<u8>> {
    let real = path.canonicalize()?;
    if forbidden.iter().any(|forbidden| real.starts_with(forbidden)) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is a link to a protected file"));
    }
    Ok(files::read_beginning(&real, limit)?.bytes)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    struct Fixture {
        folder: tempfile::TempDir,
        config: Config,
    }

    impl Fixture {
        /// A home directory `home` and a repository `work`; the working directory is `cwd` below it.
        fn new(cwd: &str, files: &[(&str, &[u8])]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = AbsolutePath::new(folder.path().canonicalize().unwrap()).unwrap();
            for (name, bytes) in files {
                let path = root.join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            std::fs::create_dir_all(root.join("home")).unwrap();
            std::fs::create_dir_all(root.join("work").join(cwd)).unwrap();
            let config = Config::defaults(root.join("home"), root.join("work").join(cwd));
            Self { folder, config }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().canonicalize().unwrap().join(name)
        }

        fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
            change(&mut self.config);
            self
        }

        fn check(&self, expected: Expect) {
            let doc = read(&self.config);
            let root = self.path("").to_string_lossy().into_owned();
            let sources: Vec<_> =
                doc.sources.iter().map(|path| path.to_string().replace(&root, "")).collect();
            let problem = doc.problem.unwrap_or_default().replace(&root, "");
            assert_eq!(doc.has_project_text, sources.iter().any(|source| source.starts_with("work")));
            expected.assert_eq(&format!("{sources:?}\n{:?}\n{problem}", doc.text.unwrap_or_default()));
        }
    }

    const GIT: (&str, &[u8]) = ("work/.git/HEAD", b"x");

    #[test]
    fn the_users_text_then_one_file_of_each_folder() {
        Fixture::new(
            "a/b",
            &[
                GIT,
                ("home/AGENTS.md", b" global \n"),
                ("work/AGENTS.md", b"root doc\n\n"),
                ("work/a/AGENTS.md", b"  a doc"),
                ("work/a/b/AGENTS.override.md", b"override b"),
                ("work/a/b/AGENTS.md", b"b doc"),
            ],
        )
        .check(expect![[r#"
            ["home/AGENTS.md", "work/AGENTS.md", "work/a/AGENTS.md", "work/a/b/AGENTS.override.md"]
            "global\n\n--- project-doc ---\n\nroot doc\n\n\n\n  a doc\n\noverride b"
        "#]]);
    }

    #[test]
    fn without_a_project_only_the_working_directory_counts() {
        let files: &[(&str, &[u8])] = &[
            ("home/AGENTS.override.md", b"  \n"),
            ("home/AGENTS.md", b"global"),
            ("work/AGENTS.md", b"root doc"),
            ("work/a/AGENTS.md", b"a doc"),
            ("work/.hg/x", b""),
        ];
        // Markers of their own, since there may be a repository around the folder for temporary files.
        let fixture =
            Fixture::new("a", files).with(|config| config.project_root_markers = vec![".none".into()]);
        fixture.check(expect![[r#"
            ["home/AGENTS.md", "work/a/AGENTS.md"]
            "global\n\n--- project-doc ---\n\na doc"
        "#]]);
        fixture.with(|config| config.project_root_markers = vec![".hg".into()]).check(expect![[r#"
            ["home/AGENTS.md", "work/AGENTS.md", "work/a/AGENTS.md"]
            "global\n\n--- project-doc ---\n\nroot doc\n\na doc"
        "#]]);
    }

    #[test]
    fn the_first_file_counts_even_if_it_is_blank() {
        Fixture::new(
            "a",
            &[
                GIT,
                ("work/AGENTS.md", b"root doc"),
                ("work/AGENTS.override.md", b"  \n"),
                ("work/a/FALL.md", b"fall"),
                ("work/a/OTHER.md", b"other"),
            ],
        )
        .with(|config| {
            let names = ["", "..", "../AGENTS.md", "/etc/passwd", "NOPE.md", "FALL.md", "OTHER.md"];
            config.project_doc_fallback_filenames = names.map(str::to_owned).into();
        })
        .check(expect![[r#"
            ["work/a/FALL.md"]
            "fall"
        "#]]);
    }

    #[test]
    fn the_limit_holds_for_all_files_together() {
        let files: &[(&str, &[u8])] = &[
            GIT,
            ("home/AGENTS.md", b"not counted"),
            ("work/AGENTS.md", b"          "),
            ("work/a/AGENTS.md", b"0123456789"),
            ("work/a/b/AGENTS.md", b"a\xffb\xc3\xa9"),
            ("work/a/b/c/AGENTS.md", b"never"),
        ];
        let limited =
            |bytes| Fixture::new("a/b/c", files).with(|config| config.project_doc_max_bytes = bytes);
        limited(14).check(expect![[r#"
            ["home/AGENTS.md", "work/a/AGENTS.md", "work/a/b/AGENTS.md"]
            "not counted\n\n--- project-doc ---\n\n0123456789\n\na�b�"
        "#]]);
        limited(10).check(expect![[r#"
            ["home/AGENTS.md", "work/a/AGENTS.md"]
            "not counted\n\n--- project-doc ---\n\n0123456789"
        "#]]);
        limited(0).check(expect![[r#"
            ["home/AGENTS.md"]
            "not counted"
        "#]]);
    }

    #[test]
    fn nothing_at_all() {
        Fixture::new("a", &[GIT]).check(expect![[r#"
            []
            ""
        "#]]);
        Fixture::new("a", &[]).with(|config| config.cwd = config.cwd.join("missing")).check(expect![[r#"
            []
            ""
        "#]]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_but_not_to_protected_files() {
        let fixture =
            Fixture::new("", &[GIT, ("work/REAL.md", b"real"), ("home/auth.json", b"{\"k\": \"sk\"}")]);
        let link = |target: &Path| {
            let _ = std::fs::remove_file(fixture.path("work/AGENTS.md"));
            std::os::unix::fs::symlink(target, fixture.path("work/AGENTS.md")).unwrap();
        };
        link(Path::new("REAL.md"));
        fixture.check(expect![[r#"
            ["work/AGENTS.md"]
            "real"
        "#]]);
        for target in ["../home/auth.json", "/proc/self/environ"] {
            link(Path::new(target));
            fixture.check(expect![[r#"
                []
                ""
                the instructions in work/AGENTS.md cannot be read: it is a link out of the project"#]]);
        }
        link(Path::new("REAL.md"));
        let fixture = fixture.with(|config| {
            config.sandbox_unreadable_paths = vec![config.cwd.join("REAL.md")];
        });
        fixture.check(expect![[r#"
            []
            ""
            the instructions in work/AGENTS.md cannot be read: it is a link to a protected file"#]]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_users_text_is_no_view_of_a_process() {
        let fixture = Fixture::new("", &[GIT, ("dotfiles/AGENTS.md", b"mine")]);
        std::os::unix::fs::symlink("/proc/self/environ", fixture.path("home/AGENTS.override.md")).unwrap();
        std::os::unix::fs::symlink("../dotfiles/AGENTS.md", fixture.path("home/AGENTS.md")).unwrap();
        fixture.check(expect![[r#"
            ["home/AGENTS.md"]
            "mine"
        "#]]);
    }

    #[cfg(unix)]
    #[test]
    fn folders_pipes_devices_and_broken_links_are_passed_over() {
        let fixture = Fixture::new("", &[GIT, ("work/AGENTS.override.md/x", b""), ("work/LAST.md", b"last")])
            .with(|config| {
                let names = ["PIPE.md", "ZERO.md", "BROKEN.md", "LAST.md"];
                config.project_doc_fallback_filenames = names.map(str::to_owned).into();
            });
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let pipe = fixture.path("work/PIPE.md");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        std::os::unix::fs::symlink("/dev/zero", fixture.path("work/ZERO.md")).unwrap();
        std::os::unix::fs::symlink("/nonexistent", fixture.path("work/BROKEN.md")).unwrap();
        fixture.check(expect![[r#"
            ["work/LAST.md"]
            "last"
        "#]]);
    }
}
