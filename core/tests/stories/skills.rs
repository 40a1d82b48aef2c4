//! Skills in a conversation: what the model is told of them, and when.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{Story, check, stories};

stories!(
    a_list_is_told_again_when_it_has_changed,
    what_the_user_names_is_given,
    a_summary_keeps_the_list,
    the_last_skill_goes,
    a_steered_message_names_skills
);

const SCRIPT: &str = "always\nsay ok\n";

fn a_list_is_told_again_when_it_has_changed() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nuser one\nskill a text of a\nuser two\nuser three\nskill b text of b\nuser four\nresume\nuser five\nshown",
        expect![[""]],
    );
}

fn what_the_user_names_is_given() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nskill b text of b\nuser do $a, then [$x](foo) and $a, not $c\nshown",
        expect![[""]],
    );
}

fn a_summary_keeps_the_list() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nuser do $a\ncompact\nuser go on\nshown",
        expect![[""]],
    );
}

fn the_last_skill_goes() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nuser one\ndrop .agents\nuser two $a\nuser three\nshown",
        expect![[""]],
    );
}

fn a_steered_message_names_skills() {
    check(
        Setting::default(),
        "say one {wait}\nsay two",
        "silent\nskill a text of a\nuser begin\nshown",
        expect![[""]],
    );
}
