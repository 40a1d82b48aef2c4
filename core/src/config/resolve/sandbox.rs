//! Which sandbox a thread begins with.

use std::collections::BTreeMap;

use codex_protocol::policy::{ActivePermissionProfile, SandboxPolicy};

use super::WrongField;
use crate::config::file::{ConfigToml, WrongValue};
use crate::config::layers::Merged;
use crate::config::overrides::ThreadOverrides;
use crate::config::permissions::{self, SandboxMode, SandboxOrigin, TrustLevel, WorkspaceWriteSettings};
use crate::config::profiles::{Configured, Profile};

/// What a sandbox is chosen from.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub profiles: &'a BTreeMap<String, Configured>,
    pub knobs: &'a WorkspaceWriteSettings,
    pub trust: Option<TrustLevel>,
}

/// The sandbox of a thread, and why it is that one.
pub(super) struct Choice {
    pub mode: SandboxMode,
    pub origin: SandboxOrigin,
    pub policy: SandboxPolicy,
    pub active: Option<ActivePermissionProfile>,
}

impl Known<'_> {
    fn profile(&self, id: &str) -> Result<Profile, WrongValue> {
        if let Some(built_in) = permissions::profile(id) {
            return Ok(built_in.with_knobs(self.knobs));
        }
        match self.profiles.get(id) {
            Some(Configured { profile: Ok(profile), .. }) => Ok(profile.clone()),
            Some(Configured { profile: Err(problem), .. }) => {
                Err(WrongValue::new(&["permissions", id], problem.clone()))
            }
            None => {
                let built_in = permissions::PROFILES.iter().map(|profile| profile.id);
                let known: Vec<&str> = built_in.chain(self.profiles.keys().map(String::as_str)).collect();
                let problem = format!("there is no permission profile `{id}`");
                let wrong = WrongValue::new(&["default_permissions"], problem);
                Err(wrong.with_remedy(format!("Choose one of: {}", known.join(", "))))
            }
        }
    }

    fn of_mode(&self, mode: SandboxMode, origin: SandboxOrigin) -> Choice {
        let named = origin == SandboxOrigin::Mode;
        let active = (!named).then(|| permissions::profile_of_mode(mode).active());
        Choice { mode, origin, policy: mode.policy(self.knobs), active }
    }
}

fn of_profile(profile: Profile) -> Choice {
    let Profile { active, policy } = profile;
    let mode = SandboxMode::closest(&policy).unwrap_or_default();
    Choice { mode, origin: SandboxOrigin::Profile, policy, active: Some(active) }
}

/// A request's mode, then a request's profile, then the setting of the higher layer; of two in one layer
/// the profile.
pub(super) fn choose(
    settings: &ConfigToml,
    merged: &Merged,
    overrides: &ThreadOverrides,
    known: Known<'_>,
    wrong: &mut Vec<WrongValue>,
    wrong_fields: &mut Vec<WrongField>,
) -> Choice {
    if let Some(mode) = overrides.sandbox {
        return known.of_mode(mode, SandboxOrigin::Mode);
    }
    if let Some(id) = &overrides.permissions {
        match known.profile(id) {
            Ok(profile) => return of_profile(profile),
            Err(problem) => wrong_fields.push(WrongField { field: "permissions", wrong: problem }),
        }
    }
    let profile = settings.default_permissions.as_ref().and_then(|id| match known.profile(id) {
        Ok(profile) => Some(profile),
        Err(problem) => {
            wrong.push(problem);
            None
        }
    });
    let mode_is_higher = merged.layer_of_key("sandbox_mode") > merged.layer_of_key("default_permissions");
    match (profile, settings.sandbox_mode) {
        (Some(_), Some(mode)) if mode_is_higher => known.of_mode(mode, SandboxOrigin::Mode),
        (Some(profile), _) => of_profile(profile),
        (None, Some(mode)) => known.of_mode(mode, SandboxOrigin::Mode),
        // Judged either way, the user works there; an untrusted project is asked about more often.
        (None, None) if known.trust.is_some() => {
            known.of_mode(SandboxMode::WorkspaceWrite, SandboxOrigin::Project)
        }
        (None, None) => known.of_mode(SandboxMode::ReadOnly, SandboxOrigin::Default),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::testkit::{check_wrong, resolved};
    use super::*;

    fn sandbox(texts: &[&str], overrides: ThreadOverrides, trust: Option<TrustLevel>) -> String {
        let (config, wrong) = resolved(texts, &overrides, trust);
        let profile = config.active_permission_profile.map(|profile| profile.id);
        format!("{:?} {profile:?} {:?} {}", config.sandbox_mode, config.approval_policy, wrong.join(""))
    }

    #[test]
    fn who_decides_over_the_sandbox() {
        let none = ThreadOverrides::default;
        let check = |actual: String, expected: &str| assert_eq!(actual.trim(), expected);
        check(sandbox(&[""], none(), None), "ReadOnly Some(\":read-only\") OnRequest");
        check(
            sandbox(&[""], none(), Some(TrustLevel::Trusted)),
            "WorkspaceWrite Some(\":workspace\") OnRequest",
        );
        check(
            sandbox(&[""], none(), Some(TrustLevel::Untrusted)),
            "WorkspaceWrite Some(\":workspace\") UnlessTrusted",
        );
        let mode = "sandbox_mode = \"read-only\"";
        check(sandbox(&[mode], none(), Some(TrustLevel::Trusted)), "ReadOnly None OnRequest");
        let profile = "default_permissions = \":workspace\"";
        check(sandbox(&[profile], none(), None), "WorkspaceWrite Some(\":workspace\") OnRequest");
        let both = format!("{mode}\n{profile}");
        check(sandbox(&[&both], none(), None), "WorkspaceWrite Some(\":workspace\") OnRequest");
        check(sandbox(&[profile, mode], none(), None), "ReadOnly None OnRequest");
        check(sandbox(&[mode, profile], none(), None), "WorkspaceWrite Some(\":workspace\") OnRequest");
        let asked = ThreadOverrides { sandbox: Some(SandboxMode::DangerFullAccess), ..none() };
        check(sandbox(&[profile], asked, None), "DangerFullAccess None OnRequest");
        let asked = ThreadOverrides { permissions: Some(":read-only".to_owned()), ..none() };
        check(sandbox(&[profile], asked, None), "ReadOnly Some(\":read-only\") OnRequest");
    }

    #[test]
    fn unknown_permission_profiles_are_refused() {
        check_wrong(
            "default_permissions = \":all\"",
            expect![
                "default_permissions: there is no permission profile `:all`. Choose one of: :read-only, :workspace, :danger-full-access"
            ],
        );
        let asked = ThreadOverrides { permissions: Some("x".to_owned()), ..ThreadOverrides::default() };
        assert!(sandbox(&[""], asked, None).contains("permissions: there is no permission profile `x`"));
    }
}
