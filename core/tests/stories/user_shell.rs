//! Commands of the user's own: items for the client, a message for the model, no question to anybody.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![a_turn_of_its_own, beside_the_work_of_a_turn, a_message_meanwhile_is_answered, cut_off,];

/// The strictest settings change nothing: it is the user who acts.
fn strict() -> Setting {
    Setting::read_only(AskForApproval::UnlessTrusted)
}

fn a_turn_of_its_own() {
    check(
        strict(),
        "say seen\n",
        "run echo made > made.txt; echo from the user; exit 3
file made.txt
resume
user what did I run?
shown",
        expect![[r#"
            > run echo made > made.txt; echo from the user; exit 3
            turn started
              started   command "echo made > made.txt; echo from the user; exit 3" InProgress code None output ""
              output "from the user\n"
              completed command "echo made > made.txt; echo from the user; exit 3" Failed code Some(3) output "from the user\n"
            turn completed after 0 responses
            > file made.txt
            made.txt: made
            > resume
            > user what did I run?
            turn started by the user
              says "seen"
            turn completed after 1 responses
            > shown
              [environment]
              user: <user_shell_command>|<command>|echo made > made.txt; echo from the user; exit 3|</command>|<result>|Exit code: 3|Duration: T|Output:|from the user||</result>|</user_shell_command>
              user: what did I run?
              assistant: seen
        "#]],
    );
}

fn beside_the_work_of_a_turn() {
    check(
        Setting::full(AskForApproval::Never),
        "shell echo working; while ! [ -e go ]; do sleep 0.01; done\nsay done\n",
        "user work
join echo beside
write go
shown",
        expect![[r#"
            > user work
            turn started by the user
              started   command "echo working; while ! [ -e go ]; do sleep 0.01; done" InProgress code None output ""
              output "working\n"
            > join echo beside
              started   command "echo beside" InProgress code None output ""
              output "beside\n"
              completed command "echo beside" Completed code Some(0) output "beside\n"
            > write go
              completed command "echo working; while ! [ -e go ]; do sleep 0.01; done" Completed code Some(0) output "working\n"
              says "done"
            turn completed after 2 responses
            > shown
              [environment]
              user: work
              call
              output
              user: <user_shell_command>|<command>|echo beside|</command>|<result>|Exit code: 0|Duration: T|Output:|beside||</result>|</user_shell_command>
              assistant: done
        "#]],
    );
}

fn a_message_meanwhile_is_answered() {
    check(
        Setting::default(),
        "say yes\n",
        "run echo started; while ! [ -e go ]; do sleep 0.01; done
deaf
steer are you there?
write go
listen
shown",
        expect![[r#"
            > run echo started; while ! [ -e go ]; do sleep 0.01; done
            turn started
              started   command "echo started; while ! [ -e go ]; do sleep 0.01; done" InProgress code None output ""
              output "started\n"
            > deaf
            > steer are you there?
            > write go
            > listen
              completed command "echo started; while ! [ -e go ]; do sleep 0.01; done" Completed code Some(0) output "started\n"
              started   user 1
              completed user 1
              says "yes"
            turn completed after 1 responses
            > shown
              [environment]
              user: <user_shell_command>|<command>|echo started; while ! [ -e go ]; do sleep 0.01; done|</command>|<result>|Exit code: 0|Duration: T|Output:|started||</result>|</user_shell_command>
              user: are you there?
              assistant: yes
        "#]],
    );
}

fn cut_off() {
    check(
        Setting::default(),
        "say never\n",
        "run echo started; sleep 1000
interrupt
shown",
        expect![[r#"
            > run echo started; sleep 1000
            turn started
              started   command "echo started; sleep 1000" InProgress code None output ""
              output "started\n"
            > interrupt
              completed command "echo started; sleep 1000" Failed code Some(-1) output "started\n"
            turn aborted: Interrupted
            > shown
              [environment]
              user: <user_shell_command>|<command>|echo started; sleep 1000|</command>|<result>|Exit code: -1|Duration: T|Output:|started||command aborted by user|</result>|</user_shell_command>
        "#]],
    );
}
