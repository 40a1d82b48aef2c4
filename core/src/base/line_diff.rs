//! The lines in which two texts differ, as the hunks of a unified diff. Pure.
//!
//! Lines are found and moved about as git does it, so that people see what they are used to.

use std::fmt::Write;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

/// What git shows around a change unless told otherwise.
pub const USUAL_CONTEXT: u32 = 3;

/// The hunks that lead from one text to the other, with so many unchanged lines around each change.
pub fn hunks(before: &str, after: &str, context: u32) -> String {
    let input = InternedInput::new(before, after);
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let mut out = String::new();
    let mut group: Vec<Hunk> = Vec::new();
    for hunk in diff.hunks() {
        let is_far = group.last().is_some_and(|last| {
            hunk.before.start.saturating_sub(last.before.end) > context.saturating_mul(2)
        });
        if is_far {
            write_group(&mut out, &input, &group, context);
            group.clear();
        }
        group.push(hunk);
    }
    write_group(&mut out, &input, &group, context);
    out
}

/// Changes so near to each other that their surroundings touch.
fn write_group(out: &mut String, input: &InternedInput<&str>, group: &[Hunk], context: u32) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let above = context.min(first.before.start).min(first.after.start);
    let most = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let below = context.min(most.saturating_sub(last.before.end));
    let old = first.before.start - above..last.before.end + below;
    let new = first.after.start - above..last.after.end + below;
    // Writing to a string does not fail.
    let _ = writeln!(out, "@@ -{} +{} @@", place(&old), place(&new));
    let mut at = old.start;
    for hunk in group {
        write_lines(out, input, ' ', &input.before, at..hunk.before.start);
        write_lines(out, input, '-', &input.before, hunk.before.clone());
        write_lines(out, input, '+', &input.after, hunk.after.clone());
        at = hunk.before.end;
    }
    write_lines(out, input, ' ', &input.before, at..old.end);
}

/// Lines count from 1; a place without lines is named by the line before it.
fn place(lines: &Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn write_lines(out: &mut String, input: &InternedInput<&str>, sign: char, side: &[Token], lines: Range<u32>) {
    for token in side.get(lines.start as usize..lines.end as usize).unwrap_or_default() {
        let line = input.interner[*token];
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(before: &str, after: &str, context: u32, expected: Expect) {
        expected.assert_eq(&hunks(before, after, context));
    }

    fn numbers() -> String {
        (1..=20).map(|number| format!("{number}\n")).collect()
    }

    #[test]
    fn near_changes_share_a_hunk_and_far_ones_do_not() {
        let after = numbers().replace("\n5\n", "\nfive\n").replace("\n12\n", "\ntwelve\n");
        check(
            &numbers(),
            &after,
            3,
            expect![[r#"
                @@ -2,14 +2,14 @@
                 2
                 3
                 4
                -5
                +five
                 6
                 7
                 8
                 9
                 10
                 11
                -12
                +twelve
                 13
                 14
                 15
            "#]],
        );
        check(
            &numbers(),
            &after,
            1,
            expect![[r#"
                @@ -4,3 +4,3 @@
                 4
                -5
                +five
                 6
                @@ -11,3 +11,3 @@
                 11
                -12
                +twelve
                 13
            "#]],
        );
    }

    #[test]
    fn empty_sides_and_missing_ends() {
        check(
            "",
            "a\nb\n",
            3,
            expect![[r#"
            @@ -0,0 +1,2 @@
            +a
            +b
        "#]],
        );
        check(
            "a\n",
            "",
            3,
            expect![[r#"
            @@ -1 +0,0 @@
            -a
        "#]],
        );
        check(
            "a\nb",
            "a\nb\n",
            3,
            expect![[r#"
            @@ -1,2 +1,2 @@
             a
            -b
            \ No newline at end of file
            +b
        "#]],
        );
        check("same\n", "same\n", 3, expect![""]);
    }

    /// The text after the hunks, from the text before: what `patch` does.
    fn patched(before: &str, hunks: &str) -> String {
        let old: Vec<&str> = before.split_inclusive('\n').collect();
        let (mut out, mut at) = (String::new(), 0);
        let mut lines = hunks.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(header) = line.strip_prefix("@@ -") {
                let range = header.split(' ').next().unwrap();
                let (start, count) = range.split_once(',').unwrap_or((range, "1"));
                let start: usize = start.parse().unwrap();
                let start = if count == "0" { start } else { start - 1 };
                out.push_str(&old[at..start].concat());
                at = start;
                continue;
            }
            let end = if lines.peek().is_some_and(|next| next.starts_with('\\')) { "" } else { "\n" };
            match line.split_at(1) {
                (" ", text) => {
                    assert_eq!(old[at], format!("{text}{end}"));
                    out.push_str(old[at]);
                    at += 1;
                }
                ("-", text) => {
                    assert_eq!(old[at], format!("{text}{end}"));
                    at += 1;
                }
                ("+", text) => out.push_str(&format!("{text}{end}")),
                _ => {}
            }
        }
        out + &old[at..].concat()
    }

    proptest! {
        #[test]
        fn the_hunks_lead_from_one_text_to_the_other(
            before in "([abc]{0,2}\n){0,12}[ab]?", after in "([abc]{0,2}\n){0,12}[ab]?", context in 0_u32..4
        ) {
            prop_assert_eq!(patched(&before, &hunks(&before, &after, context)), after);
        }
    }
}
