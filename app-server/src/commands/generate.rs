//! `generate-ts` and `generate-json-schema`: the schema of the wire as files.

use std::io;
use std::path::PathBuf;

use codex_app_server_protocol::embedded::{write_json_schema, write_typescript};
use codex_app_server_protocol::experimental::Scope;

use crate::args::{Generate, Language};

/// The files could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be written to {}: {source}; name another folder with --out", .out.display())]
pub struct Error {
    out: PathBuf,
    source: io::Error,
}

/// Writes the files. The folder is made if it is missing; other files in it stay.
pub fn run(Generate { language, out, experimental }: &Generate) -> Result<(), Error> {
    let scope = if *experimental { Scope::Experimental } else { Scope::Stable };
    let written = match language {
        Language::TypeScript => write_typescript(out, scope),
        Language::JsonSchema => write_json_schema(out, scope),
    };
    written.map_err(|source| Error { out: out.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn experimental_parts_are_written_on_demand() {
        let folder = tempfile::tempdir().unwrap();
        let text = |experimental: bool| {
            let out = folder.path().join(experimental.to_string()).join("deep");
            run(&Generate { language: Language::JsonSchema, out: out.clone(), experimental }).unwrap();
            std::fs::read_to_string(out.join("v2/TurnStartParams.json")).unwrap()
        };
        assert!(text(true).contains("additionalContext"));
        assert!(!text(false).contains("additionalContext"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let out = file.path().join("x");
        let error = run(&Generate { language: Language::TypeScript, out, experimental: false }).unwrap_err();
        assert!(error.to_string().contains(&file.path().display().to_string()), "{error}");
    }
}
