//! Was it the sandbox that made a command fail, and what can be done? A guess from its exit code and output; pure.

use super::personal;
use super::rules::PROTECTED_NAMES;
use super::strength::Strength;

/// What programs say when the system refuses them something, in small letters.
const SIGNS: [&str; 7] = [
    "operation not permitted",
    "permission denied",
    "read-only file system",
    "seccomp",
    "sandbox",
    "landlock",
    "failed to write file",
];
/// 128 + SIGSYS: ended by a system call filter.
const FILTERED: i32 = 159;

/// Whether a command that ran in the sandbox was probably denied something by it.
pub fn looks_denied(exit_code: i32, output: &str) -> bool {
    if exit_code == 0 {
        return false;
    }
    let output = output.to_ascii_lowercase();
    if SIGNS.iter().any(|sign| output.contains(sign)) {
        return true;
    }
    exit_code == FILTERED
}

/// What the one who ran it in the sandbox should know of the result.
pub fn notes(denied: bool, output: &str, may_escalate: bool, strength: &Strength) -> Vec<String> {
    let mut notes = Vec::new();
    if denied {
        notes.push("the sandbox seems to have stopped this command".to_owned());
        let remedy = match may_escalate {
            true => "ask to run it with `sandbox_permissions` set to `require_escalated`",
            false => "the approval policy does not allow to leave the sandbox",
        };
        if let Some(name) =
            PROTECTED_NAMES.into_iter().chain(personal::names()).find(|name| names(output, name))
        {
            notes.push(format!("`{name}` is protected: it cannot be written in the sandbox; {remedy}"));
        }
    }
    if let Strength::LandlockOnly { missing } = strength {
        let gaps: Vec<String> = missing.iter().skip(1).map(ToString::to_string).collect();
        notes.push(format!("the sandbox of this machine is the weaker one: {}", gaps.join("; ")));
    }
    notes
}

/// Whether a text names a file or folder, and not another that begins or ends like it.
fn names(text: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::super::strength::Gap;
    use super::*;

    #[test]
    fn a_protected_name_and_the_way_out_are_told() {
        let git = "fatal: Unable to create '/w/.git/index.lock': Read-only file system";
        let told = notes(true, git, true, &Strength::Full);
        assert_eq!(told.len(), 2);
        assert!(told[1].contains("`.git`") && told[1].contains("require_escalated"), "{}", told[1]);
        assert!(notes(true, git, false, &Strength::Full)[1].contains("does not allow"));
        assert_eq!(notes(true, "/etc/.gitignore: Permission denied", true, &Strength::Full).len(), 1);
        let shell = "sh: 1: cannot create /home/me/.bashrc: Read-only file system";
        assert!(notes(true, shell, true, &Strength::Full)[1].contains("`.bashrc`"));
        assert_eq!(notes(false, git, true, &Strength::Full), [] as [&str; 0]);
    }

    #[test]
    fn a_weaker_sandbox_is_told_of_in_every_result() {
        let reason = Gap::NotFull { reason: "r".into(), remedy: "r".into() };
        let weak = Strength::LandlockOnly { missing: vec![reason, Gap::ProtectedNames] };
        assert!(notes(false, "", true, &weak)[0].contains("can be written"));
    }

    #[test]
    fn signs_count_whatever_the_code_and_codes_decide_the_rest() {
        for (code, output, expected) in [
            (0, "Permission denied", false),
            (1, "sh: x: Permission denied", true),
            (1, "touch: cannot touch 'x': Read-only file system", true),
            (128, "fatal: could not lock: OPERATION NOT PERMITTED", true),
            (127, "sh: x: not found", false),
            (126, "x: Permission denied", true),
            (2, "usage", false),
            (159, "", true),
            (1, "could not connect", false),
            (137, "", false),
        ] {
            assert_eq!(looks_denied(code, output), expected, "{code} {output}");
        }
    }
}
