//! The schema files inside the binary, for `generate-ts` and `generate-json-schema`.
//!
//! They are compressed and stay so until somebody asks for them; nothing happens at start. What is written out is
//! byte for byte what lies in the folder `schema/` of the repository.

use std::io::{self, BufRead, Read};
use std::path::Path;

use flate2::read::DeflateDecoder;

use crate::experimental::Scope;

/// Packed by the build script: per file a line with its path, a line with its length, and its text.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/schema.deflate"));

/// Unpacks the files one after the other: path below `schema/`, and text.
pub fn embedded() -> impl Iterator<Item = io::Result<(String, String)>> {
    let mut packed = io::BufReader::new(DeflateDecoder::new(PACKED));
    std::iter::from_fn(move || next_file(&mut packed).transpose())
}

/// Writes the TypeScript files into a folder, which is made if it is missing. Other files there stay.
pub fn write_typescript(folder: &Path, scope: Scope) -> io::Result<()> {
    write(folder, &format!("typescript{}/", scope.suffix()))
}

/// Writes the JSON schema files into a folder, which is made if it is missing. Other files there stay.
pub fn write_json_schema(folder: &Path, scope: Scope) -> io::Result<()> {
    write(folder, &format!("json{}/", scope.suffix()))
}

fn write(folder: &Path, part: &str) -> io::Result<()> {
    for file in embedded() {
        let (path, text) = file?;
        let Some(path) = path.strip_prefix(part) else { continue };
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, text)?;
    }
    Ok(())
}

fn next_file(packed: &mut impl BufRead) -> io::Result<Option<(String, String)>> {
    let mut path = String::new();
    if packed.read_line(&mut path)? == 0 {
        return Ok(None);
    }
    let mut length = String::new();
    packed.read_line(&mut length)?;
    let length = length.trim_end().parse().map_err(io::Error::other)?;
    let mut text = String::new();
    packed.take(length).read_to_string(&mut text)?;
    Ok(Some((path.trim_end().to_owned(), text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_the_files_of_the_repository() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        let mut count = 0;
        for file in embedded() {
            let (path, text) = file.unwrap();
            assert_eq!(std::fs::read_to_string(folder.join(&path)).unwrap(), text, "{path}");
            count += 1;
        }
        assert!(count > 100, "only {count} files");
    }

    #[test]
    fn writes_one_variant() {
        let folder = tempfile::tempdir().unwrap();
        write_json_schema(folder.path(), Scope::Experimental).unwrap();
        write_typescript(folder.path(), Scope::Stable).unwrap();
        let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
        assert!(read("v2/TurnStartParams.json").contains("additionalContext"));
        assert!(!read("v2/TurnStartParams.ts").contains("additionalContext"));
        assert!(read("index.ts").contains("export * as v2"));
    }
}
