//! The writer of patches as a command like any other: it writes where the policy lets it, and follows no link.

use std::fs::{self, File};
use std::process::Stdio;

use codex_core::tools::patch::job::{Expected, Failure, Job, Report, Step, Then};
use codex_core::tools::patch::writer::ARGUMENT;

use crate::place::{CONFINED, Mode, Place, in_modes, is_missing, this_program};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "patches::it_writes_inside_and_nowhere_else", run: inside_and_nowhere_else },
    Test { name: "patches::protected_names_are_kept_and_the_rest_is_put_back", run: protected_names },
];

fn add(place: &Place, name: &str) -> Step {
    let then = Then::Write { content: "patched".into(), mode: None };
    Step { path: place.path(name), expected: Expected::Absent, then }
}

fn apply(place: &Place, mode: Mode, steps: Vec<Step>) -> Result<(), Failure> {
    let job = place.path("home/job.json");
    fs::write(&job, serde_json::to_vec(&Job { steps }).unwrap()).unwrap();
    let program = this_program();
    let stdin = Stdio::from(File::open(&job).unwrap());
    let output = place.run_with(mode, &[program.to_str().unwrap(), ARGUMENT], stdin);
    match serde_json::from_slice(&output.stdout) {
        Ok(Report::Done) => Ok(()),
        Ok(Report::Failed(failure)) => Err(failure),
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)),
    }
}

fn inside_and_nowhere_else() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        apply(&place, mode, vec![add(&place, "ws/new"), add(&place, "ws/a/b/new")]).unwrap();
        assert_eq!(fs::read_to_string(place.path("ws/a/b/new")).unwrap(), "patched");
        let failure =
            apply(&place, mode, vec![add(&place, "ws/other"), add(&place, "outside/new")]).unwrap_err();
        assert!(failure.denied && failure.left.is_empty(), "{failure:?}");
        assert!(!place.path("ws/other").exists() && !place.path("outside/new").exists());
        apply(&place, Mode::Open, vec![add(&place, "outside/new")]).unwrap();
        assert!(place.path("outside/new").exists(), "the attempt itself is a good one");
    })
}

/// Landlock alone cannot keep them; there the tool knows them before it starts the writer.
fn protected_names() -> Outcome {
    if let Some(reason) = is_missing(Mode::Full) {
        return Outcome::Unsupported(reason);
    }
    let place = Place::new();
    fs::create_dir(place.path("ws/.git")).unwrap();
    let steps = vec![add(&place, "ws/new"), add(&place, "ws/.git/hook")];
    let failure = apply(&place, Mode::Full, steps).unwrap_err();
    assert!(failure.denied && failure.left.is_empty(), "{failure:?}");
    let left = fs::read_dir(place.path("ws/.git")).unwrap().count();
    assert!(left == 0 && !place.path("ws/new").exists());
    Outcome::Pass
}
