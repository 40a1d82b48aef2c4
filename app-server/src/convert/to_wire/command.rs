//! Command lines for display: the argv as one line a shell would read back, and what the line seems to do.

use std::borrow::Cow;
use std::path::Path;

use codex_app_server_protocol::v2::item_tool::CommandAction;
use codex_protocol::turn_item::ParsedCommand;

use super::path;

/// The argv, quoted where a shell needs it: `/bin/bash -lc 'echo x'`.
pub(crate) fn line(argv: &[String]) -> String {
    let quoter = shlex::Quoter::new().allow_nul(true);
    let words: Vec<Cow<'_, str>> =
        argv.iter().map(|word| quoter.quote(word).unwrap_or(Cow::Borrowed(word.as_str()))).collect();
    words.join(" ")
}

/// Files that are read are named by their whole paths.
pub(crate) fn actions(parsed: Vec<ParsedCommand>, cwd: &Path) -> Vec<CommandAction> {
    parsed.into_iter().map(|parsed| action(parsed, cwd)).collect()
}

fn action(parsed: ParsedCommand, cwd: &Path) -> CommandAction {
    match parsed {
        ParsedCommand::Read { cmd, name, path: file } => {
            CommandAction::Read { command: cmd, name, path: path(&cwd.join(file)) }
        }
        ParsedCommand::ListFiles { cmd, path } => CommandAction::ListFiles { command: cmd, path },
        ParsedCommand::Search { cmd, query, path } => CommandAction::Search { command: cmd, query, path },
        ParsedCommand::Unknown { cmd } => CommandAction::Unknown { command: cmd },
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(argv: &[&str], expected: Expect) {
        let argv: Vec<String> = argv.iter().map(|&word| word.to_owned()).collect();
        expected.assert_eq(&line(&argv));
    }

    #[test]
    fn words_are_quoted_only_where_needed() {
        check(&["/bin/bash", "-lc", "echo x"], expect!["/bin/bash -lc 'echo x'"]);
        check(&["/bin/bash", "-lc", "ls"], expect!["/bin/bash -lc ls"]);
        check(&["bash", "-c", "echo 'a' > \"$b\""], expect![[r#"bash -c "echo 'a' > \""'$b"'"#]]);
        check(
            &["", "a\nb"],
            expect![[r#"
            '' 'a
            b'"#]],
        );
        check(&["a\0b c"], expect!["'a\0b c'"]);
        check(&[], expect![""]);
    }
}
