//! Command lines that hand a script to a shell. Pure.

const SHELLS: [&str; 7] = ["bash", "zsh", "sh", "dash", "ksh", "ash", "fish"];
/// Folders that only the system writes.
const SYSTEM_FOLDERS: [&str; 3] = ["/bin", "/usr/bin", "/usr/local/bin"];

/// The script of `bash -lc SCRIPT` and the like, for shells that are what their names say.
pub fn script_of(argv: &[String]) -> Option<&str> {
    let [shell, flag, script] = argv else { return None };
    let name = known_place(shell)?;
    (matches!(name, "bash" | "zsh" | "sh" | "dash") && matches!(flag.as_str(), "-lc" | "-c"))
        .then_some(script)
}

/// The script of anything that looks like a shell with one.
pub fn script_anywhere(argv: &[String]) -> Option<String> {
    let (program, arguments) = argv.split_first()?;
    let name = base_name(program);
    if name == "eval" {
        return Some(arguments.join(" "));
    }
    if !SHELLS.contains(&name) {
        return None;
    }
    let is_flag = |word: &&String| word.starts_with('-') && !word.starts_with("--") && word.contains('c');
    let flag = arguments.iter().position(|word| is_flag(&word))?;
    // Options may stand between, such as `-o pipefail`.
    arguments
        .get(flag + 1..)?
        .iter()
        .find(|word| !word.starts_with(['-', '+']) && *word != "pipefail")
        .cloned()
}

pub fn is_shell(program: &str) -> bool {
    SHELLS.contains(&base_name(program))
}

/// The name of a program, wherever it is.
pub fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// The name of a program that stands in no folder, or in one that only the system writes.
pub fn known_place(program: &str) -> Option<&str> {
    match program.rsplit_once('/') {
        None => Some(program),
        Some((folder, name)) => SYSTEM_FOLDERS.contains(&folder).then_some(name),
    }
}
