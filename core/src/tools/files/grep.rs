//! Which files contain what a pattern describes, the newest first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkMatch};
use ignore::overrides::{Override, OverrideBuilder};

use crate::base::files;
use crate::tools::files::ignored::Ignored;
use crate::tools::files::open::{failed, look, shown, special};

/// A file with a longer line is passed over.
const LONGEST_LINE: usize = 16 * 1024 * 1024;
/// More are not remembered.
const MOST_FOUND: usize = 200_000;

/// Paths, one a line.
pub fn grep(place: &Path, pattern: &str, include: Option<&str>, limit: usize) -> Result<String, String> {
    let matcher =
        RegexMatcherBuilder::new().line_terminator(Some(b'\n')).multi_line(true).build(pattern).map_err(
            |error| format!("`pattern` is not a regular expression that can be searched for: {error}"),
        )?;
    let meta = look(place)?;
    let mut search = Search { matcher, searcher: searcher(), found: Vec::new() };
    if meta.is_file() {
        search.file(place);
    } else if meta.is_dir() {
        let include = globs(place, include)?;
        // The first folder must be readable; those below need not be.
        fs::read_dir(place).map_err(|error| failed(place, &error))?;
        search.folder(place, &include);
    } else {
        return Err(special(place));
    }
    let mut found = search.found;
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    if found.is_empty() {
        return Ok("No matches found.".to_owned());
    }
    let paths: Vec<String> = found.iter().take(limit).map(|(_, path)| shown(path)).collect();
    Ok(paths.join("\n"))
}

fn globs(folder: &Path, include: Option<&str>) -> Result<Override, String> {
    let mut builder = OverrideBuilder::new(folder);
    let added = include.map_or(Ok(()), |glob| builder.add(glob).map(|_| ()));
    added.and_then(|()| builder.build()).map_err(|error| format!("`include` is not a glob: {error}"))
}

fn searcher() -> Searcher {
    SearcherBuilder::new()
        .binary_detection(BinaryDetection::quit(0))
        .heap_limit(Some(LONGEST_LINE))
        .line_number(false)
        .build()
}

struct Search {
    matcher: RegexMatcher,
    searcher: Searcher,
    found: Vec<(SystemTime, PathBuf)>,
}

impl Search {
    fn folder(&mut self, place: &Path, include: &Override) {
        let mut ignored = Ignored::above(place);
        let mut ahead = vec![place.to_path_buf()];
        while let Some(folder) = ahead.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            ignored.enter(&folder);
            for entry in entries.flatten() {
                let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
                // Links are not followed.
                if kind.is_dir() && !ignored.covers(&path, true) {
                    ahead.push(path);
                } else if kind.is_file()
                    && !ignored.covers(&path, false)
                    && !include.matched(&path, false).is_ignore()
                {
                    self.file(&path);
                }
            }
            if self.found.len() >= MOST_FOUND {
                return;
            }
        }
    }

    fn file(&mut self, path: &Path) {
        // What cannot be read has no matches.
        let Ok(file) = files::open_regular(path) else { return };
        let time = file.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut first = First(false);
        let searched = self.searcher.search_file(&self.matcher, &file, &mut first);
        if searched.is_ok() && first.0 {
            self.found.push((time, path.to_path_buf()));
        }
    }
}

/// Whether there was a match; one is enough.
struct First(bool);

impl Sink for First {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, _: &SinkMatch<'_>) -> Result<bool, io::Error> {
        self.0 = true;
        Ok(false)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Scene {
        folder: tempfile::TempDir,
        clock: u64,
    }

    impl Scene {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), clock: 1_000_000 }
        }

        /// Each file is a second younger than the one before.
        fn file(&mut self, name: &str, content: &[u8]) -> &mut Self {
            let path = self.folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            self.clock += 1;
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(self.clock);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            self
        }

        fn grep(&self, place: &str, pattern: &str, include: Option<&str>, limit: usize) -> String {
            let found = grep(&self.folder.path().join(place), pattern, include, limit);
            let base = format!("{}/", self.folder.path().display());
            found.unwrap_or_else(|why| format!("error: {why}")).replace(&base, "").replace('\n', " ")
        }
    }

    #[test]
    fn files_are_found_the_newest_first() {
        let mut scene = Scene::new();
        scene.file("a.rs", b"fn needle() {}").file("b/c.txt", b"x\nneedle").file("d.rs", b"nothing");
        scene.file("e.rs", b"needle\nmore").file("binary", b"\0needle");
        assert_eq!(scene.grep("", "ne+dle", None, 100), "e.rs b/c.txt a.rs");
        assert_eq!(scene.grep("", "ne+dle", None, 2), "e.rs b/c.txt");
        assert_eq!(scene.grep("", "ne+dle", Some("*.{rs,md}"), 100), "e.rs a.rs");
        assert_eq!(scene.grep("", "ne+dle", Some("!*.rs"), 100), "b/c.txt");
        assert_eq!(scene.grep("b", "^needle$", None, 100), "b/c.txt");
        assert_eq!(scene.grep("b/c.txt", "needle", None, 100), "b/c.txt");
        assert_eq!(scene.grep("", "absent", None, 100), "No matches found.");
    }

    #[test]
    fn what_a_repository_ignores_is_passed_over() {
        let mut scene = Scene::new();
        for name in ["out/x", "keep.log", "drop.log", ".hidden", "sub/drop.log", "sub/y", "own.txt", "info"] {
            scene.file(name, b"needle");
        }
        scene.file(".gitignore", b"/out\n*.log\n!keep.log\n").file("sub/.gitignore", b"y\n");
        assert_eq!(scene.grep("out", "needle", None, 9), "out/x");
        assert!(scene.grep("", "needle", None, 99).contains("drop.log"), "no repository yet");
        scene.file(".git/HEAD", b"x").file(".git/info/exclude", b"info\n").file(".ignore", b"own.txt\n");
        assert_eq!(scene.grep("", "needle", None, 9), "keep.log");
        assert_eq!(scene.grep("sub", "needle", None, 9), "No matches found.", "lists above count, too");
    }

    #[test]
    fn links_pipes_and_what_is_no_pattern() {
        let mut scene = Scene::new();
        scene.file("real/a", b"needle");
        let path = |name: &str| scene.folder.path().join(name);
        std::os::unix::fs::symlink("real", path("link")).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        for name in ["pipe", ".gitignore", ".ignore"] {
            rustix::fs::mknodat(rustix::fs::CWD, path(name), pipe, rustix::fs::Mode::RUSR, 0).unwrap();
        }
        assert_eq!(scene.grep("", "needle", None, 9), "real/a");
        assert!(scene.grep("pipe", "x", None, 9).contains("is a pipe, a socket or a device"));
        assert!(scene.grep("none", "x", None, 9).contains("there is nothing at"));
        assert!(scene.grep("", "(", None, 9).contains("`pattern` is not a regular expression"));
        assert!(scene.grep("", "a\nb", None, 9).contains("`pattern` is not a regular expression"));
        assert!(scene.grep("", "x", Some("{a"), 9).contains("`include` is not a glob"));
    }
}
