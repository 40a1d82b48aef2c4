//! What is whole of a line that cannot be read.
//!
//! A process that died in the middle of a line, or a machine that lost power, leaves half a line to which the
//! next writer may have glued a whole one, or zeros in front of it or behind. A record begins with its time; so
//! whatever is whole from there on is a record, and the rest is broken.

use std::ops::Range;

use serde_json::value::RawValue;

use super::decode::{self, Content};

/// The parts of a line, in order.
pub(super) struct Parts {
    pub whole: Vec<Range<usize>>,
    pub broken: Vec<Range<usize>>,
}

/// How every record begins, whoever wrote it; inside of texts the quotation marks are escaped.
const BEGINNING: &[u8] = b"{\"timestamp\":\"";
/// So many beginnings are tried in one line.
const TRIES: usize = 1000;

pub(super) fn parts(line: &[u8]) -> Parts {
    let mut parts = Parts { whole: Vec::new(), broken: Vec::new() };
    let (mut done, mut from) = (0, 0);
    for _ in 0..TRIES {
        let Some(start) = next_beginning(line, from) else { break };
        match line.get(start..).and_then(first_record) {
            Some(length) => {
                parts.break_off(line, done..start);
                parts.whole.push(start..start + length);
                done = start + length;
                from = done;
            }
            None => from = start + 1,
        }
    }
    parts.break_off(line, done..line.len());
    parts
}

impl Parts {
    fn break_off(&mut self, line: &[u8], range: Range<usize>) {
        let part = line.get(range.clone()).unwrap_or_default().trim_ascii_end();
        if !part.trim_ascii().is_empty() {
            self.broken.push(range.start..range.start + part.len());
        }
    }
}

fn next_beginning(line: &[u8], from: usize) -> Option<usize> {
    let rest = line.get(from..)?;
    rest.windows(BEGINNING.len()).position(|window| window == BEGINNING).map(|at| from + at)
}

/// How long the record is that stands here, if one does.
fn first_record(bytes: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    let whole =
        matches!(decode::decode(value.get().as_bytes()), Ok((_, _, Content::Meta(_) | Content::Item(_))));
    whole.then(|| values.byte_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":3,"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"{\"timestamp\":\"x\"}"}]}}"#;

    fn check(line: &str, whole: &[&str], broken: &[&str]) {
        let parts = parts(line.as_bytes());
        let texts = |ranges: &[Range<usize>]| {
            ranges.iter().map(|range| line[range.clone()].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            (texts(&parts.whole), texts(&parts.broken)),
            (
                whole.iter().map(|text| (*text).to_owned()).collect(),
                broken.iter().map(|text| (*text).to_owned()).collect()
            )
        );
    }

    #[test]
    fn records_are_found_between_what_is_broken() {
        check("garbage\r\n", &[], &["garbage"]);
        check(&format!("\0\0{RECORD}"), &[RECORD], &["\0\0"]);
        check(&format!("{RECORD}\0\0"), &[RECORD], &["\0\0"]);
        check(&format!("{RECORD}{RECORD}"), &[RECORD, RECORD], &[]);
        let half = &RECORD[..60];
        check(&format!("{half}{RECORD} "), &[RECORD], &[half]);
        check(
            &format!("{half}{half}{RECORD}x{half}"),
            &[RECORD],
            &[&format!("{half}{half}"), &format!("x{half}")],
        );
        check(&RECORD[..RECORD.len() - 1], &[], &[&RECORD[..RECORD.len() - 1]]);
    }
}
