//! Was it the sandbox that made a command fail? A guess from its exit code and output; pure.

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

#[cfg(test)]
mod tests {
    use super::*;

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
