//! Paths that clients name.

use std::path::Path;

use codex_core::base::paths::AbsolutePath;

use crate::error::RpcError;

/// What a relative path counts from would be a guess.
pub(super) fn absolute(field: &str, path: &str) -> Result<AbsolutePath, RpcError> {
    if path.contains('\0') {
        return Err(RpcError::invalid_request(format!("`{field}`: no path has a zero byte in it")));
    }
    AbsolutePath::new(Path::new(path)).map_err(|_relative| {
        RpcError::invalid_request(format!(
            "`{field}`: the path `{path}` is relative; write it from the root of the file system"
        ))
    })
}
