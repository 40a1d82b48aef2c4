//! Which paths a policy lets a command write, asked before anything is tried.

use std::path::Path;

use super::plan::Rules;

/// What a command may write.
#[derive(Clone, Debug)]
pub enum Reach {
    Everything,
    Some(Box<Within>),
}

/// The folders of a policy that restricts, and what is kept from them.
#[derive(Clone, Debug)]
pub struct Within(Rules);

impl Reach {
    pub(super) fn of(rules: Rules) -> Self {
        Self::Some(Box::new(Within(rules)))
    }

    /// Whether a path may be written. It must be free of links: what is asked about is the path, not where it leads.
    pub fn covers(&self, path: &Path) -> bool {
        let Self::Some(within) = self else { return true };
        let Within(Rules {
            writable,
            protected,
            personal_files,
            personal_folders,
            vital,
            hidden,
            doors,
            veiled,
            snapshot: _,
            network: _,
        }) = within.as_ref();
        let kept = [protected, personal_files, personal_folders, vital, hidden, doors, veiled];
        let kept = kept.into_iter().flatten();
        writable.iter().any(|root| path.starts_with(root))
            && !kept.into_iter().any(|kept| path.starts_with(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_reached_and_what_is_kept_from_them_is_not() {
        let reach = Reach::of(Rules {
            writable: vec!["/w".into()],
            protected: vec!["/w/.git".into()],
            vital: vec!["/w/home".into()],
            ..Rules::default()
        });
        for (path, expected) in [
            ("/w/a", true),
            ("/w/a/.git", true),
            ("/w/.gitignore", true),
            ("/w/.git", false),
            ("/w/.git/config", false),
            ("/w/home/x", false),
            ("/wx", false),
            ("/etc/passwd", false),
        ] {
            assert_eq!(reach.covers(Path::new(path)), expected, "{path}");
        }
        assert!(Reach::Everything.covers(Path::new("/etc/passwd")));
    }
}
