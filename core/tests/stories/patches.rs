//! Patches: what they change, and what becomes of those that do not apply.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    files_are_added_changed_moved_and_deleted,
    the_function_and_the_shell_do_the_same,
    one_that_does_not_apply_changes_nothing,
    malformed_ones_are_told_to_the_model,
    the_diff_follows_commands,
    what_cannot_be_patched,
];

fn files_are_added_changed_moved_and_deleted() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"patch <<END
*** Begin Patch
*** Add File: a/b.txt
+one
+two
*** End Patch
END
patch <<END
*** Begin Patch
*** Update File: a/b.txt
*** Move to: c.txt
@@
 one
-two
+zwei
*** End Patch
END
patch <<END
*** Begin Patch
*** Delete File: c.txt
*** End Patch
END
say {output2}
"#,
        r#"user go
file a/b.txt
file c.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a/b.txt "one\ntwo\n"]
              completed change Completed [add ~/work/a/b.txt "one\ntwo\n"]
              diff diff --git a/a/b.txt b/a/b.txt +one +two
              started   change InProgress [update ~/work/a/b.txt "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n"]
              completed change Completed [update ~/work/a/b.txt "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n"]
              diff diff --git a/c.txt b/c.txt +one +zwei
              started   change InProgress [delete ~/work/c.txt "one\nzwei\n"]
              completed change Completed [delete ~/work/c.txt "one\nzwei\n"]
              diff 
              says "Success. Updated the following files:\nM c.txt"
            turn completed after 4 responses
            > file a/b.txt
            a/b.txt: not there
            > file c.txt
            c.txt: not there
        "#]],
    );
}

fn the_function_and_the_shell_do_the_same() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"call apply_patch {"input": "*** Begin Patch\n*** Add File: f.txt\n+f\n*** End Patch"}
shell mkdir d
shell <<END
cd d && apply_patch <<'EOF'
*** Begin Patch
*** Add File: s.txt
+s
*** End Patch
EOF
END
shell <<END
*** Begin Patch
*** Add File: t.txt
+t
*** End Patch
END
say {output}
"#,
        r#"user go
file f.txt
file d/s.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/f.txt "f\n"]
              completed change Completed [add ~/work/f.txt "f\n"]
              diff diff --git a/f.txt b/f.txt +f
              ran "mkdir d" Completed code Some(0) output ""
              started   change InProgress [add ~/work/d/s.txt "s\n"]
              completed change Completed [add ~/work/d/s.txt "s\n"]
              diff diff --git a/d/s.txt b/d/s.txt +s diff --git a/f.txt b/f.txt +f
              says "the command is a patch and does not say what to do with it; call the tool `apply_patch`, or write `apply_patch <<'EOF'` above it and `EOF` below"
            turn completed after 5 responses
            > file f.txt
            f.txt: f
            > file d/s.txt
            d/s.txt: s
        "#]],
    );
}

fn one_that_does_not_apply_changes_nothing() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"shell echo here > a.txt
patch <<END
*** Begin Patch
*** Add File: b.txt
+b
*** Update File: a.txt
@@
-there
+x
*** End Patch
END
say {output2}
"#,
        r#"user go
file a.txt
file b.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              ran "echo here > a.txt" Completed code Some(0) output ""
              started   change InProgress [update ~/work/a.txt "@@\n-there\n+x\n", add ~/work/b.txt "b\n"]
              completed change Failed [update ~/work/a.txt "@@\n-there\n+x\n", add ~/work/b.txt "b\n"]
              says "apply_patch verification failed: cannot update ~/work/a.txt: these lines are not in the rest of the file:\nthere"
            turn completed after 3 responses
            > file a.txt
            a.txt: here
            > file b.txt
            b.txt: not there
        "#]],
    );
}

fn malformed_ones_are_told_to_the_model() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"custom apply_patch garbage
patch <<END
*** Begin Patch
*** End Patch
END
call apply_patch {"patch": "x"}
say {output1} / {output2} / {output3}
"#,
        "user go",
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress []
              completed change Failed []
              started   change InProgress []
              completed change Failed []
              says "apply_patch verification failed: invalid patch: the first line of the patch must be '*** Begin Patch' / patch rejected: empty patch / the arguments of apply_patch could not be read: unknown field `patch`, expected `input` at line 1 column 8"
            turn completed after 4 responses
        "#]],
    );
}

pub const CHANGE_A: &str = r#"patch <<END
*** Begin Patch
*** Add File: a.txt
+a
*** End Patch
END
"#;

fn the_diff_follows_commands() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!("{CHANGE_A}shell echo more >> a.txt\nshell rm a.txt\nsay done\n"),
        "user go",
        expect![[r#"
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "a\n"]
              completed change Completed [add ~/work/a.txt "a\n"]
              diff diff --git a/a.txt b/a.txt +a
              ran "echo more >> a.txt" Completed code Some(0) output ""
              diff diff --git a/a.txt b/a.txt +a +more
              ran "rm a.txt" Completed code Some(0) output ""
              diff 
              says "done"
            turn completed after 4 responses
        "#]],
    );
}

fn what_cannot_be_patched() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"shell mkdir folder; mkfifo pipe; printf '\377' > binary; truncate -s 70M large
patch <<END
*** Begin Patch
*** Update File: folder
@@
-x
*** End Patch
END
patch <<END
*** Begin Patch
*** Update File: pipe
@@
-x
*** End Patch
END
patch <<END
*** Begin Patch
*** Delete File: binary
*** End Patch
END
patch <<END
*** Begin Patch
*** Add File: large
+x
*** End Patch
END
patch <<END
*** Begin Patch
*** Add File: /dev/null
+x
*** End Patch
END
patch <<END
*** Begin Patch
*** Add File: folder/
+x
*** End Patch
END
say {output2} / {output3} / {output4} / {output5} / {output6} / {output7}
"#,
        "user go",
        expect![[r#"
            > user go
            turn started by the user
              ran "mkdir folder; mkfifo pipe; printf '\\377' > binary; truncate -s 70M large" Completed code Some(0) output ""
              started   change InProgress [update ~/work/folder "@@\n-x\n"]
              completed change Failed [update ~/work/folder "@@\n-x\n"]
              started   change InProgress [update ~/work/pipe "@@\n-x\n"]
              completed change Failed [update ~/work/pipe "@@\n-x\n"]
              started   change InProgress [delete ~/work/binary ""]
              completed change Failed [delete ~/work/binary ""]
              started   change InProgress [add ~/work/large "x\n"]
              completed change Failed [add ~/work/large "x\n"]
              started   change InProgress [add /dev/null "x\n"]
              completed change Failed [add /dev/null "x\n"]
              started   change InProgress [add ~/work/folder "x\n"]
              completed change Failed [add ~/work/folder "x\n"]
              started   agent ""
              text "apply_patch verification failed: cannot update ~/work/folder: it is a directory / apply_patch verification failed: cannot update ~/work/pipe: it is a pipe, and only regular files are patched / apply_patch verification failed: cannot delete ~/work/binary: it is not UTF-8 text; delete it with a command / apply_patch verification failed: cannot write ~/work/large: the file is larger than 67108864 bytes / apply_patch verification failed: cannot write /dev/null: it is a device, and only regular files are patched / apply_patch verification failed: cannot write ~/work/folder: it is a directory"
              completed agent, a long text
            turn completed after 8 responses
        "#]],
    );
}
