//! `/prompts:NAME ARGUMENTS` instead of a message: a prompt that the user keeps as a file, with its arguments.

use std::path::Path;

use codex_core::files::prompts::{self, CustomPrompt};

use super::Error;

/// The message that is meant. Whatever does not begin so is one.
pub fn message(typed: String, home: &Path) -> Result<String, Error> {
    let Some(called) = typed.strip_prefix("/prompts:") else { return Ok(typed) };
    let (name, arguments) = called.split_once(char::is_whitespace).unwrap_or((called, ""));
    let known = prompts::list(home);
    let prompt =
        known.iter().find(|prompt| prompt.name == name.trim()).ok_or_else(|| unknown(name, &known))?;
    prompts::expand(&prompt.body, arguments).map_err(|error| Error::Prompt(format!("{name}: {error}")))
}

fn unknown(name: &str, known: &[CustomPrompt]) -> Error {
    let line = |prompt: &CustomPrompt| {
        let hint = prompt.argument_hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
        let description = prompt.description.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        format!("\n  /prompts:{}{hint}{description}", prompt.name)
    };
    let lines: String = known.iter().map(line).collect();
    let lines = if lines.is_empty() { " none; put `NAME.md` there".to_owned() } else { lines };
    Error::Prompt(format!(
        "there is no `{name}.md` in the folder `prompts` of the home directory. There are:{lines}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_called_by_name() {
        let home = tempfile::tempdir().unwrap();
        let call = |typed: &str| {
            message(typed.to_owned(), home.path()).unwrap_or_else(|error| format!("error: {error}"))
        };
        assert_eq!(call("say hello"), "say hello");
        assert!(call("/prompts:x").ends_with("There are: none; put `NAME.md` there"));
        std::fs::create_dir(home.path().join("prompts")).unwrap();
        let text = "---\ndescription: Says it\nargument-hint: WORD\n---\nsay $1!";
        std::fs::write(home.path().join("prompts/loud.md"), text).unwrap();
        assert_eq!(call("/prompts:loud hello"), "say hello!");
        assert!(call("/prompts:quiet").ends_with("There are:\n  /prompts:loud WORD: Says it"));
        assert!(call("/prompts:loud 'a").contains("quotation mark"));
    }
}
