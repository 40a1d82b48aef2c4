//! The `fs/…` methods: files of this machine, as the client may use them anyway. One after the other, so that what was
//! written is what is read; away from the runtime's own threads; and never waiting for the other end of a pipe.

mod copy;
mod create_directory;
mod get_metadata;
mod read_directory;
mod read_file;
mod remove;
mod stop;
mod watch;
mod write_file;

use std::io;
use std::path::Path;

use crate::error::RpcError;

/// What the system says.
fn failed(doing: &str, path: &Path, error: io::Error) -> RpcError {
    RpcError::internal(format!("cannot {doing} `{}`: {error}", path.display())).caused_by(error)
}

fn not_a_file(path: &Path) -> RpcError {
    RpcError::invalid_request(format!("path `{}` is not a file", path.display()))
}
