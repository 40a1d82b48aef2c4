//! Approval policies in the details: leaving the sandbox, deleting, what an answer is about.

use codex_protocol::policy::{AskForApproval, GranularApproval};
use expect_test::expect;

use crate::setting::{NO_QUESTIONS, Setting};
use crate::story::{check, stories};

stories![
    untrusted_commands_may_ask_to_leave_the_sandbox,
    an_answer_for_the_session_is_about_where_it_runs,
    a_failure_in_the_sandbox_is_asked_about,
    deleting_without_a_question_needs_one,
    deleting_is_refused_where_nobody_is_asked,
];

fn untrusted_commands_may_ask_to_leave_the_sandbox() {
    check(
        Setting::workspace(AskForApproval::UnlessTrusted),
        r#"escalate touch ../outside.txt # May I write outside?
say done
"#,
        r#"quiet
user go
approve
file ../outside.txt"#,
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   command "touch ../outside.txt" InProgress code None output ""
              ask touch ../outside.txt (May I write outside?) or always [touch ../outside.txt]
            > approve
              completed command "touch ../outside.txt" Completed code Some(0) output ""
              agent "done"
            turn completed after 2 responses
            > file ../outside.txt
            ../outside.txt: 
        "#]],
    );
}

fn an_answer_for_the_session_is_about_where_it_runs() {
    check(
        Setting::workspace(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
shell {"cmd": "touch a.txt", "workdir": "/tmp"}
shell {"cmd": "touch a.txt", "tty": true}
escalate touch a.txt # why
shell touch a.txt
say done
"#,
        r#"quiet
user go
approve-session
deny
deny
deny"#,
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt]
            > approve-session
              completed command "touch a.txt" Completed code Some(0) output ""
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt]
            > deny
              completed command "touch a.txt" Declined code None output ""
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason)
            > deny
              completed command "touch a.txt" Declined code None output ""
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (why) or always [touch a.txt]
            > deny
              completed command "touch a.txt" Declined code None output ""
              ran "touch a.txt" Completed code Some(0) output ""
              agent "done"
            turn completed after 6 responses
        "#]],
    );
}

fn a_failure_in_the_sandbox_is_asked_about() {
    check(
        Setting::workspace(AskForApproval::Granular(GranularApproval {
            sandbox_approval: true,
            ..NO_QUESTIONS
        })),
        r#"shell touch ../outside.txt
shell touch ../other.txt
say done
"#,
        r#"quiet
user go
approve
deny
results
file ../outside.txt
file ../other.txt"#,
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   command "touch ../outside.txt" InProgress code None output ""
              ask touch ../outside.txt (The sandbox stopped the command. Run it again without the sandbox?) or always [touch ../outside.txt]
            > approve
              completed command "touch ../outside.txt" Completed code Some(0) output "touch: cannot touch '../outside.txt': Read-only file system\n[run again outside the sandbox]\n"
              started   command "touch ../other.txt" InProgress code None output ""
              ask touch ../other.txt (The sandbox stopped the command. Run it again without the sandbox?) or always [touch ../other.txt]
            > deny
              completed command "touch ../other.txt" Failed code Some(1) output "touch: cannot touch '../other.txt': Read-only file system\n"
              agent "done"
            turn completed after 3 responses
            > results
              result Process exited with code 0|Original token count: 0|Output:
              result Process exited with code 1|Note: the sandbox seems to have stopped this command|Note: it was not allowed to run again outside the sandbox|Original token count: 15|Output:|touch: cannot touch '../other.txt': Read-only file system
            > file ../outside.txt
            ../outside.txt: 
            > file ../other.txt
            ../other.txt: not there
        "#]],
    );
}

fn deleting_without_a_question_needs_one() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"shell rm -rf x
shell sudo rm -f x
say done
"#,
        r#"user go
approve
deny"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "rm -rf x" InProgress code None output ""
              ask rm -rf x (no reason)
            > approve
              completed command "rm -rf x" Completed code Some(0) output ""
              started   command "sudo rm -f x" InProgress code None output ""
              ask sudo rm -f x (no reason)
            > deny
              completed command "sudo rm -f x" Declined code None output ""
              says "done"
            turn completed after 3 responses
        "#]],
    );
}

fn deleting_is_refused_where_nobody_is_asked() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell touch x; rm -rf x
say {output1}
"#,
        r#"user go
file x"#,
        expect![[r#"
            > user go
            turn started by the user
              says "the command can destroy work, and the approval policy does not let the user be asked; find a way that deletes less, or one by one"
            turn completed after 2 responses
            > file x
            x: not there
        "#]],
    );
}
