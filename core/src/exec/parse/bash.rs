//! Shell scripts that are nothing but plain commands in a row, split into words.
//!
//! Plain is: words, quoted text without expansions, joined by `&&`, `||`, `;`, `|` or a new line. Everything
//! else (redirections, variables, substitutions, assignments, functions, background, escapes, comments)
//! makes the whole script not plain, because then its words are not what will be run.

use tree_sitter::{Node, Parser, Tree};

use super::shells;

/// Longer scripts are not looked at.
const LONGEST_SCRIPT: usize = 32 * 1024;

/// A word after the removal of quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// The shell may put other words in its place: it holds an unquoted pattern.
    pub expands: bool,
}

/// The commands of a plain script in source order; `None` if the script is not plain.
pub fn plain_commands(script: &str) -> Option<Vec<Vec<Word>>> {
    // The grammar takes for a blank what to a shell is a letter like any other: `ls\r/../x` is one word, the path of
    // a program.
    if script.chars().any(is_odd) {
        return None;
    }
    let tree = parse(script)?;
    if tree.root_node().has_error() {
        return None;
    }
    let mut commands = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            "program" | "list" | "pipeline" => waiting.extend(children(node).into_iter().rev()),
            "command" => commands.push(words(node, script)?),
            "&&" | "||" | ";" | "|" | "\n" => {}
            _ => return None,
        }
    }
    (!commands.is_empty()).then_some(commands)
}

fn is_odd(character: char) -> bool {
    let is_blank = matches!(character, ' ' | '\t' | '\n');
    !is_blank && (character.is_control() || character.is_whitespace() || character == '\u{feff}')
}

/// The words of all commands anywhere in a script, plain or not, as far as they can be read, those in texts
/// for a shell's input included; `None` if it was not looked at.
pub fn commands_anywhere(script: &str) -> Option<Vec<Vec<String>>> {
    let mut inputs = Vec::new();
    let mut commands = read_commands(script, &mut inputs)?;
    if commands.iter().any(|words: &Vec<String>| words.iter().any(|word| shells::is_shell(word))) {
        let bodies: Vec<String> = std::mem::take(&mut inputs);
        for body in bodies {
            commands.extend(read_commands(&body, &mut inputs)?);
        }
    }
    Some(commands)
}

/// Also collects the texts of its heredocs.
fn read_commands(script: &str, inputs: &mut Vec<String>) -> Option<Vec<Vec<String>>> {
    let tree = parse(script)?;
    let mut commands = Vec::new();
    let mut waiting = vec![tree.root_node()];
    while let Some(node) = waiting.pop() {
        if node.kind() == "heredoc_body" {
            inputs.extend(text(node, script).map(ToOwned::to_owned));
        }
        if node.kind() == "command" {
            let words = children(node).into_iter().filter(|child| child.kind() != "variable_assignment");
            let texts = words.filter_map(|child| readable(child, script));
            commands.push(texts.collect());
        }
        waiting.extend(children(node).into_iter().rev());
    }
    Some(commands)
}

fn parse(script: &str) -> Option<Tree> {
    if script.len() > LONGEST_SCRIPT || script.contains('\0') {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    parser.parse(script, None)
}

fn children<'tree>(node: Node<'tree>) -> Vec<Node<'tree>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

fn words(command: Node<'_>, script: &str) -> Option<Vec<Word>> {
    children(command).into_iter().map(|child| word(child, script)).collect()
}

fn word(node: Node<'_>, script: &str) -> Option<Word> {
    match node.kind() {
        "command_name" => match children(node).as_slice() {
            [only] => word(*only, script),
            _ => None,
        },
        "word" | "number" => unquoted(text(node, script)?),
        // Such as `a'b c'`.
        "concatenation" => {
            if text(node, script)?.contains(['{', '}']) {
                return None;
            }
            let parts = children(node).into_iter().map(|part| word(part, script));
            let parts = parts.collect::<Option<Vec<Word>>>()?;
            let expands = parts.iter().any(|part| part.expands);
            Some(Word { text: parts.into_iter().map(|part| part.text).collect(), expands })
        }
        "raw_string" => {
            let inner = text(node, script)?.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(Word { text: inner.to_owned(), expands: false })
        }
        "string" => {
            let [open, content, close] = children(node)[..] else { return None };
            if open.kind() != "\"" || content.kind() != "string_content" || close.kind() != "\"" {
                return None;
            }
            let inner = text(node, script)?.strip_prefix('"')?.strip_suffix('"')?;
            let plain = !inner.contains(['\\', '$', '`', '!']);
            plain.then(|| Word { text: inner.to_owned(), expands: false })
        }
        _ => None,
    }
}

fn unquoted(text: &str) -> Option<Word> {
    if text.contains(['\\', '$', '`', '\'', '"', '!', '<', '>', '&', ';', '|', '(', ')', '\n']) {
        return None;
    }
    let expands = text.contains(['*', '?', '[', ']', '{', '}', '~']) || text.starts_with('=');
    Some(Word { text: text.to_owned(), expands })
}

/// The text of a word with its quotes taken off, however it is made.
fn readable(node: Node<'_>, script: &str) -> Option<String> {
    let whole = text(node, script)?;
    Some(match node.kind() {
        "command_name" | "concatenation" => {
            children(node).into_iter().filter_map(|part| readable(part, script)).collect()
        }
        "raw_string" => whole.trim_matches('\'').to_owned(),
        "string" => {
            let inner = whole.strip_prefix('"').unwrap_or(whole);
            unescaped(inner.strip_suffix('"').unwrap_or(inner))
        }
        "word" => unescaped(whole),
        _ => whole.replace(['\'', '"', '\\'], ""),
    })
}

/// Backslashes taken off.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

fn text<'s>(node: Node<'_>, script: &'s str) -> Option<&'s str> {
    script.get(node.byte_range())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(script: &str) -> Option<String> {
        let commands = plain_commands(script)?;
        let show = |word: &Word| format!("{}{}", word.text, if word.expands { "~" } else { "" });
        Some(
            commands
                .iter()
                .map(|words| words.iter().map(show).collect::<Vec<_>>().join("_"))
                .collect::<Vec<_>>()
                .join(" / "),
        )
    }

    #[test]
    fn plain_scripts_are_split() {
        for (script, expected) in [
            ("ls", "ls"),
            ("ls -l 'a b' \"c d\" 3", "ls_-l_a b_c d_3"),
            ("a && b || c; d | e", "a / b / c / d / e"),
            ("a\nb", "a / b"),
            ("cd x && git status;", "cd_x / git_status"),
            ("rg -n 'x|y' src/*.rs", "rg_-n_x|y_src/*.rs~"),
            ("ls ~/x a?c", "ls_~/x~_a?c~"),
            ("a'b c'\"d\"e", "ab cde"),
            ("ls '*'.rs 'a'*", "ls_*.rs_a*~"),
        ] {
            assert_eq!(split(script).as_deref(), Some(expected), "{script}");
        }
    }

    #[test]
    fn what_is_more_than_words_is_not_plain() {
        for script in [
            "",
            "# only a comment",
            "ls > x",
            "ls 2>&1",
            "ls < x",
            "ls &",
            "a |& b",
            "ls $(pwd)",
            "ls `pwd`",
            "ls $HOME",
            "ls \"$HOME\"",
            "(ls)",
            "{ ls; }",
            "A=1 ls",
            "A=1",
            "if a; then b; fi",
            "for x in a; do b; done",
            "f() { ls; }",
            "ls <<E\nx\nE",
            "ls <(pwd)",
            "a$b",
            "a'b'$c",
            "a\"$b\"",
            "\"\"",
            "\\rm x",
            "find . -del\\ete",
            "! ls",
            "ls !$",
            "ls # why",
            "ls $'a'",
            "ls $\"a\"",
            "[[ a ]]",
            "((1))",
            "export A=1",
            "ls {a,b}",
            "ls 'unfinished",
            "ls &&",
            "ls\0",
        ] {
            assert_eq!(split(script), None, "{script}");
        }
    }

    #[test]
    fn only_the_shells_own_blanks_separate_words() {
        for odd in [
            "\r", "\u{b}", "\u{c}", "\u{85}", "\u{a0}", "\u{2003}", "\u{2028}", "\u{feff}", "\u{1}", "\u{7f}",
        ] {
            for script in [
                format!("ls{odd}x"),
                format!("ls{odd}/../x"),
                format!("ls x{odd}; ls"),
                format!("{odd}ls"),
                format!("ls{odd}"),
            ] {
                let split = split(&script);
                assert_eq!(split, None, "{script:?}");
            }
        }
        assert_eq!(split("ls é").as_deref(), Some("ls_é"));
        assert_eq!(split("ls\t-l\n").as_deref(), Some("ls_-l"));
    }

    #[test]
    fn commands_are_found_inside_of_anything() {
        let all =
            commands_anywhere("if true; then r\\m -rf \"$X\"; fi > x; echo $(git reset --hard)").unwrap();
        let all: Vec<String> = all.iter().map(|words| words.join(" ")).collect();
        assert!(all.contains(&"rm -rf $X".to_owned()), "{all:?}");
        assert!(all.contains(&"git reset --hard".to_owned()), "{all:?}");
    }

    #[test]
    fn long_and_broken_scripts_end_quickly() {
        assert_eq!(plain_commands(&"a;".repeat(LONGEST_SCRIPT)), None);
        assert_eq!(plain_commands(&"a;".repeat(10_000)).map(|commands| commands.len()), Some(10_000));
        assert_eq!(plain_commands(&"(".repeat(10_000)), None);
        assert_eq!(plain_commands(&"'\"$(`<<".repeat(2_000)), None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(script in "[ a-c&|;'\"$(){}<>\\\\\n`*~=#-]{0,40}") {
            let _ = plain_commands(&script);
            let _ = commands_anywhere(&script);
        }
    }
}
