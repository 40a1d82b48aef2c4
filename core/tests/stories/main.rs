//! Stories: whole turns of the engine, in this process, with the rehearsal model.
//!
//! A story is a text of what the user, the model and the client do; what comes of it is a text, too.
//! The test program is also the helper that starts commands, so it has a `main` of its own.

// The rules for tests hold for the whole program, which is one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod branches;
mod goal_steps;
mod playing;
mod setting;
mod stored;
mod story;
mod told;

use libtest_mimic::{Arguments, Trial};

mod approvals;
mod assessments;
mod background;
mod client_tools;
mod commands;
mod compaction;
mod forks;
mod goals;
mod hostile;
mod interrupts;
mod patch_approvals;
mod patches;
mod permissions;
mod plan_mode;
mod plans;
mod policies;
mod properties;
mod readers;
mod resume;
mod reviews;
mod rules;
mod skills;
mod slow_client;
mod steering;
mod turns;
mod undo;
mod user_shell;

fn main() {
    codex_core::sandbox::helper::run_if_helper();
    codex_core::tools::patch::writer::run_if_writer();
    codex_core::tools::files::reader::run_if_reader();
    let trials: Vec<Trial> = [
        turns::stories(),
        undo::stories(),
        approvals::stories(),
        assessments::stories(),
        forks::stories(),
        hostile::stories(),
        plan_mode::stories(),
        interrupts::stories(),
        steering::stories(),
        patches::stories(),
        permissions::stories(),
        patch_approvals::stories(),
        plans::stories(),
        policies::stories(),
        properties::stories(),
        readers::stories(),
        resume::stories(),
        reviews::stories(),
        rules::stories(),
        background::stories(),
        commands::stories(),
        compaction::stories(),
        goals::stories(),
        client_tools::stories(),
        skills::stories(),
        slow_client::stories(),
        user_shell::stories(),
    ]
    .concat()
    .into_iter()
    .map(|(name, story)| {
        Trial::test(name.trim_start_matches("stories::"), move || {
            story();
            Ok(())
        })
    })
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
