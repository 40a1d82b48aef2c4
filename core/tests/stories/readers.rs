//! Tools that read files without a command.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    an_image_is_shown,
    files_are_read_side_by_side,
    an_interrupt_ends_reading,
    nothing_is_written_where_reading_is_confined,
];

fn an_image_is_shown() {
    check(
        Setting::default(),
        r#"shell printf iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg== | base64 -d > a.png
call view_image {"path": "a.png"}
call view_image {"path": "b.png"}
say {output}
"#,
        "quiet\nuser go",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ran "printf iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg== | base64 -d > a.png" Completed code Some(0) output ""
              started   image ~/work/a.png
              completed image ~/work/a.png
              agent "there is nothing at `~/work/b.png`; check the path"
            turn completed after 4 responses
        "#]],
    );
}

fn files_are_read_side_by_side() {
    check(
        Setting::read_only(AskForApproval::OnRequest),
        r#"call read_file {"file_path": ".git/HEAD"}
+ call list_dir {"dir_path": ".git"}
+ call grep_files {"pattern": "main", "path": ".git/HEAD"}
+ call read_file {"file_path": "absent"}
say done
"#,
        "user go\nresults",
        expect![[r#"
            > user go
            turn started by the user
              says "done"
            turn completed after 2 responses
            > results
              result L1: ref: refs/heads/main
              result Absolute path: ~/work/.git|HEAD
              result ~/work/.git/HEAD
              result there is nothing at `~/work/absent`; check the path
        "#]],
    );
}

/// The file goes on for hours.
fn an_interrupt_ends_reading() {
    check(
        Setting::default(),
        r#"shell head -c 70000 /dev/zero | tr '\0' x > endless && truncate -s 1T endless
say reading
+ call read_file {"file_path": "endless", "offset": 2}
say never
"#,
        "user go\ninterrupt",
        expect![[r#"
            > user go
            turn started by the user
              ran "head -c 70000 /dev/zero | tr '\\0' x > endless && truncate -s 1T endless" Completed code Some(0) output ""
              started   agent ""
              text "reading"
            > interrupt
              completed agent "reading"
            turn aborted: Interrupted
        "#]],
    );
}

/// The names that commands may not make do not appear while something is read.
fn nothing_is_written_where_reading_is_confined() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"call list_dir {"dir_path": ""}
say done
"#,
        "user go\nresults",
        expect![[r#"
            > user go
            turn started by the user
              says "done"
            turn completed after 2 responses
            > results
              result Absolute path: ~/work|.git/|  HEAD
        "#]],
    );
}
