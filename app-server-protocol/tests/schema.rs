//! The folder `schema/` is a product: it must say exactly what the types say, nothing missing and nothing stale.

use std::path::Path;

use codex_app_server_protocol::export;

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch for rewriting is a variable by custom")]
fn the_folder_is_what_the_types_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let wanted = export::render();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        export::folder::write(&folder, &wanted).unwrap();
        return;
    }
    let present = export::folder::read(&folder).unwrap();

    let mut differences = Vec::new();
    for path in wanted.keys().filter(|path| !present.contains_key(*path)) {
        differences.push(format!("missing: schema/{path}"));
    }
    for path in present.keys().filter(|path| !wanted.contains_key(*path)) {
        differences.push(format!("stale:   schema/{path}"));
    }
    for (path, text) in &wanted {
        if let Some(on_disk) = present.get(path).filter(|on_disk| *on_disk != text) {
            differences.push(format!("changed: schema/{path}\n{}", first_difference(on_disk, text)));
        }
    }
    assert!(
        differences.is_empty(),
        "{}\n\nIf this is meant, run: UPDATE_SCHEMA=1 cargo test -p codex-app-server-protocol --test schema",
        differences.join("\n")
    );
}

fn first_difference(on_disk: &str, wanted: &str) -> String {
    let (mut old, mut new) = (on_disk.lines(), wanted.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (old.next(), new.next()) {
            (a, b) if a == b && a.is_some() => {}
            (a, b) => {
                return format!(
                    "  line {number}\n  - {}\n  + {}",
                    a.unwrap_or_default(),
                    b.unwrap_or_default()
                );
            }
        }
    }
}
