//! Whole patches and their inverses: what one does, the other undoes, whatever the files are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::base::line_diff;
use crate::base::paths::AbsolutePath;
use crate::tools::patch::changes::{Changes, Look, Node};
use crate::tools::patch::parse::{ChunkLine, FilePatch, Patch};

type Disk = BTreeMap<PathBuf, Vec<u8>>;

/// What is done to one file, as the text of a patch and the text that undoes it.
#[derive(Clone, Debug)]
struct Deed {
    /// Name and content before, if there is a file.
    before: Option<(String, String)>,
    after: Option<(String, String)>,
    /// How many unchanged lines stand around a change.
    context: u32,
}

impl Deed {
    fn text(&self) -> String {
        match (&self.before, &self.after) {
            (None, None) => String::new(),
            (None, Some((name, content))) => {
                let lines: String = content.lines().map(|line| format!("+{line}\n")).collect();
                format!("*** Add File: {name}\n{lines}")
            }
            (Some((name, _)), None) => format!("*** Delete File: {name}\n"),
            (Some((from, old)), Some((to, new))) => {
                let moved = if from == to { String::new() } else { format!("*** Move to: {to}\n") };
                format!("*** Update File: {from}\n{moved}{}", chunks(old, new, self.context))
            }
        }
    }

    fn inverse(&self) -> Self {
        Self { before: self.after.clone(), after: self.before.clone(), context: self.context }
    }
}

/// The differences of two texts as chunks; where there are none, a line that stays.
fn chunks(old: &str, new: &str, context: u32) -> String {
    let plain = |text: &str| text.lines().map(|line| format!("{line}\n")).collect::<String>();
    let hunks = line_diff::hunks(&plain(old), &plain(new), context);
    let line = |line: &str| if line.starts_with("@@") { "@@\n".to_owned() } else { format!("{line}\n") };
    let hunks: String = hunks.lines().map(line).collect();
    if hunks.is_empty() { format!("@@\n {}\n", old.lines().next().unwrap_or_default()) } else { hunks }
}

fn patch(deeds: &[Deed]) -> String {
    format!("*** Begin Patch\n{}*** End Patch", deeds.iter().map(Deed::text).collect::<String>())
}

fn apply(disk: &Disk, text: &str) -> Result<Disk, String> {
    let patch = Patch::parse(text).map_err(|error| format!("{error}\n{text}"))?;
    let cwd = AbsolutePath::new("/w").unwrap();
    let mut look = |path: &Path| {
        let file = |content: &Vec<u8>| Node::File { content: content.as_slice().into(), mode: Some(0o644) };
        Ok(Look { own: path.to_path_buf(), node: disk.get(path).map_or(Node::Absent, file) })
    };
    let changes = Changes::compute(&patch, &cwd, &mut look).map_err(|error| format!("{error}\n{text}"))?;
    let mut disk = disk.clone();
    for touched in changes.touched {
        match touched.after {
            Node::File { content, .. } => drop(disk.insert(touched.own, content.to_vec())),
            Node::Absent | Node::Link { .. } => drop(disk.remove(&touched.own)),
        }
    }
    Ok(disk)
}

fn disk<'a>(files: impl Iterator<Item = &'a Option<(String, String)>>) -> Disk {
    let file =
        |(name, content): &(String, String)| (Path::new("/w").join(name), content.clone().into_bytes());
    files.flatten().map(file).collect()
}

/// Lines that are never twice in a file, so that every place is the only one; two at least, to show how lines end.
fn lines() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::btree_set(0_u16..60, 2..20).prop_map(|lines| lines.into_iter().collect())
}

/// A text and one that some lines were taken from and others put into, with the same line ends.
fn texts() -> impl Strategy<Value = (String, String)> {
    let signs = ["", " ", "\t", "\u{201c}", "\u{2013} ", "+", "-", "@@ ", "*** "];
    (
        lines(),
        lines(),
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::sample::select(signs.to_vec()),
        any::<bool>(),
    )
        .prop_map(|(before, after, end, sign, is_whole)| {
            let text = |lines: &[u16]| {
                let text: String = lines.iter().map(|line| format!("{sign}{line}{end}")).collect();
                if is_whole { text } else { text.strip_suffix(end).unwrap_or(&text).to_owned() }
            };
            (text(&before), text(&after))
        })
}

fn deed(number: usize) -> impl Strategy<Value = Deed> {
    (texts(), 0..4, 1_u32..4).prop_map(move |((old, new), kind, context)| {
        let name = format!("d{}/f{number}", number % 2);
        // What is added or deleted comes back with whole lines of its own.
        let whole = |text: &str| text.lines().map(|line| format!("{line}\n")).collect::<String>();
        let (before, after) = match kind {
            0 => (None, Some((name, whole(&new)))),
            1 => (Some((name, whole(&old))), None),
            2 => (Some((name.clone(), old)), Some((format!("moved/{name}"), new))),
            _ => (Some((name.clone(), old)), Some((name, new))),
        };
        Deed { before, after, context }
    })
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    (deed(0), deed(1), deed(2), deed(3), 1_usize..5)
        .prop_map(|(a, b, c, d, count)| [a, b, c, d].into_iter().take(count).collect())
}

/// The lines of a patch as somebody types them who is not careful with blanks.
fn typed(patch: &Patch, careless: fn(&str) -> String) -> Patch {
    let mut patch = patch.clone();
    for file in &mut patch.files {
        let FilePatch::Update { chunks, .. } = file else { continue };
        for line in chunks.iter_mut().flat_map(|chunk| &mut chunk.lines) {
            match line {
                ChunkLine::Keep(text) | ChunkLine::Remove(text) => *text = careless(text),
                ChunkLine::Insert(_) => {}
            }
        }
    }
    patch
}

proptest! {
    #[test]
    fn what_a_patch_does_its_inverse_undoes(deeds in deeds()) {
        let before = disk(deeds.iter().map(|deed| &deed.before));
        let there = apply(&before, &patch(&deeds)).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&there, &disk(deeds.iter().map(|deed| &deed.after)), "{}", patch(&deeds));
        let inverse: Vec<Deed> = deeds.iter().rev().map(Deed::inverse).collect();
        let back = apply(&there, &patch(&inverse)).map_err(TestCaseError::fail)?;
        prop_assert_eq!(back, before, "{}", patch(&inverse));
    }

    #[test]
    fn a_careless_patch_does_the_same(deeds in deeds(), how in 0_usize..4) {
        let careless: [fn(&str) -> String; 4] = [
            |line| format!("{line} \t"),
            |line| format!("  {line}"),
            |line| line.trim().to_owned(),
            |line| line.replace('\u{201c}', "\"").replace('\u{2013}', "-"),
        ];
        let before = disk(deeds.iter().map(|deed| &deed.before));
        let exact = Patch::parse(&patch(&deeds)).unwrap();
        let there = apply(&before, &typed(&exact, careless[how]).to_string()).map_err(TestCaseError::fail)?;
        prop_assert_eq!(there, disk(deeds.iter().map(|deed| &deed.after)));
    }

    #[test]
    fn a_patch_that_was_read_is_printed_as_the_same(deeds in deeds(), cut in any::<prop::sample::Index>()) {
        let text = patch(&deeds);
        let boundary = text.floor_char_boundary(cut.index(text.len() + 1));
        for text in [text.clone(), format!("{}\n*** End Patch", &text[..boundary])] {
            if let Ok(patch) = Patch::parse(&text) {
                prop_assert_eq!(Patch::parse(&patch.to_string()).unwrap(), patch);
            }
        }
    }
}
