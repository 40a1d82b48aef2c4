//! The change of one file as `git diff --full-index` prints it. Pure.

use std::fmt::Write;

use crate::base::line_diff::{self, USUAL_CONTEXT};
use crate::turn::diff::blob::{Blob, similarity};

const NO_BLOB: &str = "0000000000000000000000000000000000000000";

/// A file that was there, is there, or both, under the same or another name.
pub struct Change<'a> {
    pub old_name: &'a str,
    pub new_name: &'a str,
    pub before: Option<&'a Blob>,
    pub after: Option<&'a Blob>,
}

/// Nothing if nothing changed.
pub fn change(change: &Change<'_>) -> String {
    let Change { old_name, new_name, before, after } = *change;
    let is_renamed = old_name != new_name;
    match (before, after) {
        (Some(before), Some(after)) if before == after && !is_renamed => String::new(),
        // Git shows a file that becomes a link as one that goes and one that comes.
        (Some(before), Some(after)) if before.is_link() != after.is_link() => {
            deleted(old_name, before) + &added(new_name, after)
        }
        (Some(before), Some(after)) => updated(change, before, after),
        (None, Some(after)) => added(new_name, after),
        (Some(before), None) => deleted(old_name, before),
        (None, None) => String::new(),
    }
}

fn updated(change: &Change<'_>, before: &Blob, after: &Blob) -> String {
    let Change { old_name, new_name, .. } = *change;
    let mut out = header(old_name, new_name);
    if before.mode != after.mode {
        push(&mut out, format_args!("old mode {}\nnew mode {}", before.mode.digits(), after.mode.digits()));
    }
    if old_name != new_name {
        push(
            &mut out,
            format_args!(
                "similarity index {}%\nrename from {}\nrename to {}",
                similarity(before, after),
                quoted("", old_name),
                quoted("", new_name)
            ),
        );
    }
    if before.id != after.id {
        let mode =
            if before.mode == after.mode { format!(" {}", after.mode.digits()) } else { String::new() };
        push(&mut out, format_args!("index {}..{}{mode}", before.id, after.id));
        body(&mut out, &quoted("a/", old_name), &quoted("b/", new_name), Some(before), Some(after));
    }
    out
}

fn added(name: &str, after: &Blob) -> String {
    let mut out = header(name, name);
    push(&mut out, format_args!("new file mode {}\nindex {NO_BLOB}..{}", after.mode.digits(), after.id));
    body(&mut out, "/dev/null", &quoted("b/", name), None, Some(after));
    out
}

fn deleted(name: &str, before: &Blob) -> String {
    let mut out = header(name, name);
    push(
        &mut out,
        format_args!("deleted file mode {}\nindex {}..{NO_BLOB}", before.mode.digits(), before.id),
    );
    body(&mut out, &quoted("a/", name), "/dev/null", Some(before), None);
    out
}

fn header(old_name: &str, new_name: &str) -> String {
    format!("diff --git {} {}\n", quoted("a/", old_name), quoted("b/", new_name))
}

fn body(out: &mut String, old: &str, new: &str, before: Option<&Blob>, after: Option<&Blob>) {
    let text = |blob: Option<&Blob>| blob.map_or(Some("".into()), |blob| blob.text.clone());
    let (Some(before), Some(after)) = (text(before), text(after)) else {
        return push(out, format_args!("Binary files {old} and {new} differ"));
    };
    let hunks = line_diff::hunks(&before, &after, USUAL_CONTEXT);
    if !hunks.is_empty() {
        push(out, format_args!("--- {old}{}\n+++ {new}{}", tab(old), tab(new)));
        out.push_str(&hunks);
    }
}

/// Tells tools where a name with blanks ends.
fn tab(name: &str) -> &'static str {
    if name.contains(' ') { "\t" } else { "" }
}

fn push(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{line}");
}

/// A name as git prints it: in quotes if it holds characters that a line cannot.
fn quoted(prefix: &str, name: &str) -> String {
    if !name.chars().any(|character| character.is_ascii_control() || matches!(character, '"' | '\\')) {
        return format!("{prefix}{name}");
    }
    let mut out = format!("\"{prefix}");
    for character in name.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '"' | '\\' => out.extend(['\\', character]),
            control if control.is_ascii_control() => {
                let _ = write!(out, "\\{:03o}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out + "\""
}
