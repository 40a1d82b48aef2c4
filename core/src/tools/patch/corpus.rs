//! The cases of the folder `cases`: a line each, its parts between `»`.
//!
//! In them `|` stands for the end of a line, `↵` for a carriage return, `→` for a tab and `␠` for a blank that would not
//! be seen. What comes of a case is its last part.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::changes::{Changes, Look, Node};
use super::locate;
use super::parse::{Chunk, ChunkLine, FilePatch, Patch};
use crate::base::paths::AbsolutePath;

fn check(cases: &str, least: usize, run: impl Fn(&[String]) -> String) {
    let (mut count, mut wrong) = (0, String::new());
    for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<String> = line.split(" » ").map(plain).collect();
        let [name, given @ .., expected] = parts.as_slice() else { panic!("{line}") };
        count += 1;
        let found = run(given);
        if found != *expected {
            writeln!(wrong, "{name}\n  expected {}\n  found    {}", short(expected), short(&found)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count >= least, "{count} cases");
}

/// A file of a byte that is no text.
const NO_TEXT: &str = "¿";

fn plain(part: &str) -> String {
    part.trim().replace('|', "\n").replace('↵', "\r").replace('→', "\t").replace('␠', " ").replace('∅', "")
}

fn short(text: &str) -> String {
    text.replace('\n', "|").replace('\r', "↵").replace('\t', "→")
}

/// The patches of all cases, each behind the text of a file and a zero.
pub(super) fn patches() -> Vec<Vec<u8>> {
    let files = [
        include_str!("cases/parse.txt"),
        include_str!("cases/locate.txt"),
        include_str!("cases/patch.txt"),
        include_str!("cases/whole.txt"),
    ];
    let lines = files.iter().flat_map(|cases| cases.lines());
    let cases = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let parts: Vec<String> = line.split(" » ").map(plain).collect();
        match parts.as_slice() {
            [_, patch, _] => format!("one\0{patch}"),
            [_, before, patch, ..] => {
                let content = before.split_once('=').map_or(before.as_str(), |(_, content)| content);
                format!("{content}\0{patch}")
            }
            [] | [_] | [_, _] => String::new(),
        }
    });
    cases.map(String::into_bytes).collect()
}

/// A patch in few words: a letter for what is done, chunks in brackets.
fn shown(patch: &Patch) -> String {
    let file = |file: &FilePatch| match file {
        FilePatch::Add { path, content } => format!("A {path} {content:?}"),
        FilePatch::Delete { path } => format!("D {path}"),
        FilePatch::Update { path, move_to, chunks } => {
            let to = move_to.as_ref().map(|to| format!(" > {to}")).unwrap_or_default();
            let chunks: String = chunks.iter().map(chunk).collect();
            format!("M {path}{to} {chunks}")
        }
    };
    if patch.files.is_empty() {
        "nothing".into()
    } else {
        patch.files.iter().map(file).collect::<Vec<_>>().join("; ")
    }
}

fn chunk(chunk: &Chunk) -> String {
    let line = |line: &ChunkLine| match line {
        ChunkLine::Keep(text) => format!("={text}"),
        ChunkLine::Remove(text) => format!("-{text}"),
        ChunkLine::Insert(text) => format!("+{text}"),
    };
    let lines: Vec<String> = chunk.lines.iter().map(line).collect();
    let context = chunk.context.as_ref().map(|context| format!("{context}: ")).unwrap_or_default();
    format!("[{context}{}{}]", lines.join(","), if chunk.at_end { " end" } else { "" })
}

#[test]
fn patches_are_read() {
    check(include_str!("cases/parse.txt"), 60, |given| match Patch::parse(&given[0]) {
        Ok(patch) => shown(&patch),
        Err(error) => format!("error: {error}"),
    });
}

#[test]
fn chunks_find_their_place() {
    check(include_str!("cases/locate.txt"), 70, |given| {
        let text = format!("*** Begin Patch\n*** Update File: f\n{}\n*** End Patch", given[1]);
        let patch = Patch::parse(&text).unwrap();
        let FilePatch::Update { chunks, .. } = &patch.files[0] else { panic!() };
        match locate::apply(&given[0], chunks) {
            Ok(text) => text,
            Err(error) => format!("error: {error}"),
        }
    });
}

/// Files as `name=content` or `name:mode=content`, links as `name>target`.
fn disk(text: &str) -> BTreeMap<PathBuf, Node> {
    let entry = |word: &str| {
        let (name, node) = match (word.split_once('='), word.split_once('>')) {
            (Some((name, content)), _) => {
                let (name, mode) = name.split_once(':').unwrap_or((name, "644"));
                let content = if content == NO_TEXT { b"\xff" } else { content.as_bytes() };
                let mode = Some(u32::from_str_radix(mode, 8).unwrap());
                (name, Node::File { content: content.into(), mode })
            }
            (None, Some((name, target))) => {
                (name, Node::Link { target: target.into(), real: Path::new("/w").join(target) })
            }
            (None, None) => panic!("{word}"),
        };
        (Path::new("/w").join(name), node)
    };
    text.split(';').map(str::trim_start).filter(|word| !word.is_empty()).map(entry).collect()
}

fn look(disk: &BTreeMap<PathBuf, Node>, path: &Path) -> Result<Look, String> {
    if disk.keys().any(|file| file.parent() == Some(path)) {
        return Err("it is a directory".to_owned());
    }
    let node = disk.get(path).cloned().unwrap_or(Node::Absent);
    Ok(Look { own: path.to_path_buf(), node })
}

/// What a patch does to files, or why not.
fn changed(before: &str, text: &str) -> String {
    let before = disk(before);
    let cwd = AbsolutePath::new("/w").unwrap();
    let patch = match Patch::parse(text) {
        Ok(patch) => patch,
        Err(error) => return format!("error: {error}"),
    };
    let changes = match Changes::compute(&patch, &cwd, &mut |path| look(&before, path)) {
        Ok(changes) => changes,
        Err(error) => return format!("error: {error}"),
    };
    let after = changes.touched.iter().map(|touched| {
        let inside = |path: &Path| path.strip_prefix("/w").unwrap().display().to_string();
        let name = inside(&touched.own);
        let from = touched.from.as_ref().map(|from| format!(" from {}", inside(from)));
        let node = match &touched.after {
            Node::Absent => format!("{name} gone"),
            Node::File { content, mode: None | Some(0o644) } => {
                format!("{name}={}", String::from_utf8_lossy(content))
            }
            Node::File { content, mode: Some(mode) } => {
                format!("{name}:{mode:o}={}", String::from_utf8_lossy(content))
            }
            Node::Link { target, .. } => format!("{name}>{}", target.display()),
        };
        node + &from.unwrap_or_default()
    });
    after.collect::<Vec<_>>().join("; ")
}

#[test]
fn patches_change_files() {
    for (cases, least) in [(include_str!("cases/patch.txt"), 45), (include_str!("cases/whole.txt"), 160)] {
        check(cases, least, |given| {
            let text = match given[1].strip_prefix('=') {
                Some(whole) => whole.to_owned(),
                None => format!("*** Begin Patch\n{}\n*** End Patch", given[1]),
            };
            changed(&given[0], &text)
        });
    }
}

fn line() -> impl Strategy<Value = String> {
    "[ab ]{0,3}"
}

fn chunk_line() -> impl Strategy<Value = ChunkLine> {
    (0..3, line()).prop_map(|(kind, text)| match kind {
        0 => ChunkLine::Keep(text),
        1 => ChunkLine::Remove(text),
        _ => ChunkLine::Insert(text),
    })
}

prop_compose! {
    fn any_chunk()(context in prop::option::of("[a-c@*]{1,4}"), lines in prop::collection::vec(chunk_line(), 1..6),
                   at_end in any::<bool>()) -> Chunk {
        Chunk { context, lines, at_end }
    }
}

fn any_file() -> impl Strategy<Value = FilePatch> {
    let path = || "[a-c/]{0,4}[a-c]";
    prop_oneof![
        (path(), prop::collection::vec(line(), 0..4)).prop_map(|(path, lines)| {
            let content = lines.iter().map(|line| format!("{line}\n")).collect();
            FilePatch::Add { path, content }
        }),
        path().prop_map(|path| FilePatch::Delete { path }),
        (path(), prop::option::of(path()), prop::collection::vec(any_chunk(), 1..4))
            .prop_map(|(path, move_to, chunks)| FilePatch::Update { path, move_to, chunks }),
    ]
}

/// The chunk that leads from one list of lines to the other, whole.
fn difference(before: &[String], after: &[String], keep: usize) -> Vec<Chunk> {
    let common = before.iter().zip(after).take_while(|(one, other)| one == other).count().min(keep);
    let kept = before.iter().take(common).cloned().map(ChunkLine::Keep);
    let removed = before.iter().skip(common).cloned().map(ChunkLine::Remove);
    let inserted = after.iter().skip(common).cloned().map(ChunkLine::Insert);
    vec![Chunk { context: None, lines: kept.chain(removed).chain(inserted).collect(), at_end: false }]
}

fn text_of(lines: &[String], end: &str) -> String {
    lines.iter().map(|line| format!("{line}{end}")).collect()
}

proptest! {
    #[test]
    fn a_printed_patch_is_read_as_the_same(files in prop::collection::vec(any_file(), 0..5)) {
        let patch = Patch { files };
        prop_assert_eq!(Patch::parse(&patch.to_string()).unwrap(), patch);
    }

    #[test]
    fn a_patch_and_its_inverse_change_nothing(
        before in prop::collection::vec(line(), 1..8), after in prop::collection::vec(line(), 1..8),
        end in prop::sample::select(vec!["\n", "\r\n"]), keep in 0_usize..4
    ) {
        let there = locate::apply(&text_of(&before, end), &difference(&before, &after, keep)).unwrap();
        prop_assert_eq!(&there, &text_of(&after, end));
        let back = locate::apply(&there, &difference(&after, &before, keep)).unwrap();
        prop_assert_eq!(back, text_of(&before, end));
    }

    #[test]
    fn no_text_is_too_strange_to_be_read(text in "(\\*\\*\\* (Begin|End) Patch|\\*\\*\\* (Add|Update|Delete) File: a|\\*\\*\\* Move to: b|@@|[+ -]a|é|\u{0}|\r|\n){0,20}") {
        let framed = format!("*** Begin Patch\n{text}\n*** End Patch");
        for text in [text, framed] {
            if let Ok(patch) = Patch::parse(&text) {
                let cwd = AbsolutePath::new("/w").unwrap();
                let files = disk("a=a\na\n;b=é");
                let _ = Changes::compute(&patch, &cwd, &mut |path| look(&files, path));
            }
        }
    }

    #[test]
    fn no_file_is_too_strange_to_be_patched(file in "[ab\r\n é]{0,30}", chunks in prop::collection::vec(any_chunk(), 0..4)) {
        if let Ok(text) = locate::apply(&file, &chunks) {
            let kept = chunks.iter().flat_map(|chunk| &chunk.lines).all(|line| matches!(line, ChunkLine::Keep(_)));
            if kept {
                prop_assert_eq!(text, file);
            }
        }
    }
}
