//! A shell script that does nothing but apply a patch. Pure.
//!
//! `apply_patch <<'EOF'`, with `cd FOLDER &&` in front if need be and nothing behind, and `apply_patch 'PATCH'`. There is no
//! such program; models write it because they have learned so, and it is carried out as the tool of that name.

use super::bash::{Word, plain_commands};
use super::shells::script_of;

/// What a script turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchScript {
    Applies {
        folder: Option<String>,
        patch: String,
    },
    /// A patch, and no word of what is to be done with it.
    OnlyPatch,
}

const NAMES: [&str; 2] = ["apply_patch", "applypatch"];
const BEGIN: &str = "*** Begin Patch";

/// The same for a command in words: the program that does not exist, or a shell with such a script.
pub fn find_in(argv: &[String]) -> Option<PatchScript> {
    match argv {
        [name, patch] if NAMES.contains(&name.as_str()) => {
            Some(PatchScript::Applies { folder: None, patch: patch.clone() })
        }
        [only] if only.trim_start().starts_with(BEGIN) => Some(PatchScript::OnlyPatch),
        _ => find(script_of(argv)?),
    }
}

/// None for a script that does something else.
pub fn find(script: &str) -> Option<PatchScript> {
    let script = script.trim();
    if script.starts_with(BEGIN) {
        return Some(PatchScript::OnlyPatch);
    }
    let (folder, rest) = behind_cd(script);
    let name = NAMES.iter().find(|name| rest.starts_with(**name))?;
    let arguments = rest.get(name.len()..)?;
    let patch =
        if arguments.trim_start().starts_with("<<") { here_document(arguments) } else { argument(rest) };
    Some(PatchScript::Applies { folder, patch: patch? })
}

/// The folder that a script enters first, and the rest of it.
fn behind_cd(script: &str) -> (Option<String>, &str) {
    let first = script.lines().next().unwrap_or_default();
    let Some((before, _)) = first.split_once("&&") else { return (None, script) };
    let rest = script.get(before.len() + 2..).unwrap_or_default().trim_start();
    let entered = plain_commands(before).and_then(|commands| match commands.as_slice() {
        [words] => match words.as_slice() {
            [cd, Word { text, expands: false }] if cd.text == "cd" && !text.starts_with('-') => {
                Some(text.clone())
            }
            _ => None,
        },
        _ => None,
    });
    // Something else in front makes it another script, which the name will not fit.
    match entered {
        Some(folder) => (Some(folder), rest),
        None => (None, script),
    }
}

/// The text of a here-document with which the script ends.
fn here_document(arguments: &str) -> Option<String> {
    let (first, rest) = arguments.trim_start().strip_prefix("<<")?.split_once('\n')?;
    let first = first.trim();
    let quoted = |quote: char| first.strip_prefix(quote)?.strip_suffix(quote);
    let word = quoted('\'').or_else(|| quoted('"')).unwrap_or(first);
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if !is_word(word) {
        return None;
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end_matches(['\r', '\n']) == word {
            let behind = rest.get(at + line.len()..)?;
            return behind.trim().is_empty().then(|| rest.get(..at).map(str::to_owned)).flatten();
        }
        at += line.len();
    }
    None
}

/// The only argument of the only command.
fn argument(script: &str) -> Option<String> {
    match plain_commands(script)?.as_slice() {
        [words] => match words.as_slice() {
            [_, patch] => Some(patch.text.clone()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(script: &str) -> String {
        match find(script) {
            Some(PatchScript::Applies { folder, patch }) => {
                format!("{} {patch:?}", folder.unwrap_or_default())
            }
            Some(PatchScript::OnlyPatch) => "only a patch".to_owned(),
            None => "another script".to_owned(),
        }
    }

    #[test]
    fn scripts_that_apply_a_patch_are_found() {
        for (script, expected) in [
            ("apply_patch <<'EOF'\nP\nEOF", " \"P\\n\""),
            ("  applypatch <<EOF\nP\nQ\nEOF\n\n", " \"P\\nQ\\n\""),
            ("apply_patch << \"END_1\"\nEOF\nEND_1\n", " \"EOF\\n\""),
            ("apply_patch <<'EOF'\r\nP\r\nEOF\r\n", " \"P\\r\\n\""),
            ("cd a && apply_patch <<'EOF'\nP && Q\nEOF", "a \"P && Q\\n\""),
            ("cd 'a b' &&\napply_patch <<'EOF'\nP\nEOF", "a b \"P\\n\""),
            ("cd \"/a b\"&&apply_patch <<'EOF'\nP\nEOF", "/a b \"P\\n\""),
            ("apply_patch '*** Begin Patch\n*** End Patch'", " \"*** Begin Patch\\n*** End Patch\""),
            ("cd a && apply_patch 'P && Q'", "a \"P && Q\""),
            ("*** Begin Patch\n*** End Patch", "only a patch"),
        ] {
            assert_eq!(found(script), expected, "{script}");
        }
    }

    #[test]
    fn commands_in_words_are_looked_into() {
        let find = |argv: &[&str]| find_in(&argv.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let applies = |folder: Option<&str>, patch: &str| {
            Some(PatchScript::Applies { folder: folder.map(str::to_owned), patch: patch.to_owned() })
        };
        assert_eq!(find(&["apply_patch", "P"]), applies(None, "P"));
        assert_eq!(find(&["/bin/bash", "-lc", "cd a && apply_patch <<'E'\nP\nE"]), applies(Some("a"), "P\n"));
        assert_eq!(find(&[" *** Begin Patch\n"]), Some(PatchScript::OnlyPatch));
        assert_eq!(find(&["sh", "-c", "*** Begin Patch\n"]), Some(PatchScript::OnlyPatch));
        for other in
            [&["apply_patch"][..], &["apply_patch", "P", "Q"], &["echo", "*** Begin Patch"], &["ls"], &[]]
        {
            assert_eq!(find(other), None, "{other:?}");
        }
    }

    #[test]
    fn others_are_left_to_the_shell() {
        for script in [
            "ls",
            "apply_patch",
            "apply_patch <<'EOF'\nP",
            "apply_patch <<'EOF'\nP\nEOF\nls",
            "apply_patch <<'EOF' && ls\nP\nEOF",
            "apply_patch <<'EOF' > x\nP\nEOF",
            "apply_patch <<-EOF\nP\nEOF",
            "ls && apply_patch <<'EOF'\nP\nEOF",
            "cd a && cd b && apply_patch <<'EOF'\nP\nEOF",
            "cd a || apply_patch <<'EOF'\nP\nEOF",
            "cd a; apply_patch <<'EOF'\nP\nEOF",
            "cd a b && apply_patch <<'EOF'\nP\nEOF",
            "cd ~ && apply_patch <<'EOF'\nP\nEOF",
            "cd $HOME && apply_patch <<'EOF'\nP\nEOF",
            "cd - && apply_patch <<'EOF'\nP\nEOF",
            "apply_patched <<'EOF'\nP\nEOF",
            "apply_patch a b",
            "apply_patch \"$X\"",
            "apply_patch x | cat",
            "echo apply_patch <<'EOF'\nP\nEOF",
        ] {
            assert_eq!(found(script), "another script", "{script}");
        }
    }
}
