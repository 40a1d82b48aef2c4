//! What a fuzzer feeds: a line from anybody goes through the envelope and the table of requests. It must never
//! panic, and whatever it answers must be an answer that a client can use.

use crate::ClientRequest;
use crate::jsonrpc::{Incoming, write_line};

/// Takes one line as the server would, up to the point where a handler would get it.
pub fn target(line: &[u8]) {
    let Ok(line) = std::str::from_utf8(line) else { return };
    let Ok(Incoming::Request { id, method, params }) = Incoming::decode(line) else { return };
    let mut out = Vec::new();
    let written = match ClientRequest::decode(&method, params) {
        Ok(request) => {
            let _ = ClientRequest::experimental_use(&method, params);
            request.write_line(&id, &mut out)
        }
        Err(problem) => {
            write_line(&crate::jsonrpc::ErrorMessage { error: &problem.into(), id: &id }, &mut out)
        }
    };
    assert!(written.is_ok(), "what was read can be written");
    let feeds = out.iter().filter(|byte| **byte == b'\n').count();
    assert!(feeds == 1 && out.last() == Some(&b'\n'), "a message is one line");
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The requests of the examples as lines.
    fn corpus() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
        ClientRequest::METHODS
            .iter()
            .map(|row| {
                let path = folder.join(format!("{}.json", row.name.replace('/', ".")));
                let example: serde_json::Value =
                    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
                format!(r#"{{"id":1,"method":"{}","params":{}}}"#, row.name, example["params"]).into_bytes()
            })
            .collect()
    }

    #[test]
    #[allow(clippy::disallowed_methods)] // tests have no configuration
    fn the_corpus_and_thousands_of_changed_lines() {
        let corpus = corpus();
        corpus.iter().for_each(|line| target(line));

        // A fixed seed: a failure must come again.
        let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let mut state = setting("CODEX_FUZZ_SEED").unwrap_or(0x9e37_79b9_7f4a_7c15).max(1);
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below.max(1) as u64) as usize
        };
        for round in 0..setting("CODEX_FUZZ_INPUTS").unwrap_or(5_000) as usize {
            let mut line = corpus[round % corpus.len()].clone();
            for _ in 0..=next(4) {
                let at = next(line.len());
                match next(4) {
                    0 => line[at] = next(256) as u8,
                    1 => line.truncate(at.max(1)),
                    2 => line.splice(at..at, *b"null").for_each(drop),
                    _ => {
                        let end = (at + next(20)).min(line.len());
                        let copy = line[at..end].to_vec();
                        line.splice(at..at, copy);
                    }
                }
            }
            let shown = Shown(&line);
            target(shown.0);
        }
    }

    /// Says at which line a test failed.
    struct Shown<'a>(&'a [u8]);

    impl Drop for Shown<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("the line was {:?}", String::from_utf8_lossy(self.0));
            }
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        let line = format!(
            r#"{{"id":1,"method":"thread/start","params":{{"config":{}1{}}}}}"#,
            "{\"a\":".repeat(5_000),
            "}".repeat(5_000)
        );
        target(line.as_bytes());
    }
}
