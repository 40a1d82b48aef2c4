//! What this program does when a test starts it again: instead of testing, it plays a part.

use std::path::PathBuf;

use crate::place::{self, Mode};

/// `role NAME ARGUMENTS…` on the command line. Does not return if it is there.
pub fn play_if_asked() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((first, arguments)) = arguments.split_first() else { return };
    if first != "role" {
        return;
    }
    let (name, arguments) = arguments.split_first().expect("a role has a name");
    let code = match name.as_str() {
        "run" => run(arguments),
        other => panic!("no role {other}"),
    };
    std::process::exit(code);
}

/// `run MODE CWD HOME PROGRAM ARGUMENTS…`: a command with our own input and output.
fn run(arguments: &[String]) -> i32 {
    let [mode, cwd, home, argv @ ..] = arguments else { panic!("run MODE CWD HOME PROGRAM ...") };
    let sandbox = place::sandbox(mode.parse::<Mode>().unwrap(), &PathBuf::from(home));
    let cwd = codex_core::base::paths::AbsolutePath::new(cwd).unwrap();
    let env = std::env::vars().collect();
    let command = codex_core::sandbox::command::CommandSpec { argv: argv.to_vec(), cwd: cwd.clone(), env };
    match sandbox.run_command(&mode.parse::<Mode>().unwrap().policy(), &cwd, command) {
        Ok(code) => code,
        Err(error) => {
            println!("{error}");
            125
        }
    }
}
