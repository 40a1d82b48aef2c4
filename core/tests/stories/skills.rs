//! Skills in a conversation: what the model is told of them, and when.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    a_list_is_told_again_when_it_has_changed,
    what_the_user_names_is_given,
    a_summary_keeps_the_list,
    the_last_skill_goes,
    a_steered_message_names_skills,
];

const SCRIPT: &str = "[compact]\nsay the note\n[otherwise]\nsay ok";

fn a_list_is_told_again_when_it_has_changed() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nuser one\nskill a text of a\nuser two\nuser three\nskill b text of b\nuser four\nresume\nuser five\nshown",
        expect![[r#"
            > silent
            > user one
            > skill a text of a
            > user two
            > user three
            > skill b text of b
            > user four
            > resume
            > user five
            > shown
              [environment]
              user: one
              assistant: ok
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md)]
              user: two
              assistant: ok
              user: three
              assistant: ok
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md), - b: on b (file: ~/work/.agents/skills/b/SKILL.md)]
              user: four
              assistant: ok
              user: five
              assistant: ok
        "#]],
    );
}

fn what_the_user_names_is_given() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nskill b text of b\nuser do $a, then [$x](foo) and $a, not $c\nshown",
        expect![[r#"
            > silent
            > skill a text of a
            > skill b text of b
            > user do $a, then [$x](foo) and $a, not $c
            > shown
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md), - b: on b (file: ~/work/.agents/skills/b/SKILL.md)]
              [environment]
              user: do $a, then [$x](foo) and $a, not $c
              user: <skill>|<name>a</name>|<path>~/work/.agents/skills/a/SKILL.md</path>|---|name: a|description: on a|---|text of a||</skill>
              assistant: ok
        "#]],
    );
}

fn a_summary_keeps_the_list() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nuser do $a\ncompact\nuser go on\nshown",
        expect![[r#"
            > silent
            > skill a text of a
            > user do $a
            > compact
            > user go on
            > shown
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md)]
              [environment]
              user: do $a
              [summary: the note]
              user: go on
              assistant: ok
        "#]],
    );
}

fn the_last_skill_goes() {
    check(
        Setting::default(),
        SCRIPT,
        "silent\nskill a text of a\nuser one\ndrop .agents\nuser two $a\nuser three\nshown",
        expect![[r#"
            > silent
            > skill a text of a
            > user one
            > drop .agents
            > user two $a
            > user three
            > shown
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md)]
              [environment]
              user: one
              assistant: ok
              [skills: ]
              user: two $a
              assistant: ok
              user: three
              assistant: ok
        "#]],
    );
}

fn a_steered_message_names_skills() {
    check(
        Setting::default(),
        "[contains left]\nsay going left\n[otherwise]\nsay so far\nshell echo x\nsay never",
        "silent\nskill a text of a\nuser go\nsteer left with $a\nshown",
        expect![[r#"
            > silent
            > skill a text of a
            > user go
            > steer left with $a
            > shown
              [skills: - a: on a (file: ~/work/.agents/skills/a/SKILL.md)]
              [environment]
              user: go
              assistant: so far
              call
              output
              user: left with $a
              user: <skill>|<name>a</name>|<path>~/work/.agents/skills/a/SKILL.md</path>|---|name: a|description: on a|---|text of a||</skill>
              assistant: going left
        "#]],
    );
}
