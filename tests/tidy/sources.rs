//! The files of the repository, read once.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const TESTS: &str = "\n#[cfg(test)]\n";

/// One file of ours.
pub struct Source {
    /// Relative to the top of the repository, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The part before the tests that stand in the same file.
    pub fn product(&self) -> &str {
        let mut at = 0;
        while let Some(found) = self.text[at..].find(TESTS) {
            at += found + TESTS.len();
            let declared = self.text[at..].lines().next().unwrap_or_default();
            if declared.contains("mod ") && declared.ends_with('{') {
                return &self.text[..at - TESTS.len()];
            }
        }
        &self.text
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The crates with code.
pub const CRATES: &[&str] = &["app-server", "app-server-protocol", "core", "protocol", "tests"];

/// All Rust files.
pub fn rust() -> &'static [Source] {
    static FILES: OnceLock<Vec<Source>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut paths = Vec::new();
        CRATES.iter().for_each(|name| collect(&root().join(name), &mut paths));
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
        paths.sort();
        paths.iter().map(|path| read(path)).collect()
    })
}

/// The Rust files below a folder, or the one file.
pub fn below(path: &str) -> impl Iterator<Item = &'static Source> {
    let (folder, file) = (format!("{path}/"), format!("{path}.rs"));
    rust().iter().filter(move |source| source.path.starts_with(&folder) || source.path == file)
}

/// Any file, or nothing.
pub fn file(path: &str) -> Option<Source> {
    let path = root().join(path);
    path.is_file().then(|| read(&path))
}

fn read(path: &Path) -> Source {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    let path = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    Source { path, text }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        match is_folder {
            true if entry.file_name() == "target" => {}
            true => collect(&entry.path(), into),
            false => into.push(entry.path()),
        }
    }
}

#[test]
fn only_tests_are_no_product() {
    let source = |text: &str| Source { path: String::new(), text: text.to_owned() };
    let declared = "mod a;\n#[cfg(test)]\nmod tests;\nuse b;\n";
    assert_eq!(source(declared).product(), declared);
    let inside = format!("{declared}\n#[cfg(test)]\nmod tests {{\n}}\n");
    assert_eq!(source(&inside).product(), declared);
}
