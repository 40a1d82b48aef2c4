//! What a confined command may use up, and what is said to whoever started one that reached its limit. Pure.
//!
//! The limits are meant for accidents and attacks, so they lie far above what builds need. Address space is not limited:
//! runtimes reserve far more than they use. Nor is the disk: that is the business of quotas.

/// What a command had used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The kernel ended one of its processes because the command had all the memory it may have.
    Memory,
    /// It could not start a process or a thread, having as many as it may have.
    Processes,
}

/// What programs say when they cannot start another process or thread, in small letters.
const NO_PROCESS: [&str; 6] = [
    "cannot fork",
    "can't fork",
    "fork: retry",
    "fork: resource temporarily unavailable",
    "unable to create native thread",
    "pthread_create failed",
];
/// As a shell says it of what was ended by force.
const KILLED: i32 = 128 + 9;

impl Limit {
    /// As the helper is told of it, or the server.
    pub(super) fn byte(limit: Option<Self>) -> u8 {
        match limit {
            None => 0,
            Some(Self::Memory) => 1,
            Some(Self::Processes) => 2,
        }
    }

    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Memory),
            2 => Some(Self::Processes),
            _ => None,
        }
    }
}

/// How many processes and threads a command may have at once. A build has some for each processor.
pub fn most_processes(processors: usize) -> usize {
    2048 + 128 * processors
}

/// How much of the memory of the machine all processes of a command may have together.
pub fn most_memory(total: u64) -> u64 {
    total / 5 * 4
}

/// What is to be said of a command that ended by itself with this code.
pub fn note(known: Option<Limit>, exit_code: i32, output: &str) -> Option<String> {
    match known {
        Some(Limit::Memory) => {
            return Some(
                "the command reached its limit of memory, and the system ended a part of it".to_owned(),
            );
        }
        Some(Limit::Processes) => {
            return Some(
                "the command reached its limit of processes and threads, and could not start more".to_owned(),
            );
        }
        None => {}
    }
    let output = output.to_ascii_lowercase();
    if exit_code != 0 && NO_PROCESS.iter().any(|sign| output.contains(sign)) {
        return Some("the command seems to have reached its limit of processes and threads".to_owned());
    }
    let text = "the command was ended by force (SIGKILL), by itself or because memory was short";
    (exit_code == KILLED).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_told_and_the_rest_is_guessed_from_signs() {
        let told = |known, code, output| note(known, code, output).unwrap_or_default();
        assert!(told(Some(Limit::Memory), 0, "").contains("limit of memory"));
        assert!(told(Some(Limit::Processes), 137, "").contains("limit of processes"));
        assert!(told(None, 2, "sh: 1: Cannot fork").contains("seems to have reached"));
        assert!(told(None, 137, "").contains("SIGKILL"));
        assert_eq!(told(None, 0, "cannot fork"), "");
        assert_eq!(told(None, 1, "Resource temporarily unavailable"), "");
    }

    #[test]
    fn limits_survive_the_journey() {
        for limit in [None, Some(Limit::Memory), Some(Limit::Processes)] {
            assert_eq!(Limit::of_byte(Limit::byte(limit)), limit);
        }
    }
}
