//! Patches: who is asked before files are changed, and what comes of each answer.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::patches::CHANGE_A;
use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    untrusted_asks_and_remembers_files,
    an_approval_under_untrusted_covers_what_it_names,
    declined,
    aborted,
    outside_of_the_roots_it_asks_first,
    a_link_that_leaves_the_roots_asks_first,
    never_is_never,
    on_failure_asks_after_the_refusal,
];

fn untrusted_asks_and_remembers_files() {
    check(
        Setting::workspace(AskForApproval::UnlessTrusted),
        &format!(
            r#"{CHANGE_A}patch <<END
*** Begin Patch
*** Update File: a.txt
@@
-a
+b
*** End Patch
END
patch <<END
*** Begin Patch
*** Update File: a.txt
@@
-b
+c
*** Add File: other.txt
+o
*** End Patch
END
say done
"#
        ),
        r#"user go
approve-session
approve
file a.txt
file other.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              ask to change ~/work/a.txt (no reason)
            > approve-session
              completed change Completed [add ~/work/a.txt "a\n"]
              diff diff --git a/a.txt b/a.txt +a
              started   change InProgress [update ~/work/a.txt "@@ -1 +1 @@\n-a\n+b\n"]
              completed change Completed [update ~/work/a.txt "@@ -1 +1 @@\n-a\n+b\n"]
              diff diff --git a/a.txt b/a.txt +b
              started   change InProgress [update ~/work/a.txt "@@ -1 +1 @@\n-b\n+c\n", add ~/work/other.txt "o\n"]
              ask to change ~/work/a.txt, ~/work/other.txt (no reason)
            > approve
              completed change Completed [update ~/work/a.txt "@@ -1 +1 @@\n-b\n+c\n", add ~/work/other.txt "o\n"]
              diff diff --git a/a.txt b/a.txt +c diff --git a/other.txt b/other.txt +o
              says "done"
            turn completed after 4 responses
            > file a.txt
            a.txt: c
            > file other.txt
            other.txt: o
        "#]],
    );
}

fn an_approval_under_untrusted_covers_what_it_names() {
    check(
        Setting::read_only(AskForApproval::UnlessTrusted),
        &format!("{CHANGE_A}say done\n"),
        "user go\napprove\nfile a.txt",
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              ask to change ~/work/a.txt (The patch writes outside of the folders that may be written: `~/work/a.txt`.)
            > approve
              completed change Completed [add ~/work/a.txt "a\n"]
              diff diff --git a/a.txt b/a.txt +a
              says "done"
            turn completed after 2 responses
            > file a.txt
            a.txt: a
        "#]],
    );
}

fn declined() {
    check(
        Setting::workspace(AskForApproval::UnlessTrusted),
        &format!("{CHANGE_A}say {{output}}\n"),
        r#"user go
deny
file a.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              ask to change ~/work/a.txt (no reason)
            > deny
              completed change Declined [add ~/work/a.txt "a\n"]
              says "patch rejected by user"
            turn completed after 2 responses
            > file a.txt
            a.txt: not there
        "#]],
    );
}

fn aborted() {
    check(
        Setting::workspace(AskForApproval::UnlessTrusted),
        &format!("{CHANGE_A}say not reached\n"),
        r#"user go
abort
file a.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              ask to change ~/work/a.txt (no reason)
            > abort
              completed change Declined [add ~/work/a.txt "a\n"]
            turn aborted: Interrupted
            > file a.txt
            a.txt: not there
        "#]],
    );
}

const OUTSIDE: &str = r#"patch <<END
*** Begin Patch
*** Add File: ../outside.txt
+x
*** End Patch
END
say {output}
"#;

fn outside_of_the_roots_it_asks_first() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        OUTSIDE,
        r#"user go
deny
file ../outside.txt
user again
approve
file ../outside.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/outside.txt "x\n"]
              ask to change ~/outside.txt (The patch writes outside of the folders that may be written: `~/outside.txt`.)
            > deny
              completed change Declined [add ~/outside.txt "x\n"]
              says "patch rejected by user"
            turn completed after 2 responses
            > file ../outside.txt
            ../outside.txt: not there
            > user again
            turn started by the user
              started   change InProgress [add ~/outside.txt "x\n"]
              ask to change ~/outside.txt (The patch writes outside of the folders that may be written: `~/outside.txt`.)
            > approve
              completed change Completed [add ~/outside.txt "x\n"]
              diff diff --git a/~/outside.txt b/~/outside.txt +x
              says "Success. Updated the following files:\nA ../outside.txt"
            turn completed after 2 responses
            > file ../outside.txt
            ../outside.txt: x
        "#]],
    );
}

fn a_link_that_leaves_the_roots_asks_first() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"shell ln -s .. up
patch <<END
*** Begin Patch
*** Add File: up/outside.txt
+x
*** End Patch
END
say {output2}
"#,
        r#"user go
deny
file ../outside.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              ran "ln -s .. up" Completed code Some(0) output ""
              started   change InProgress [add ~/work/up/outside.txt "x\n"]
              ask to change ~/work/up/outside.txt (The patch writes outside of the folders that may be written: `~/outside.txt`.)
            > deny
              completed change Declined [add ~/work/up/outside.txt "x\n"]
              says "patch rejected by user"
            turn completed after 3 responses
            > file ../outside.txt
            ../outside.txt: not there
        "#]],
    );
}

fn never_is_never() {
    check(
        Setting::workspace(AskForApproval::Never),
        &format!("{CHANGE_A}{OUTSIDE}"),
        r#"user go
file a.txt
file ../outside.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              completed change Completed [add ~/work/a.txt "a\n"]
              diff diff --git a/a.txt b/a.txt +a
              started   change InProgress [add ~/outside.txt "x\n"]
              completed change Failed [add ~/outside.txt "x\n"]
              says "patch rejected: it writes outside of the folders that may be written: `~/outside.txt`, and the approval policy does not let it ask"
            turn completed after 3 responses
            > file a.txt
            a.txt: a
            > file ../outside.txt
            ../outside.txt: not there
        "#]],
    );
}

fn on_failure_asks_after_the_refusal() {
    check(
        Setting::workspace(AskForApproval::OnFailure),
        OUTSIDE,
        r#"user go
deny
file ../outside.txt
user again
approve
file ../outside.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/outside.txt "x\n"]
              ask to change ~/outside.txt (The sandbox stopped the patch. Apply it without the sandbox?)
            > deny
              completed change Failed [add ~/outside.txt "x\n"]
              says "Failed to write ~/outside.txt: it is outside of the folders that may be written\nPerhaps the sandbox does not allow it.\nNo file was changed.\nIt was not allowed to be applied without the sandbox."
            turn completed after 2 responses
            > file ../outside.txt
            ../outside.txt: not there
            > user again
            turn started by the user
              started   change InProgress [add ~/outside.txt "x\n"]
              ask to change ~/outside.txt (The sandbox stopped the patch. Apply it without the sandbox?)
            > approve
              completed change Completed [add ~/outside.txt "x\n"]
              diff diff --git a/~/outside.txt b/~/outside.txt +x
              says "Success. Updated the following files:\nA ../outside.txt"
            turn completed after 2 responses
            > file ../outside.txt
            ../outside.txt: x
        "#]],
    );
}
