//! Permission profiles of the user's own: `[permissions.NAME]`, made into sandbox policies.
//!
//! A profile lists paths with what may be done there, may extend another one, and may switch the network on. What the
//! sandbox cannot keep makes the profile unusable, with the reason: it is never weakened. Pure.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use codex_protocol::policy::{ActivePermissionProfile, SandboxPolicy, WorkspaceWrite};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// One table of `[permissions]`, as written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileSettings {
    pub description: Option<String>,
    /// Another profile, whose entries count where this one has none.
    pub extends: Option<String>,
    /// `read`, `write` or `deny` for each path, or a table of paths below it.
    pub filesystem: BTreeMap<String, Value>,
    pub network: Table,
    /// Further folders of the workspace.
    pub workspace_roots: BTreeMap<String, bool>,
}

/// A profile that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub active: ActivePermissionProfile,
    pub policy: SandboxPolicy,
}

/// A profile of the configuration, or why it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    pub description: Option<String>,
    pub profile: Result<Profile, String>,
}

/// All profiles of the configuration. `user_home` is what `~` stands for.
pub(super) fn all(
    settings: &BTreeMap<String, ProfileSettings>,
    user_home: Option<&Path>,
) -> BTreeMap<String, Configured> {
    let configured = settings.iter().map(|(id, written)| {
        let profile = resolve(id, settings, user_home);
        (id.clone(), Configured { description: written.description.clone(), profile })
    });
    configured.collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    Deny,
}

/// Where something may be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Root,
    /// Below the folders of the workspace; empty for the folders themselves.
    Workspace(PathBuf),
    TmpdirVariable,
    SlashTmp,
    /// What programs need to run. Part of the root.
    Minimal,
    Path(PathBuf),
}

/// What a chain of profiles says, the last word for each place.
#[derive(Default)]
struct Gathered {
    entries: BTreeMap<Place, Access>,
    network: bool,
    workspace_roots: BTreeMap<PathBuf, bool>,
}

fn resolve(
    id: &str,
    settings: &BTreeMap<String, ProfileSettings>,
    user_home: Option<&Path>,
) -> Result<Profile, String> {
    if id.starts_with(':') {
        return Err("names that begin with a colon are those of built-in profiles; choose another".into());
    }
    let mut gathered = Gathered::default();
    gather(id, settings, user_home, &mut Vec::new(), &mut gathered)?;
    let extends = settings.get(id).and_then(|written| written.extends.clone());
    Ok(Profile { active: ActivePermissionProfile { id: id.to_owned(), extends }, policy: policy(gathered)? })
}

fn gather<'s>(
    id: &'s str,
    settings: &'s BTreeMap<String, ProfileSettings>,
    user_home: Option<&Path>,
    chain: &mut Vec<&'s str>,
    into: &mut Gathered,
) -> Result<(), String> {
    if chain.contains(&id) {
        return Err(format!("`extends` goes round in a circle: {} -> {id}", chain.join(" -> ")));
    }
    chain.push(id);
    match id {
        ":read-only" => into.entries.extend([(Place::Root, Access::Read)]),
        ":workspace" => into.entries.extend([
            (Place::Root, Access::Read),
            (Place::Workspace(PathBuf::new()), Access::Write),
            (Place::TmpdirVariable, Access::Write),
            (Place::SlashTmp, Access::Write),
        ]),
        _ => {
            let written = settings.get(id).ok_or_else(|| {
                format!("`extends` names `{id}`, which is no profile of the configuration, `:read-only` or `:workspace`")
            })?;
            if let Some(parent) = &written.extends {
                gather(parent, settings, user_home, chain, into)?;
            }
            add(written, user_home, into)?;
        }
    }
    Ok(())
}

fn add(written: &ProfileSettings, user_home: Option<&Path>, into: &mut Gathered) -> Result<(), String> {
    for (name, value) in &written.filesystem {
        match value {
            Value::String(word) => {
                into.entries.insert(place(name, None, user_home)?, access(name, word)?);
            }
            Value::Table(below) => {
                for (part, word) in below {
                    let word = word.as_str().unwrap_or_default();
                    let shown = format!("{name}/{part}");
                    into.entries.insert(place(name, Some(part), user_home)?, access(&shown, word)?);
                }
            }
            // How deep patterns are looked for.
            Value::Integer(_) if name == "glob_scan_max_depth" => {}
            other => {
                return Err(format!(
                    "`{name}` is of type {}; it takes read, write or deny",
                    other.type_str()
                ));
            }
        }
    }
    match written.network.get("enabled") {
        None => {}
        Some(Value::Boolean(enabled)) => into.network = *enabled,
        Some(other) => {
            return Err(format!("`network.enabled` is of type {}; it takes a boolean", other.type_str()));
        }
    }
    let harmless = |(key, value): &(&String, &Value)| {
        *key == "enabled" || (*key == "mode" && value.as_str() == Some("full"))
    };
    if into.network
        && let Some((key, _)) = written.network.iter().find(|entry| !harmless(entry))
    {
        return Err(format!(
            "`network.{key}` cannot be kept: the network is open as a whole or not at all; remove it, or set \
             `network.enabled` to false"
        ));
    }
    for (root, wanted) in &written.workspace_roots {
        let Place::Path(root) = place(root, None, user_home)? else {
            return Err(format!("the workspace root `{root}` is not a path"));
        };
        into.workspace_roots.insert(root, *wanted);
    }
    Ok(())
}

fn access(name: &str, word: &str) -> Result<Access, String> {
    match word {
        "read" => Ok(Access::Read),
        "write" => Ok(Access::Write),
        "deny" | "none" => Ok(Access::Deny),
        other => Err(format!("`{name}` is `{other}`; it takes read, write or deny")),
    }
}

fn place(name: &str, below: Option<&str>, user_home: Option<&Path>) -> Result<Place, String> {
    let below = plain(below.unwrap_or_default())?;
    let is_special = name.starts_with(':');
    let place = match name {
        ":project_roots" | ":workspace_roots" => return Ok(Place::Workspace(below)),
        ":root" => Place::Root,
        ":minimal" => Place::Minimal,
        ":tmpdir" => Place::TmpdirVariable,
        ":slash_tmp" => Place::SlashTmp,
        _ if is_special => return Err(format!("`{name}` is none of the places that are known here")),
        _ => {
            let path = plain(name)?;
            let path = match (path.strip_prefix("~"), user_home) {
                (Ok(rest), Some(home)) => home.join(rest),
                (Ok(_), None) => return Err(format!("`{name}`: the home directory (HOME) is not known")),
                (Err(_), _) if path.is_absolute() => path,
                (Err(_), _) => {
                    return Err(format!(
                        "`{name}` is relative; begin it with `/`, `~/` or a place like `:root`"
                    ));
                }
            };
            let path = if below.as_os_str().is_empty() { path } else { path.join(&below) };
            return Ok(if path.parent().is_none() { Place::Root } else { Place::Path(path) });
        }
    };
    match below.as_os_str().is_empty() {
        true => Ok(place),
        false => Err(format!("`{name}` takes no paths below it")),
    }
}

/// A path without detours. All that is below a path is meant by the path itself.
fn plain(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_suffix("/**").unwrap_or(text);
    if path.contains(['*', '?', '[']) {
        return Err(format!("`{text}` is a pattern, which cannot be kept for files to come; name the paths"));
    }
    if Path::new(path).components().any(|part| part == Component::ParentDir) {
        return Err(format!("`{text}` leads upwards; name the path without `..`"));
    }
    Ok(Path::new(path).components().filter(|part| *part != Component::CurDir).collect())
}

fn policy(gathered: Gathered) -> Result<SandboxPolicy, String> {
    let Gathered { entries, network, workspace_roots } = gathered;
    let at = |place: &Place| entries.get(place).copied();
    let everywhere = at(&Place::Root);
    if !matches!(everywhere, Some(Access::Read | Access::Write)) {
        return Err(
            "commands could not read everything, and reading cannot be allowed piece by piece; extend \
                    `:read-only`, or set `:root` to read and deny what is not to be read"
                .into(),
        );
    }
    for (place, name) in
        [(Place::TmpdirVariable, ":tmpdir"), (Place::SlashTmp, ":slash_tmp"), (Place::Minimal, ":minimal")]
    {
        if at(&place) == Some(Access::Deny) {
            return Err(format!("`{name}` cannot be denied; leave it out, so that it cannot be written"));
        }
    }
    let more: Vec<PathBuf> =
        workspace_roots.into_iter().filter(|(_, wanted)| *wanted).map(|(root, _)| root).collect();
    let workspace_is_writable = at(&Place::Workspace(PathBuf::new())) == Some(Access::Write);
    let mut write = WorkspaceWrite {
        network_access: network,
        exclude_tmpdir_env_var: at(&Place::TmpdirVariable) != Some(Access::Write),
        exclude_slash_tmp: at(&Place::SlashTmp) != Some(Access::Write),
        keep_cwd: !workspace_is_writable,
        ..WorkspaceWrite::default()
    };
    if everywhere == Some(Access::Write) {
        write.writable_roots.push("/".into());
    }
    for (place, access) in &entries {
        let paths = match place {
            Place::Path(path) => vec![path.clone()],
            // The working directory is known later; paths count from there.
            Place::Workspace(below) if below.as_os_str().is_empty() && *access == Access::Deny => {
                return Err("the folders of the workspace cannot be denied".into());
            }
            Place::Workspace(below) if below.as_os_str().is_empty() => match access {
                Access::Write => more.clone(),
                Access::Read | Access::Deny => Vec::new(),
            },
            Place::Workspace(below) => {
                more.iter().map(|root| root.join(below)).chain([below.clone()]).collect()
            }
            Place::Root | Place::Minimal | Place::TmpdirVariable | Place::SlashTmp => Vec::new(),
        };
        match access {
            Access::Write => write.writable_roots.extend(paths),
            Access::Read => write.read_only.extend(paths),
            Access::Deny => write.unreadable.extend(paths),
        }
    }
    check_nesting(&write)?;
    if write.unreadable.is_empty() && !write.writes_something() {
        return Ok(SandboxPolicy::ReadOnly { network_access: network });
    }
    Ok(SandboxPolicy::WorkspaceWrite(write))
}

/// The outer of two paths wins in the sandbox, so nothing may be allowed inside of what is not.
fn check_nesting(write: &WorkspaceWrite) -> Result<(), String> {
    let below = |inner: &Path, outer: &Path| inner != outer && inner.starts_with(outer);
    for root in &write.writable_roots {
        let in_a_root = |outer: &PathBuf| write.writable_roots.iter().any(|other| below(outer, other));
        let closed = write.read_only.iter().filter(|outer| in_a_root(outer)).chain(&write.unreadable);
        if let Some(outer) = closed.into_iter().find(|outer| below(root, outer)) {
            return Err(nested(root, outer));
        }
    }
    let inside = |inner: &&PathBuf| write.unreadable.iter().any(|outer| below(inner, outer));
    match write.read_only.iter().find(inside) {
        Some(inner) => {
            let outer = write.unreadable.iter().find(|outer| below(inner, outer));
            Err(nested(inner, outer.unwrap_or(inner)))
        }
        None => Ok(()),
    }
}

fn nested(inner: &Path, outer: &Path) -> String {
    format!(
        "`{}` lies in `{}`, where less is allowed, and the outer one counts; list what is in there instead",
        inner.display(),
        outer.display()
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The profile `mine` of `[permissions]`, in which `mine` is written as it is.
    fn check(text: &str, expected: Expect) {
        let settings: BTreeMap<String, ProfileSettings> = toml::from_str(text).unwrap();
        let all = all(&settings, Some(Path::new("/home/me")));
        expected.assert_eq(&match &all["mine"].profile {
            Ok(Profile { active, policy }) => {
                format!("{:?} {}", active.extends, serde_json::to_string(policy).unwrap())
            }
            Err(problem) => problem.clone(),
        });
    }

    fn filesystem(entries: &str, expected: Expect) {
        check(&format!("[mine]\nextends = ':workspace'\n[mine.filesystem]\n{entries}"), expected);
    }

    #[test]
    fn entries_become_roots_and_exceptions() {
        check(
            "[mine]\nextends = ':read-only'\nnetwork = { enabled = true }",
            expect![[r#"Some(":read-only") {"type":"read-only","network_access":true}"#]],
        );
        check(
            "[mine.filesystem]\n':root' = 'read'\n'/extra' = 'write'",
            expect![[
                r#"None {"type":"workspace-write","writable_roots":["/extra"],"network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":true,"keep_cwd":true}"#
            ]],
        );
        check(
            "[mine.filesystem]\n':root' = 'write'\n':slash_tmp' = 'write'",
            expect![[
                r#"None {"type":"workspace-write","writable_roots":["/"],"network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":false,"keep_cwd":true}"#
            ]],
        );
        check(
            "[mine]\nextends = ':read-only'\n[mine.filesystem]\n'~/.ssh/**' = 'deny'",
            expect![[
                r#"Some(":read-only") {"type":"workspace-write","network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":true,"keep_cwd":true,"unreadable":["/home/me/.ssh"]}"#
            ]],
        );
        filesystem(
            "'/a' = 'write'\n'/a/b' = 'read'\n'~/c' = 'deny'\n':tmpdir' = 'read'",
            expect![[
                r#"Some(":workspace") {"type":"workspace-write","writable_roots":["/a"],"network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":false,"read_only":["/a/b"],"unreadable":["/home/me/c"]}"#
            ]],
        );
        filesystem(
            "[mine.filesystem.':project_roots']\n'docs' = 'read'\n'./keys' = 'none'\n[mine.workspace_roots]\n'/w' = true\n'/v' = false",
            expect![[
                r#"Some(":workspace") {"type":"workspace-write","writable_roots":["/w"],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false,"read_only":["/w/docs","docs"],"unreadable":["/w/keys","keys"]}"#
            ]],
        );
    }

    #[test]
    fn the_last_of_a_chain_counts() {
        check(
            "[mine]\nextends = 'base'\n[mine.filesystem]\n'/a' = 'read'\n[base]\nextends = ':workspace'\n\
             network = { enabled = true }\n[base.filesystem]\n'/a' = 'write'\n'/b' = 'write'",
            expect![[
                r#"Some("base") {"type":"workspace-write","writable_roots":["/b"],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false,"read_only":["/a"]}"#
            ]],
        );
        check(
            "[mine]\nextends = 'base'\n[base]\nextends = 'mine'",
            expect!["`extends` goes round in a circle: mine -> base -> mine"],
        );
        check(
            "[mine]\nextends = 'none'",
            expect![
                "`extends` names `none`, which is no profile of the configuration, `:read-only` or `:workspace`"
            ],
        );
        check(
            "[mine]\nextends = ':danger-full-access'",
            expect![
                "`extends` names `:danger-full-access`, which is no profile of the configuration, `:read-only` or `:workspace`"
            ],
        );
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        check(
            "[mine]\nnetwork = { enabled = true }",
            expect![
                "commands could not read everything, and reading cannot be allowed piece by piece; extend `:read-only`, or set `:root` to read and deny what is not to be read"
            ],
        );
        check(
            "[mine.filesystem]\n':minimal' = 'read'",
            expect![
                "commands could not read everything, and reading cannot be allowed piece by piece; extend `:read-only`, or set `:root` to read and deny what is not to be read"
            ],
        );
        filesystem("'/a' = 'all'", expect!["`/a` is `all`; it takes read, write or deny"]);
        filesystem("'/a' = 5", expect!["`/a` is of type integer; it takes read, write or deny"]);
        filesystem(
            "'a' = 'read'",
            expect!["`a` is relative; begin it with `/`, `~/` or a place like `:root`"],
        );
        filesystem("'/a/../b' = 'read'", expect!["`/a/../b` leads upwards; name the path without `..`"]);
        filesystem(
            "'/a/*.env' = 'deny'",
            expect!["`/a/*.env` is a pattern, which cannot be kept for files to come; name the paths"],
        );
        filesystem("':home' = 'write'", expect!["`:home` is none of the places that are known here"]);
        filesystem(
            "':slash_tmp' = 'deny'",
            expect!["`:slash_tmp` cannot be denied; leave it out, so that it cannot be written"],
        );
        filesystem("':workspace_roots' = 'deny'", expect!["the folders of the workspace cannot be denied"]);
        filesystem(
            "'/a' = 'deny'\n'/a/b' = 'write'",
            expect![
                "`/a/b` lies in `/a`, where less is allowed, and the outer one counts; list what is in there instead"
            ],
        );
        filesystem(
            "'/a' = 'write'\n'/a/b' = 'read'\n'/a/b/c' = 'write'",
            expect![
                "`/a/b/c` lies in `/a/b`, where less is allowed, and the outer one counts; list what is in there instead"
            ],
        );
        filesystem(
            "[mine.network]\nenabled = true\nmode = 'limited'",
            expect![
                "`network.mode` cannot be kept: the network is open as a whole or not at all; remove it, or set `network.enabled` to false"
            ],
        );
    }

    #[test]
    fn a_name_of_the_built_in_ones_is_none_of_the_users() {
        let settings = BTreeMap::from([(":mine".to_owned(), ProfileSettings::default())]);
        assert!(all(&settings, None)[":mine"].profile.as_ref().unwrap_err().contains("colon"));
    }
}
