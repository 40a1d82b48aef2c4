//! The README's map is that of the code.

use crate::report;
use crate::sources::{CRATES, file, root};

/// The texts between backticks.
fn quoted(text: &str) -> Vec<&str> {
    // Whole blocks of code are commands for a person, not names.
    let outside = text.split("```").step_by(2);
    outside.flat_map(|part| part.split('`').skip(1).step_by(2)).collect()
}

#[test]
fn the_readme_names_what_exists() {
    let Some(readme) = file("README.md") else { return };
    let is_path = |name: &&str| CRATES.iter().any(|folder| name.starts_with(&format!("{folder}/")));
    let paths = quoted(&readme.text).into_iter().filter(is_path);
    let missing = paths.filter(|path| !path.contains(['*', '<', '…']) && !root().join(path).exists());
    report("README.md names what does not exist", &missing.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn the_readme_names_every_module() {
    let Some(readme) = file("README.md") else { return };
    let named = quoted(&readme.text);
    let mut findings = Vec::new();
    for name in ["core", "app-server"] {
        let lib = file(&format!("{name}/src/lib.rs")).unwrap();
        let modules = lib.text.lines().filter_map(|line| {
            let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            line.strip_prefix("mod ")?.strip_suffix(';')
        });
        let missing = modules.filter(|module| *module != "testing" && !named.contains(module));
        findings.extend(missing.map(|module| format!("{name}: {module}")));
    }
    report("the map in README.md needs a word about every top-level module, in backticks", &findings);
}

#[test]
fn the_readme_is_one_page() {
    let Some(readme) = file("README.md") else { return };
    let length = readme.text.lines().count();
    assert!(length <= 160, "README.md has {length} lines");
}
