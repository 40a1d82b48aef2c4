//! What a hostile or clumsy model tries, and what a client's timing does: nothing is run that was not
//! approved, nothing is told twice, nothing hangs.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    a_call_id_used_twice_is_refused,
    a_command_that_is_tried_again_ends_once,
    an_answer_counts_also_with_an_interrupt,
    a_command_that_never_stops_printing,
    more_commands_than_may_run_at_a_time,
];

fn a_call_id_used_twice_is_refused() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"item {"type":"function_call","name":"exec_command","call_id":"same","arguments":"{\"cmd\":\"touch evil.txt\"}"}
+ item {"type":"function_call","name":"exec_command","call_id":"same","arguments":"{\"cmd\":\"touch nice.txt\"}"}
say {output2}
"#,
        "user go\ndeny\nfile evil.txt\nfile nice.txt",
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch evil.txt" InProgress code None output ""
              ask touch evil.txt (no reason) or always [touch evil.txt]
            > deny
              completed command "touch evil.txt" Declined code None output ""
              says "the call id `same` was used before; every call needs its own"
            turn completed after 2 responses
            > file evil.txt
            evil.txt: not there
            > file nice.txt
            nice.txt: not there
        "#]],
    );
}

fn a_command_that_is_tried_again_ends_once() {
    check(
        Setting::read_only(AskForApproval::OnFailure),
        "shell touch made.txt\nsay done\n",
        "user go\napprove\nfile made.txt",
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              output "touch: cannot touch 'made.txt': Read-only file system\n"
              ask touch made.txt (The sandbox stopped the command. Run it again without the sandbox?) or always [touch made.txt]
            > approve
              output "[run again outside the sandbox]\n"
              completed command "touch made.txt" Completed code Some(0) output "touch: cannot touch 'made.txt': Read-only file system\n[run again outside the sandbox]\n"
              says "done"
            turn completed after 2 responses
            > file made.txt
            made.txt: 
        "#]],
    );
}

fn an_answer_counts_also_with_an_interrupt() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        "shell touch made.txt\nsay done\n",
        "user go\ndeny-interrupt\nfile made.txt",
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > deny-interrupt
              completed command "touch made.txt" Declined code None output ""
            turn aborted: Interrupted
            > file made.txt
            made.txt: not there
        "#]],
    );
}

fn a_command_that_never_stops_printing() {
    check(
        Setting::full(AskForApproval::Never),
        "shell {\"cmd\": \"while :; do echo; done\", \"yield_time_ms\": 250}\nsay done\n",
        "quiet\nuser go",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   command "while :; do echo; done" InProgress code None output ""
              agent "done"
            turn completed after 2 responses
        "#]],
    );
}

/// The second response starts more commands at once than may run at a time in a conversation.
fn more_commands_than_may_run_at_a_time() {
    let shell = "shell {\"cmd\": \"sleep 1000\", \"yield_time_ms\": 250}\n";
    let script = vec![shell; 48].join("+ ") + &vec![shell; 32].join("+ ") + "say done\n";
    check(
        Setting::full(AskForApproval::Never),
        &script,
        "silent\nuser go\ncount may run at once",
        expect![[r#"
            > silent
            > user go
            > count may run at once
            16 of 80 results
        "#]],
    );
}
