//! The environment of commands: what the process has, filtered by the policy.
//!
//! The environment of the process is read once, as a snapshot; everything after that is a pure function.
//! Variables that make a shell or the loader run code of somebody else's choice are never inherited;
//! what the configuration sets by name is the user's own choice and is kept.

use std::collections::BTreeMap;

use crate::config::shell_env::{EnvironmentInherit, ShellEnvironmentPolicy};

/// Tells programs that they should not expect a network.
pub const NETWORK_DISABLED: &str = "CODEX_SANDBOX_NETWORK_DISABLED";

const CORE: [&str; 9] = ["HOME", "LOGNAME", "PATH", "SHELL", "USER", "USERNAME", "TMPDIR", "TEMP", "TMP"];
const SECRETS: [&str; 3] = ["*KEY*", "*SECRET*", "*TOKEN*"];
/// Too common to be withheld.
const FURTHER_SECRETS: [&str; 3] = ["*PASS*", "*CREDENTIAL*", "*_URL"];
/// Each of these can make a program run code before its own first line.
const CODE_LOADING: [&str; 12] = [
    "LD_*",
    "DYLD_*",
    "GLIBC_TUNABLES",
    "GCONV_PATH",
    "BASH_ENV",
    "BASH_FUNC_*",
    "BASHOPTS",
    "SHELLOPTS",
    "ENV",
    "PS4",
    "PROMPT_COMMAND",
    "NIX_LD_*",
];

/// The environment of the process at one moment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EnvironmentSnapshot {
    vars: BTreeMap<String, String>,
    undecodable: usize,
}

impl EnvironmentSnapshot {
    /// Reads the environment of this process. Names and values that are not UTF-8 are left out.
    pub fn of_process() -> Self {
        let mut snapshot = Self::default();
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => {
                    snapshot.vars.insert(name, value);
                }
                _ => snapshot.undecodable += 1,
            }
        }
        snapshot
    }

    /// All of it, for what its user trusts as much as this process.
    pub fn all(&self) -> Vec<(String, String)> {
        self.vars.clone().into_iter().collect()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for EnvironmentSnapshot {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(vars: I) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { vars, undecodable: 0 }
    }
}

/// Values may be secrets, so only the count is shown.
impl std::fmt::Debug for EnvironmentSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnvironmentSnapshot({} variables)", self.vars.len())
    }
}

/// What a command gets, sorted by name, and how many variables it does not get.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandEnvironment {
    pub vars: Vec<(String, String)>,
    /// How many variables of the process were withheld.
    pub withheld: usize,
}

impl CommandEnvironment {
    /// Applies the policy. `network` is whether the sandbox policy allows the network.
    pub fn new(snapshot: &EnvironmentSnapshot, policy: &ShellEnvironmentPolicy, network: Network) -> Self {
        let mut vars = BTreeMap::new();
        for (name, value) in &snapshot.vars {
            if is_inherited(name, policy) {
                vars.insert(name.clone(), value.clone());
            }
        }
        let withheld = snapshot.vars.len() - vars.len() + snapshot.undecodable;
        for (name, value) in &policy.set {
            if is_settable(name, value) {
                vars.insert(name.clone(), value.clone());
            }
        }
        if !policy.include_only.is_empty() {
            vars.retain(|name, _| matches_any(&policy.include_only, name));
        }
        match network {
            Network::Allowed => {}
            Network::Disabled => {
                vars.insert(NETWORK_DISABLED.to_owned(), "1".to_owned());
            }
        }
        Self { vars: vars.into_iter().collect(), withheld }
    }
}

/// Whether the sandbox policy lets commands reach the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Allowed,
    Disabled,
}

impl From<&codex_protocol::policy::SandboxPolicy> for Network {
    fn from(policy: &codex_protocol::policy::SandboxPolicy) -> Self {
        if policy.has_network() { Self::Allowed } else { Self::Disabled }
    }
}

fn is_inherited(name: &str, policy: &ShellEnvironmentPolicy) -> bool {
    let from_start = match policy.inherit {
        EnvironmentInherit::All => true,
        EnvironmentInherit::Core => CORE.iter().any(|core| core.eq_ignore_ascii_case(name)),
        EnvironmentInherit::None => false,
    };
    from_start
        && !matches_any(&CODE_LOADING, name)
        && (policy.ignore_default_excludes || !matches_any(&SECRETS, name))
        && !matches_any(&policy.exclude, name)
        && (policy.include_only.is_empty() || matches_any(&policy.include_only, name))
}

/// Whether a variable of this name may hold a secret, so that its value is not written down, even where commands get it.
pub fn sounds_secret(name: &str, policy: &ShellEnvironmentPolicy) -> bool {
    matches_any(&SECRETS, name) || matches_any(&FURTHER_SECRETS, name) || matches_any(&policy.exclude, name)
}

/// What the system would refuse as a variable cannot be set.
fn is_settable(name: &str, value: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
}

fn matches_any(patterns: &[impl AsRef<str>], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_ref(), name))
}

/// Whether a name matches a pattern with `*` and `?`, whatever the case of both.
fn matches(pattern: &str, name: &str) -> bool {
    if pattern.is_ascii() && name.is_ascii() {
        let same = |one: &u8, other: &u8| one.eq_ignore_ascii_case(other);
        return matches_letters(pattern.as_bytes(), name.as_bytes(), (b'*', b'?'), same);
    }
    let upper = |text: &str| text.to_uppercase().chars().collect::<Vec<char>>();
    matches_letters(&upper(pattern), &upper(name), ('*', '?'), char::eq)
}

/// In linear space, and without backtracking twice.
fn matches_letters<T: PartialEq>(
    pattern: &[T],
    name: &[T],
    (any, one): (T, T),
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(letter) if *letter == any => {
                star = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == one || name.get(n).is_some_and(|other| same(letter, other)) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((star_p, star_n)) => {
                    star = Some((star_p, star_n + 1));
                    p = star_p + 1;
                    n = star_n + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|letter| *letter == any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(vars: &[(&str, &str)], policy: &ShellEnvironmentPolicy) -> (String, usize) {
        let snapshot = vars.iter().copied().collect();
        let env = CommandEnvironment::new(&snapshot, policy, Network::Allowed);
        let names: Vec<String> = env.vars.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (names.join(" "), env.withheld)
    }

    const VARS: [(&str, &str); 6] = [
        ("PATH", "/bin"),
        ("home", "/h"),
        ("EDITOR", "vi"),
        ("OPENAI_API_KEY", "s"),
        ("github_token", "s"),
        ("My_Secret_X", "s"),
    ];

    #[test]
    fn secrets_are_withheld_and_counted() {
        let policy = ShellEnvironmentPolicy::default();
        assert_eq!(names(&VARS, &policy), ("EDITOR=vi PATH=/bin home=/h".into(), 3));
        let policy = ShellEnvironmentPolicy { ignore_default_excludes: true, ..policy };
        assert_eq!(names(&VARS, &policy).1, 0);
    }

    #[test]
    fn inherit_says_where_to_start() {
        let core = ShellEnvironmentPolicy { inherit: EnvironmentInherit::Core, ..Default::default() };
        assert_eq!(names(&VARS, &core), ("PATH=/bin home=/h".into(), 4));
        let none = ShellEnvironmentPolicy { inherit: EnvironmentInherit::None, ..Default::default() };
        assert_eq!(names(&VARS, &none), (String::new(), 6));
    }

    #[test]
    fn exclude_set_and_include_only_apply_in_this_order() {
        let policy = ShellEnvironmentPolicy {
            exclude: vec!["edit?r".into()],
            set: [("EDITOR", "ed"), ("CI", "1"), ("A=B", "x")].map(|(n, v)| (n.into(), v.into())).into(),
            ..Default::default()
        };
        assert_eq!(names(&VARS, &policy), ("CI=1 EDITOR=ed PATH=/bin home=/h".into(), 4));
        let policy = ShellEnvironmentPolicy { include_only: vec!["*P*".into(), "ci".into()], ..policy };
        assert_eq!(names(&VARS, &policy), ("CI=1 PATH=/bin".into(), 5));
    }

    #[test]
    fn variables_that_load_code_are_not_inherited_but_may_be_set() {
        let vars = [
            ("LD_PRELOAD", "x"),
            ("LD_LIBRARY_PATH", "x"),
            ("DYLD_INSERT_LIBRARIES", "x"),
            ("BASH_ENV", "x"),
            ("ENV", "x"),
            ("SHELLOPTS", "x"),
            ("BASH_FUNC_ls%%", "() { evil; }"),
            ("PS4", "$(evil)"),
            ("ENVIRONMENT", "kept"),
        ];
        let mut policy = ShellEnvironmentPolicy { ignore_default_excludes: true, ..Default::default() };
        assert_eq!(names(&vars, &policy), ("ENVIRONMENT=kept".into(), 8));
        policy.set.insert("LD_LIBRARY_PATH".into(), "/opt/lib".into());
        assert_eq!(names(&vars, &policy), ("ENVIRONMENT=kept LD_LIBRARY_PATH=/opt/lib".into(), 8));
    }

    #[test]
    fn a_command_without_network_is_told_so_whatever_the_filters_say() {
        let policy = ShellEnvironmentPolicy { include_only: vec!["PATH".into()], ..Default::default() };
        let env = CommandEnvironment::new(&VARS.into_iter().collect(), &policy, Network::Disabled);
        assert!(env.vars.contains(&(NETWORK_DISABLED.to_owned(), "1".to_owned())));
    }

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("*", "A", true),
            ("A*", "abc", true),
            ("*B*", "abc", true),
            ("*B", "abc", false),
            ("A?C", "abc", true),
            ("A?C", "ac", false),
            ("", "a", false),
            ("**X**", "aXa", true),
            ("*a*b*a*b*", "aabbaabb", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_snapshot_does_not_print_its_values() {
        let snapshot: EnvironmentSnapshot = [("A", "secret")].into_iter().collect();
        assert_eq!(format!("{snapshot:?}"), "EnvironmentSnapshot(1 variables)");
    }
}
