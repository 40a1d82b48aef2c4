//! Packs the files of `schema/` into one compressed file that the crate embeds.
//!
//! The layout is that of `src/embedded.rs`, which reads it: per file its path, its length in bytes, and its text,
//! the first two each on a line of its own. A missing folder packs as nothing, so that the generator of the
//! folder itself can be built.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

#[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]
fn main() -> io::Result<()> {
    writeln!(io::stdout(), "cargo::rerun-if-changed=../schema\ncargo::rerun-if-changed=build.rs")?;
    let mut paths = Vec::new();
    collect(Path::new("../schema"), "", &mut paths)?;
    // Same file names together: the variants of a file are nearly alike and compress well side by side.
    paths.sort_by_key(|(path, _)| path.rsplit('/').next().unwrap_or_default().to_owned());

    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let mut packed =
        DeflateEncoder::new(File::create(PathBuf::from(out).join("schema.deflate"))?, Compression::best());
    for (path, file) in paths {
        let text = std::fs::read_to_string(file)?;
        write!(packed, "{path}\n{}\n{text}", text.len())?;
    }
    packed.finish()?.flush()
}

fn collect(folder: &Path, prefix: &str, paths: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.push((path, entry.path()));
        }
    }
    Ok(())
}
