//! Writes the schema of the wire into the folder `schema/` of the repository, and removes files there that are
//! no longer part of it. The same happens in the tests with `UPDATE_SCHEMA=1`.

use std::path::Path;

use codex_app_server_protocol::export;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    export::folder::write(&folder, &export::render())
}
