//! From sandbox modes and permission profiles to the sandbox policy, and which projects are trusted.
//!
//! Pure; whether a folder belongs to a project is found out by `project_root`.

use std::path::{Path, PathBuf};

use codex_protocol::policy::{ActivePermissionProfile, SandboxPolicy, WorkspaceWrite};
use serde::{Deserialize, Serialize};

use super::profiles::Profile;

/// The sandbox as named in settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxMode {
    #[default]
    ReadOnly,
    WorkspaceWrite,
    DangerFullAccess,
}

/// A named set of permissions. The names begin with a colon since they are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionProfile {
    pub id: &'static str,
    pub sandbox_mode: SandboxMode,
}

/// All permission profiles, in the order in which they are offered.
pub const PROFILES: [PermissionProfile; 3] = [
    PermissionProfile { id: ":read-only", sandbox_mode: SandboxMode::ReadOnly },
    PermissionProfile { id: ":workspace", sandbox_mode: SandboxMode::WorkspaceWrite },
    PermissionProfile { id: ":danger-full-access", sandbox_mode: SandboxMode::DangerFullAccess },
];

/// Why the sandbox is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxOrigin {
    /// Nobody chose: read-only.
    Default,
    /// Nobody chose, but the user has judged this project: workspace-write.
    Project,
    /// A request or a setting names a sandbox mode.
    Mode,
    /// A request or a setting names a permission profile.
    Profile,
}

/// What the user thinks of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustLevel {
    Trusted,
    Untrusted,
}

/// One table of `[projects]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSettings {
    #[serde(default)]
    pub trust_level: Option<TrustLevel>,
}

/// `[sandbox_workspace_write]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceWriteSettings {
    pub writable_roots: Vec<PathBuf>,
    pub network_access: bool,
    pub exclude_tmpdir_env_var: bool,
    pub exclude_slash_tmp: bool,
}

/// The profile with this id.
pub fn profile(id: &str) -> Option<&'static PermissionProfile> {
    PROFILES.iter().find(|profile| profile.id == id)
}

/// The profile that a sandbox mode stands for.
pub fn profile_of_mode(mode: SandboxMode) -> &'static PermissionProfile {
    match mode {
        SandboxMode::ReadOnly => &PROFILES[0],
        SandboxMode::WorkspaceWrite => &PROFILES[1],
        SandboxMode::DangerFullAccess => &PROFILES[2],
    }
}

impl PermissionProfile {
    /// As it is used. The knobs of workspace-write count for it, too.
    pub fn with_knobs(&self, knobs: &WorkspaceWriteSettings) -> Profile {
        Profile { active: self.active(), policy: self.sandbox_mode.policy(knobs) }
    }

    pub fn active(&self) -> ActivePermissionProfile {
        ActivePermissionProfile { id: self.id.to_owned(), extends: None }
    }
}

impl SandboxMode {
    /// The mode that comes closest to a policy; none for that of somebody else.
    pub fn closest(policy: &SandboxPolicy) -> Option<Self> {
        match policy {
            SandboxPolicy::DangerFullAccess => Some(Self::DangerFullAccess),
            SandboxPolicy::ReadOnly { .. } => Some(Self::ReadOnly),
            SandboxPolicy::WorkspaceWrite(write) if !write.writes_something() => Some(Self::ReadOnly),
            SandboxPolicy::WorkspaceWrite(_) => Some(Self::WorkspaceWrite),
            SandboxPolicy::ExternalSandbox { .. } => None,
        }
    }

    /// The policy; the knobs count for workspace-write only, and their paths must be absolute by now.
    pub fn policy(self, knobs: &WorkspaceWriteSettings) -> SandboxPolicy {
        match self {
            Self::ReadOnly => SandboxPolicy::ReadOnly { network_access: false },
            Self::DangerFullAccess => SandboxPolicy::DangerFullAccess,
            Self::WorkspaceWrite => SandboxPolicy::WorkspaceWrite(WorkspaceWrite {
                writable_roots: knobs.writable_roots.clone(),
                network_access: knobs.network_access,
                exclude_tmpdir_env_var: knobs.exclude_tmpdir_env_var,
                exclude_slash_tmp: knobs.exclude_slash_tmp,
                ..WorkspaceWrite::default()
            }),
        }
    }
}

/// The folders that the user trusts.
pub fn trusted<'a>(projects: impl IntoIterator<Item = (&'a String, &'a ProjectSettings)>) -> Vec<PathBuf> {
    let is_trusted = |settings: &ProjectSettings| settings.trust_level == Some(TrustLevel::Trusted);
    let trusted = projects.into_iter().filter(|(_, settings)| is_trusted(settings));
    trusted.map(|(path, _)| PathBuf::from(path)).filter(|path| path.is_absolute()).collect()
}

/// What the user thinks of the project of a folder, and of which folder that was said: an entry for the folder
/// itself counts before one for the roots of the project, which are looked up only if there are entries at all.
pub fn trust<'a>(
    projects: impl IntoIterator<Item = (&'a String, &'a ProjectSettings)>,
    folder: &Path,
    roots: impl FnOnce() -> Vec<PathBuf>,
) -> Option<(TrustLevel, PathBuf)> {
    let judged: Vec<(&Path, TrustLevel)> = projects
        .into_iter()
        .filter_map(|(path, settings)| Some((Path::new(path.as_str()), settings.trust_level?)))
        .collect();
    if judged.is_empty() {
        return None;
    }
    let level_of = |wanted: &Path| {
        judged.iter().find(|(path, _)| *path == wanted).map(|(path, level)| (*level, path.to_path_buf()))
    };
    level_of(folder).or_else(|| roots().iter().find_map(|root| level_of(root)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn modes_and_profiles_belong_together() {
        for mode in [SandboxMode::ReadOnly, SandboxMode::WorkspaceWrite, SandboxMode::DangerFullAccess] {
            assert_eq!(profile_of_mode(mode).sandbox_mode, mode);
            assert_eq!(profile(profile_of_mode(mode).id).unwrap().sandbox_mode, mode);
        }
        assert_eq!(profile("workspace"), None);
    }

    #[test]
    fn only_workspace_write_has_knobs() {
        let knobs = WorkspaceWriteSettings { network_access: true, ..WorkspaceWriteSettings::default() };
        assert!(!SandboxMode::ReadOnly.policy(&knobs).has_network());
        assert!(SandboxMode::WorkspaceWrite.policy(&knobs).has_network());
        assert_eq!(SandboxMode::DangerFullAccess.policy(&knobs), SandboxPolicy::DangerFullAccess);
    }

    #[test]
    fn the_folder_itself_counts_before_its_roots() {
        let projects: BTreeMap<String, ProjectSettings> = [
            ("/repo", Some(TrustLevel::Trusted)),
            ("/repo/sub", Some(TrustLevel::Untrusted)),
            ("/other", None),
        ]
        .map(|(path, trust_level)| (path.to_owned(), ProjectSettings { trust_level }))
        .into();
        let roots = || vec![PathBuf::from("/nothing"), PathBuf::from("/repo")];
        let judged = |level, folder: &str| Some((level, PathBuf::from(folder)));
        let sub = trust(&projects, Path::new("/repo/sub"), roots);
        assert_eq!(sub, judged(TrustLevel::Untrusted, "/repo/sub"));
        assert_eq!(trust(&projects, Path::new("/repo/x"), roots), judged(TrustLevel::Trusted, "/repo"));
        assert_eq!(trust(&projects, Path::new("/other"), Vec::new), None);
        assert_eq!(trust(&BTreeMap::new(), Path::new("/x"), || unreachable!("no entries")), None);
    }
}
