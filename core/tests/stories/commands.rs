//! The tools whose commands end with their call: a program and its words, a script, and the shell tool that a model
//! brings along.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    run_to_their_end_in_every_form,
    end_when_their_time_is_over,
    are_approved_like_others,
    with_a_patch_change_files,
    with_wrong_arguments_are_answered,
    leave_nothing_running,
    are_interrupted_in_every_form,
];

fn run_to_their_end_in_every_form() {
    check(
        Setting::full(AskForApproval::Never),
        r#"call shell {"command": ["printf", "%s-", "a b", "$HOME"], "workdir": "."}
call container.exec {"command": ["sh", "-c", "echo out; exit 3"]}
call shell_command {"command": "echo \"$0\"; exit 4", "timeout": 60000}
item {"type": "local_shell_call", "id": "lsh_1", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["pwd"], "working_directory": "/"}}
item {"type": "local_shell_call", "id": "lsh_2", "status": "completed", "action": {"type": "exec", "command": ["echo", "by its id"]}}
say done
"#,
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ran "$HOME" Completed code Some(0) output "a b-$HOME-"
              ran "echo out; exit 3" Failed code Some(3) output "out\n"
              ran "echo \"$0\"; exit 4" Failed code Some(4) output "/bin/sh\n"
              ran "pwd" Completed code Some(0) output "/\n"
              ran "by its id" Completed code Some(0) output "by its id\n"
              agent "done"
            turn completed after 6 responses
            > results
              result Exit code: 0|Output:|a b-$HOME-
              result Exit code: 3|Output:|out
              result Exit code: 4|Output:|/bin/sh
              result Exit code: 0|Output:|/
              result Exit code: 0|Output:|by its id
        "#]],
    );
}

fn end_when_their_time_is_over() {
    check(
        Setting::full(AskForApproval::Never),
        r#"call shell {"command": ["sh", "-c", "echo begun; exec sleep 1000"], "timeout_ms": 1000}
call shell_command {"command": "sleep 1000", "timeout_ms": 1}
say done
"#,
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ran "echo begun; exec sleep 1000" Failed code Some(124) output "begun\n"
              ran "sleep 1000" Failed code Some(124) output ""
              agent "done"
            turn completed after 3 responses
            > results
              result Exit code: 124|Output:|command timed out after 1000 milliseconds|begun
              result Exit code: 124|Output:|command timed out after 1 milliseconds
        "#]],
    );
}

fn are_approved_like_others() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"call shell {"command": ["cat", "/dev/null"]}
call shell {"command": ["touch", "one"], "justification": "To have one."}
call shell_command {"command": "touch two"}
item {"type": "local_shell_call", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["touch", "three"]}}
say done
"#,
        "user go\napprove\ndeny\napprove-session\nfile one\nfile two\nfile three\nresults",
        expect![[r#"
            > user go
            turn started by the user
              ran "/dev/null" Completed code Some(0) output ""
              started   command "one" InProgress code None output ""
              ask one (To have one.) or always [touch one]
            > approve
              completed command "one" Completed code Some(0) output ""
              started   command "touch two" InProgress code None output ""
              ask touch two (no reason) or always [touch two]
            > deny
              completed command "touch two" Declined code None output ""
              started   command "three" InProgress code None output ""
              ask three (no reason) or always [touch three]
            > approve-session
              completed command "three" Completed code Some(0) output ""
              says "done"
            turn completed after 5 responses
            > file one
            one: 
            > file two
            two: not there
            > file three
            three: 
            > results
              result Exit code: 0|Output:
              result Exit code: 0|Output:
              result exec command rejected by user
              result Exit code: 0|Output:
        "#]],
    );
}

fn with_a_patch_change_files() {
    check(
        Setting::full(AskForApproval::Never),
        r#"call shell {"command": ["apply_patch", "*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch"]}
call shell {"command": ["bash", "-lc", "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: b.txt\n+two\n*** End Patch\nEOF"]}
call shell_command {"command": "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: c.txt\n+three\n*** End Patch\nEOF"}
item {"type": "local_shell_call", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["applypatch", "*** Begin Patch\n*** Add File: d.txt\n+four\n*** End Patch"]}}
call shell {"command": ["*** Begin Patch\n*** End Patch"]}
say done
"#,
        "quiet\nuser go\nfile a.txt\nfile b.txt\nfile c.txt\nfile d.txt\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   change InProgress [add ~/work/a.txt "one\n"]
              completed change Completed [add ~/work/a.txt "one\n"]
              diff diff --git a/a.txt b/a.txt +one
              started   change InProgress [add ~/work/b.txt "two\n"]
              completed change Completed [add ~/work/b.txt "two\n"]
              diff diff --git a/a.txt b/a.txt +one diff --git a/b.txt b/b.txt +two
              started   change InProgress [add ~/work/c.txt "three\n"]
              completed change Completed [add ~/work/c.txt "three\n"]
              diff diff --git a/a.txt b/a.txt +one diff --git a/b.txt b/b.txt +two diff --git a/c.txt b/c.txt +three
              started   change InProgress [add ~/work/d.txt "four\n"]
              completed change Completed [add ~/work/d.txt "four\n"]
              diff diff --git a/a.txt b/a.txt +one diff --git a/b.txt b/b.txt +two diff --git a/c.txt b/c.txt +three diff --git a/d.txt b/d.txt +four
              agent "done"
            turn completed after 6 responses
            > file a.txt
            a.txt: one
            > file b.txt
            b.txt: two
            > file c.txt
            c.txt: three
            > file d.txt
            d.txt: four
            > results
              result Exit code: 0|Output:|Success. Updated the following files:|A a.txt
              result Exit code: 0|Output:|Success. Updated the following files:|A b.txt
              result Exit code: 0|Output:|Success. Updated the following files:|A c.txt
              result Exit code: 0|Output:|Success. Updated the following files:|A d.txt
              result the command is a patch and does not say what to do with it; call the tool `apply_patch`, or write `apply_patch <<'EOF'` above it and `EOF` below
        "#]],
    );
}

fn with_wrong_arguments_are_answered() {
    check(
        Setting::full(AskForApproval::Never),
        r#"call-raw shell {"command": ["ls"
call shell {"command": "ls -l"}
call shell {"command": []}
call shell {"command": ["ls"], "cmd": "ls"}
call shell {"command": ["ls"], "timeout_ms": 0}
call shell {"command": ["ls"], "workdir": "nowhere"}
call shell {"command": ["no-such-program"]}
call shell {"command": ["ls"], "with_escalated_permissions": true}
call-raw shell_command []
call shell_command {"command": ["ls"]}
item {"type": "local_shell_call", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["ls"], "env": {"LD_PRELOAD": "x"}}}
item {"type": "local_shell_call", "call_id": "c2", "status": "completed", "action": {"type": "exec", "command": ["ls"], "user": "root"}}
say done
"#,
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ran "ls" Failed code Some(-1) output "the working directory (cwd) `~/work/nowhere` cannot be entered: it does not exist; make it, or name another one as `workdir`"
              ran "no-such-program" Failed code Some(-1) output "cannot run `no-such-program`: No such file or directory (os error 2)"
              ran "ls" Completed code Some(0) output ""
              agent "done"
            turn completed after 13 responses
            > results
              result the arguments of shell could not be read: EOF while parsing a list at line 1 column 17
              result the arguments of shell could not be read: invalid type: string "ls -l", expected a sequence at line 1 column 18
              result `command` is empty; it needs at least the name of a program
              result the arguments of shell could not be read: unknown field `cmd`, expected one of `command`, `workdir`, `timeout`, `timeout_ms`, `with_escalated_permissions`, `sandbox_permissions`, `justification`, `prefix_rule` at line 1 column 23
              result `timeout_ms` is 0; it must be at least 1, or left out for 10000
              result the working directory (cwd) `~/work/nowhere` cannot be entered: it does not exist; make it, or name another one as `workdir`
              result the command could not be started: cannot run `no-such-program`: No such file or directory (os error 2)
              result Exit code: 0|Output:
              result the arguments of shell_command must be a JSON object
              result the arguments of shell_command could not be read: invalid type: sequence, expected a string at line 1 column 11
              result `env` is not supported; set variables in the command: ["env", "NAME=VALUE", PROGRAM, ...]
              result `user` is not supported; leave it out, commands run as the user of this server
        "#]],
    );
}

fn leave_nothing_running() {
    check(
        Setting::full(AskForApproval::Never),
        r#"call shell {"command": ["sh", "-c", "(sleep 1000; echo never > late.txt) & echo $! > pid.txt"]}
call shell_command {"command": "kill -0 $(cat pid.txt) 2>/dev/null && echo alive || echo gone"}
say done
"#,
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ran "(sleep 1000; echo never > late.txt) & echo $! > pid.txt" Completed code Some(0) output ""
              ran "kill -0 $(cat pid.txt) 2>/dev/null && echo alive || echo gone" Completed code Some(0) output "gone\n"
              agent "done"
            turn completed after 3 responses
            > results
              result Exit code: 0|Output:
              result Exit code: 0|Output:|gone
        "#]],
    );
}

fn are_interrupted_in_every_form() {
    check(
        Setting::full(AskForApproval::Never),
        r#"[turn 1]
call shell {"command": ["sh", "-c", "echo begun; exec sleep 1000"]}
[turn 2]
item {"type": "local_shell_call", "call_id": "c1", "status": "completed", "action": {"type": "exec", "command": ["sh", "-c", "echo begun; exec sleep 1000"]}}
[otherwise]
say done
"#,
        "user go\ninterrupt\nuser again\ninterrupt\nuser end",
        expect![[r#"
            > user go
            turn started by the user
              started   command "echo begun; exec sleep 1000" InProgress code None output ""
              output "begun\n"
            > interrupt
              completed command "echo begun; exec sleep 1000" Failed code Some(-1) output "begun\n"
            turn aborted: Interrupted
            > user again
            turn started by the user
              started   command "echo begun; exec sleep 1000" InProgress code None output ""
              output "begun\n"
            > interrupt
              completed command "echo begun; exec sleep 1000" Failed code Some(-1) output "begun\n"
            turn aborted: Interrupted
            > user end
            turn started by the user
              says "done"
            turn completed after 3 responses
        "#]],
    );
}
