//! Lines of a file with their numbers, or a block of them.
//!
//! A file is passed line by line, of which only the beginning is held, so neither long files nor long lines need memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use crate::tools::files::indentation;
use crate::tools::files::job::TextJob;
use crate::tools::files::open::{failed, open};

/// Of longer lines the rest is not shown.
const LONGEST_LINE: usize = 500;
/// More is not shown in one go.
const MOST_BYTES: usize = 1024 * 1024;
/// Of longer files no blocks are shown.
const MOST_LINES: usize = 500_000;

pub fn read(job: &TextJob) -> Result<String, String> {
    let mut file = BufReader::with_capacity(64 * 1024, open(&job.path)?);
    let beginning = file.fill_buf().map_err(|error| failed(&job.path, &error))?;
    if beginning.contains(&0) {
        return Err(format!("`{}` is a binary file and has no lines to show", job.path.display()));
    }
    match &job.block {
        None => slice(job, file),
        Some(block) => {
            let mut lines = Vec::new();
            let passed = each_line(&mut file, |line| {
                lines.push(line.to_owned());
                if lines.len() > MOST_LINES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            passed.map_err(|error| failed(&job.path, &error))?;
            if lines.len() > MOST_LINES {
                return Err(format!("the file has more than {MOST_LINES} lines; read it in mode `slice`"));
            }
            let found = indentation::block(&lines, block, job.limit)
                .ok_or_else(|| beyond(job, block.anchor, lines.len()))?;
            let mut out = Output::default();
            for (index, line) in lines.iter().enumerate().take(found.end).skip(found.start) {
                if out.line(index + 1, line).is_break() {
                    break;
                }
            }
            Ok(out.text)
        }
    }
}

fn slice(job: &TextJob, mut file: BufReader<File>) -> Result<String, String> {
    let mut out = Output::default();
    let mut number = 0;
    let after = job.offset.saturating_add(job.limit);
    let passed = each_line(&mut file, |line| {
        number += 1;
        if number >= after {
            return ControlFlow::Break(());
        }
        if number < job.offset { ControlFlow::Continue(()) } else { out.line(number, line) }
    });
    passed.map_err(|error| failed(&job.path, &error))?;
    match out.text.is_empty() {
        true if number == 0 && job.offset == 1 => Ok("The file is empty.".to_owned()),
        true => Err(beyond(job, job.offset, number)),
        false => Ok(out.text),
    }
}

fn beyond(job: &TextJob, line: usize, count: usize) -> String {
    format!("line {line} is behind the end of `{}`, which has {count} lines", job.path.display())
}

/// Numbered lines up to a limit.
#[derive(Default)]
struct Output {
    text: String,
}

impl Output {
    fn line(&mut self, number: usize, line: &str) -> ControlFlow<()> {
        if self.text.len() > MOST_BYTES {
            self.text.push_str(&format!("\n[too much for one answer; go on with offset {number}]"));
            return ControlFlow::Break(());
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&format!("L{number}: {line}"));
        ControlFlow::Continue(())
    }
}

/// Passes every line without its end, cut to what is shown, until it is told to stop.
fn each_line(file: &mut impl BufRead, mut take: impl FnMut(&str) -> ControlFlow<()>) -> io::Result<()> {
    // One byte more, so that a carriage return behind the last one that is shown is known as a line end.
    const HELD: usize = LONGEST_LINE + 1;
    let mut line: Vec<u8> = Vec::with_capacity(HELD);
    let mut length = 0;
    loop {
        let buffer = match file.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        length += part.len();
        line.extend(part.iter().take(HELD - line.len()));
        let consumed = part.len() + usize::from(end.is_some());
        let is_over = end.is_none() && buffer.is_empty();
        file.consume(consumed);
        if end.is_none() && !is_over {
            continue;
        }
        if is_over && length == 0 {
            return Ok(());
        }
        if length == line.len() && end.is_some() && line.last() == Some(&b'\r') {
            line.pop();
        }
        if take(&cut(&line)).is_break() || is_over {
            return Ok(());
        }
        line.clear();
        length = 0;
    }
}

/// What is shown of a line, without half a character at its end.
fn cut(line: &[u8]) -> String {
    let short = line.get(..LONGEST_LINE).unwrap_or(line);
    let whole = match std::str::from_utf8(short) {
        Err(error) if error.error_len().is_none() && short.len() < line.len() => {
            short.get(..error.valid_up_to()).unwrap_or(short)
        }
        _ => short,
    };
    String::from_utf8_lossy(whole).into_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(content: &[u8], offset: usize, limit: usize, expected: Expect) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, content).unwrap();
        let read = read(&TextJob { path: path.clone(), offset, limit, block: None });
        let text = read.unwrap_or_else(|why| format!("error: {why}"));
        expected.assert_eq(&text.replace(&path.display().to_string(), "~").replace('\n', "|"));
    }

    #[test]
    fn lines_have_numbers() {
        check(b"a\r\nb\n\nc", 1, 2000, expect!["L1: a|L2: b|L3: |L4: c"]);
        check(b"a\nb\nc\n", 2, 1, expect!["L2: b"]);
        check(b"a\n", 3, 1, expect!["error: line 3 is behind the end of `~`, which has 1 lines"]);
        check(b"", 1, 1, expect!["The file is empty."]);
        check(b"a\0b", 1, 1, expect!["error: `~` is a binary file and has no lines to show"]);
        check(b"\xff\xfe", 1, 1, expect!["L1: ��"]);
        check(b"a\rb\r", 1, 9, expect!["L1: a\rb\r"]);
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let line = format!("{}ä tail\nnext\n", "x".repeat(LONGEST_LINE - 1));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, &line).unwrap();
        let job = TextJob { path, offset: 1, limit: 9, block: None };
        assert_eq!(read(&job).unwrap(), format!("L1: {}\nL2: next", "x".repeat(LONGEST_LINE - 1)));
    }

    #[test]
    fn an_answer_is_bounded_and_says_where_to_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "0123456789\n".repeat(200_000)).unwrap();
        let text = read(&TextJob { path, offset: 1, limit: usize::MAX, block: None }).unwrap();
        assert!(text.len() < MOST_BYTES + 1000 && text.contains("go on with offset 5"), "{}", text.len());
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_they_are_read(content in "[a\r\nä]{0,40}", capacity in 1_usize..7) {
            let mut lines = Vec::new();
            let mut file = BufReader::with_capacity(capacity, content.as_bytes());
            each_line(&mut file, |line| {
                lines.push(line.to_owned());
                ControlFlow::Continue(())
            }).unwrap();
            prop_assert_eq!(lines, content.lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
