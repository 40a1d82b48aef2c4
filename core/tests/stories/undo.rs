//! What a turn does to files is undone: one turn at a time, over restarts and summaries, and never in its way.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    one_turn_at_a_time,
    over_restarts_and_summaries,
    a_turn_that_only_looks_needs_no_snapshot,
    in_the_place_of_a_turn,
    cut_off,
    no_repository,
    switched_off,
    by_its_older_name,
    only_what_changes_files_waits,
];

fn full() -> Setting {
    Setting::full(AskForApproval::Never)
}

fn one_turn_at_a_time() {
    check(
        full(),
        "[turn 1]\nshell echo 1 > a; echo 1 > b\nsay one\n[turn 2]\nshell echo 2 > a; rm b; mkdir d; echo 2 > d/c\nsay two\n",
        "feature undo
silent
repository
put a=0
user first
user second
git status --short
undo
file a
file b
file d/c
undo
file a
file b
undo
git status --short
git fsck --strict --no-dangling --no-progress
git for-each-ref
shown",
        expect![[r#"
            > feature undo
            > silent
            > repository

            > put a=0
            > user first
            > user second
            > git status --short
            ?? a|?? d/
            > undo
            > file a
            a: 1
            > file b
            b: 1
            > file d/c
            d/c: not there
            > undo
            > file a
            a: 0
            > file b
            b: not there
            > undo
            > git status --short
            ?? a
            > git fsck --strict --no-dangling --no-progress

            > git for-each-ref

            > shown
              [environment]
              user: first
              call
              output
              assistant: one
              user: second
              call
              output
              assistant: two
        "#]],
    );
}

fn over_restarts_and_summaries() {
    check(
        full(),
        "[compact]\nsay the note\n[turn 1]\nshell echo 1 > a\nsay one\n[otherwise]\nsay more\n",
        "feature undo
silent
repository
put a=0
user first
compact
resume
shown
undo
file a
resume
shown
undo
file a",
        expect![[r#"
            > feature undo
            > silent
            > repository

            > put a=0
            > user first
            > compact
            > resume
            > shown
              [environment]
              user: first
              [summary: the note]
              snapshot
            > undo
            > file a
            a: 0
            > resume
            > shown
              [environment]
              user: first
              [summary: the note]
            > undo
            > file a
            a: 0
        "#]],
    );
}

fn a_turn_that_only_looks_needs_no_snapshot() {
    check(
        full(),
        "[turn 1]\nshell echo 1 > a\nsay one\n[turn 2]\ncall list_dir {\"dir_path\": \"/tmp\"}\nsay two\n",
        "feature undo
silent
repository
put a=0
user first
user second
shown
undo
file a",
        expect![[r#"
            > feature undo
            > silent
            > repository

            > put a=0
            > user first
            > user second
            > shown
              [environment]
              user: first
              call
              snapshot
              output
              assistant: one
              user: second
              call
              output
              assistant: two
            > undo
            > file a
            a: 0
        "#]],
    );
}

fn in_the_place_of_a_turn() {
    check(
        full(),
        "shell echo 1 > a; echo begun; sleep 600\nsay done\n",
        "feature undo
quiet
repository
put a=0
user first
undo-now
file a",
        expect![[r#"
            > feature undo
            > quiet
            > repository

            > put a=0
            > user first
            turn started by the user
              started   command "echo 1 > a; echo begun; sleep 600" InProgress code None output ""
            > undo-now
              completed command "echo 1 > a; echo begun; sleep 600" Failed code Some(-1) output "begun\n"
            turn aborted: Replaced
            turn started
              Bringing back the files of snapshot #
              undone: Brought back the files of snapshot # 1 written, 0 removed. What the files were before this is kept as #
            turn completed after 0 responses
            > file a
            a: 0
        "#]],
    );
}

fn cut_off() {
    check(
        full(),
        "say begun\nhang\n",
        "feature undo
quiet
repository
put a=0
user first
interrupt
undo
file a",
        expect![[r#"
            > feature undo
            > quiet
            > repository

            > put a=0
            > user first
            turn started by the user
              started   agent ""
            > interrupt
              completed agent "begun"
            turn aborted: Interrupted
            > undo
            turn started
              Looking for a snapshot of the files.
              not undone: There is nothing to undo: no snapshot of the files is left in this conversation.
            turn completed after 0 responses
            > file a
            a: 0
        "#]],
    );
}

fn no_repository() {
    check(
        full(),
        "shell echo 1 > a\nsay done\n",
        "feature undo
user first
user second
undo
file a",
        expect![[r#"
            > feature undo
            > user first
            turn started by the user
              beside What this turn does to files cannot be undone: `~/work` is in no git repository with a working tree
              ran "echo 1 > a" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
            > user second
            turn started by the user
              ran "echo 1 > a" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
            > undo
            turn started
              Looking for a snapshot of the files.
              not undone: There is nothing to undo: no snapshot of the files is left in this conversation.
            turn completed after 0 responses
            > file a
            a: 1
        "#]],
    );
}

fn switched_off() {
    check(
        full(),
        "shell echo 1 > a\nsay done\n",
        "repository
put a=0
user first
shown
undo
file a",
        expect![[r#"
            > repository

            > put a=0
            > user first
            turn started by the user
              ran "echo 1 > a" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
            > shown
              [environment]
              user: first
              call
              output
              assistant: done
            > undo
            turn started
              Looking for a snapshot of the files.
              not undone: There is nothing to undo: snapshots of the files are taken only with `undo = true` under `[features]` in config.toml.
            turn completed after 0 responses
            > file a
            a: 1
        "#]],
    );
}

fn by_its_older_name() {
    check(
        full(),
        "shell echo 1 > a\nsay done\n",
        "feature ghost_commit
silent
repository
put a=0
user first
undo
user second
undo
file a",
        expect![[r#"
            > feature ghost_commit
            > silent
            > repository

            > put a=0
            > user first
            > undo
            > user second
            > undo
            > file a
            a: 0
        "#]],
    );
}

/// Git cannot look at the files before somebody writes into the pipe, and nobody does.
fn only_what_changes_files_waits() {
    check(
        full(),
        "[turn 1]\nshell rm -f .git/info/exclude; mkfifo .git/info/exclude\nsay one\n[turn 2]\ncall list_dir \
         {\"dir_path\": \"/tmp\"}\nsay two\n[turn 3]\nsay three\nshell echo 3 > a\nsay never\n",
        "feature undo
quiet
repository
put a=0
user first
user second
user third
interrupt
file a",
        expect![[r#"
            > feature undo
            > quiet
            > repository

            > put a=0
            > user first
            turn started by the user
              agent "one"
            turn completed after 2 responses
            > user second
            turn started by the user
              agent "two"
            turn completed after 2 responses
            > user third
            turn started by the user
              started   agent ""
            > interrupt
              completed agent "three"
            turn aborted: Interrupted
            > file a
            a: 0
        "#]],
    );
}
