//! Which skills the user has turned on and off: `[[skills.config]]`, one entry for each choice.
//!
//! An entry names a skill or the file of one; where several are about the same skill, the last one counts. Pure but for
//! finding out which file a path means.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The table `skills`. What else the public codex knows in it is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SkillSettings {
    #[serde(default)]
    pub config: Vec<SkillRule>,
}

/// One choice of the user's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SkillRule {
    pub name: Option<String>,
    /// The `SKILL.md` itself.
    pub path: Option<PathBuf>,
    pub enabled: bool,
}

impl SkillSettings {
    /// Whether a skill is on; `path` is free of links.
    pub fn is_enabled(&self, name: &str, path: &Path) -> bool {
        let decides = |rule: &&SkillRule| match (&rule.name, &rule.path) {
            (Some(named), None) => named.trim() == name,
            (None, Some(file)) => is_same(file, path),
            (Some(_), Some(_)) | (None, None) => false,
        };
        self.config.iter().rev().find(decides).is_none_or(|rule| rule.enabled)
    }
}

fn is_same(file: &Path, real: &Path) -> bool {
    // Looked at only if it can be the same file.
    file == real || file.file_name() == real.file_name() && file.canonicalize().is_ok_and(|file| file == real)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> SkillSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_last_choice_counts() {
        let settings = settings(
            "bundled = { enabled = true }\n[[config]]\nname = \"a\"\nenabled = false\n\
             [[config]]\npath = \"/s/b/SKILL.md\"\nenabled = false\n[[config]]\nname = \"b\"\nenabled = true\n\
             [[config]]\nname = \"c\"\npath = \"/s/c/SKILL.md\"\nenabled = false\n",
        );
        assert!(!settings.is_enabled("a", Path::new("/x/SKILL.md")));
        assert!(settings.is_enabled("b", Path::new("/s/b/SKILL.md")));
        assert!(!settings.is_enabled("other", Path::new("/s/b/SKILL.md")));
        assert!(settings.is_enabled("c", Path::new("/s/c/SKILL.md")));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_the_same_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        std::fs::write(root.join("real/SKILL.md"), "").unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        let rule = SkillRule { name: None, path: Some(root.join("link/SKILL.md")), enabled: false };
        let settings = SkillSettings { config: vec![rule] };
        assert!(!settings.is_enabled("a", &root.join("real/SKILL.md")));
    }
}
