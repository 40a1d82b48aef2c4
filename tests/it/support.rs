//! What several features need: commands that are hard to kill.

/// A command whose grandchild has left its session and its parents and ignores what it can. It says `ready` when
/// all of it runs, and carries the word in its command lines.
pub fn stubborn_command(word: &str) -> String {
    let grandchild = format!("trap \"\" TERM HUP INT; echo ready; exec -a {word} sleep 1000");
    format!("( setsid bash -c '{grandchild}' & ) ; exec -a {word} sleep 1000")
}
