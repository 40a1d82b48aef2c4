//! What several features need: commands that are hard to kill, and an image.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A command whose grandchild has left its session and its parents and ignores what it can. It says `ready` when
/// all of it runs, and carries the word in its command lines.
pub fn stubborn_command(word: &str) -> String {
    let grandchild = format!("trap \"\" TERM HUP INT; echo ready; exec -a {word} sleep 1000");
    format!("( setsid bash -c '{grandchild}' & ) ; exec -a {word} sleep 1000")
}

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Writes an image of one pixel.
pub fn write_png(path: &Path) {
    fs::write(path, STANDARD.decode(PNG).unwrap()).unwrap();
}

/// That image as the model gets it.
pub fn png_url() -> String {
    format!("data:image/png;base64,{PNG}")
}
