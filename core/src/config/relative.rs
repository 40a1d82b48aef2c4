//! Relative paths in settings: they count from the folder of the file that holds them, or from the
//! directory that belongs to the command line or the request.
//!
//! They are made absolute in each layer, before merging, since afterwards nobody knows where a value came
//! from. `~/` is the user's home directory. Pure.

use std::path::Path;

use toml::{Table, Value};

use crate::base::paths::AbsolutePath;

/// The settings that are paths; `*` is any key or any item of a list.
const PATHS: [&[&str]; 9] = [
    &["sandbox_workspace_write", "writable_roots", "*"],
    &["sandbox_unreadable_paths", "*"],
    &["model_instructions_file"],
    &["experimental_instructions_file"],
    &["model_catalog_json"],
    &["model_providers", "*", "script"],
    &["model_providers", "*", "auth", "cwd"],
    &["skills", "config", "*", "path"],
    &["otel", "exporter", "*", "tls", "*"],
];

/// Makes the paths in a layer absolute.
pub fn resolve(table: &mut Table, base: &AbsolutePath, user_home: Option<&Path>) {
    for path in PATHS {
        if let Some((first, rest)) = path.split_first()
            && let Some(value) = table.get_mut(*first)
        {
            resolve_value(value, rest, base, user_home);
        }
    }
}

fn resolve_value(value: &mut Value, path: &[&str], base: &AbsolutePath, user_home: Option<&Path>) {
    match (path.split_first(), value) {
        (None, Value::String(text)) => *text = absolute(text, base, user_home),
        (Some((&"*", rest)), Value::Array(values)) => {
            for value in values {
                resolve_value(value, rest, base, user_home);
            }
        }
        (Some((key, rest)), Value::Table(table)) => {
            for (_, value) in table.iter_mut().filter(|(found, _)| *key == "*" || found.as_str() == *key) {
                resolve_value(value, rest, base, user_home);
            }
        }
        // A wrong type is reported where the settings are read.
        (_, _) => {}
    }
}

fn absolute(text: &str, base: &AbsolutePath, user_home: Option<&Path>) -> String {
    if text.is_empty() {
        return String::new();
    }
    let below_home = if text == "~" { Some("") } else { text.strip_prefix("~/") };
    let path = match (below_home, user_home) {
        (Some(rest), Some(home)) => base.join(home).join(rest),
        (_, _) => base.join(text),
    };
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::config::document;

    #[test]
    fn only_paths_are_changed() {
        let mut table = document::parse(
            "model = \"a/b\"\nmodel_instructions_file = \"x/../i.md\"\n\
             sandbox_unreadable_paths = [\"~/.ssh\", \"~\", \"/abs\", \"\", 5]\n\
             [sandbox_workspace_write]\nwritable_roots = [\"rel\"]\n\
             [model_providers.rehearsal]\nname = \"n\"\nscript = \"s.txt\"\n",
        )
        .unwrap();
        resolve(&mut table, &AbsolutePath::new("/base").unwrap(), Some(Path::new("/home/u")));
        expect![[r#"
            model = "a/b"
            model_instructions_file = "/base/i.md"
            sandbox_unreadable_paths = [
                "/home/u/.ssh",
                "/home/u",
                "/abs",
                "",
                5,
            ]

            [model_providers.rehearsal]
            name = "n"
            script = "/base/s.txt"

            [sandbox_workspace_write]
            writable_roots = ["/base/rel"]
        "#]]
        .assert_eq(&toml::to_string_pretty(&table).unwrap());
    }
}
