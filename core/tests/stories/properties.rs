//! Whatever is done to a conversation in whatever order, it stays whole: see `sound`.
//!
//! `CODEX_TEST_ROUNDS` is how many conversations are played; the same number plays the same ones.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::setting::Setting;
use crate::story::{play, stories};

stories![any_order_of_steps];

/// Answers for those messages that are no script themselves.
const SCRIPT: &str = r#"
[compact]
say the note

[review]
say {"findings": [], "overall_correctness": "patch is correct", "overall_explanation": "fine", "overall_confidence_score": 1}

[contains two tools]
shell echo one
+ shell echo two
say both

[contains a plan]
plan [>] look
commentary looking
shell echo looked
plan [x] look
final done

[contains stuck in words]
say some words
hang

[contains stuck in a command]
shell echo started; sleep 1000
say never

[contains cut off]
attempt 1 say half an
attempt 1 disconnect
say whole

[contains refused]
fail insufficient_quota none left

[contains a long one]
usage input=300000
shell echo long
say after all that

[contains the quick aim]
shell echo aimed
call update_goal {"status":"complete"}
say done

[contains steered]
shell echo started; sleep 0.01
say steered
"#;

/// Before each there is a turn to go back to.
const FORKS: [&str; 4] =
    ["user say more\nfork 1", "user say more\nfork 2", "user say more\nfork 3", "user say more\nfork 5"];
const REVERTS: [&str; 4] = [
    "user say more\nrevert 1",
    "user say more\nrevert 2",
    "user say more\nrevert 3",
    "user say more\nrevert 5",
];

/// Each is heard to its end.
fn steps() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("user say something"),
        3 => Just("user two tools"),
        2 => Just("user a plan"),
        2 => Just("user stuck in words\ninterrupt"),
        2 => Just("user stuck in a command\ninterrupt"),
        1 => Just("user cut off"),
        1 => Just("user refused"),
        1 => Just("user a long one"),
        2 => Just("user steered\nsteer say instead"),
        2 => Just("run echo mine"),
        2 => Just("compact"),
        1 => Just("review say what you think"),
        2 => Just("resume"),
        1 => Just("undo"),
        2 => Just("goal the quick aim\ngo-on"),
        1 => Just("goal no aim\nno-goal"),
        1 => Just("fork"),
        2 => (0..4usize).prop_map(|number| FORKS[number]),
        2 => (0..4usize).prop_map(|number| REVERTS[number]),
    ]
}

fn any_order_of_steps() {
    let rounds = rounds().unwrap_or(8);
    let config =
        Config { cases: rounds, failure_persistence: None, max_shrink_time: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let stories = prop::collection::vec(steps(), 1..14);
    let outcome = runner.run(&stories, |steps| {
        let steps = format!(
            "silent\nfeature undo\nrepository\nuser say first\nsound\n{}\nsound",
            steps.join("\nsound\n")
        );
        play(Setting::default(), SCRIPT, &steps);
        Ok(())
    });
    outcome.unwrap_or_else(|problem| panic!("{problem}"));
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run")]
fn rounds() -> Option<u32> {
    std::env::var("CODEX_TEST_ROUNDS").ok()?.parse().ok()
}
