//! Which sandbox a thread begins with.

use super::WrongField;
use crate::config::file::{ConfigToml, WrongValue};
use crate::config::layers::Merged;
use crate::config::overrides::ThreadOverrides;
use crate::config::permissions::{self, SandboxMode, SandboxOrigin, TrustLevel};

/// A request's mode, then a request's profile, then the setting of the higher layer; of two in one layer
/// the profile.
pub(super) fn choose(
    settings: &ConfigToml,
    merged: &Merged,
    overrides: &ThreadOverrides,
    trust: Option<TrustLevel>,
    wrong: &mut Vec<WrongValue>,
    wrong_fields: &mut Vec<WrongField>,
) -> (SandboxMode, SandboxOrigin) {
    let unknown = |id: &str| {
        let known: Vec<_> = permissions::PROFILES.iter().map(|profile| profile.id).collect();
        WrongValue::new(&["default_permissions"], format!("there is no permission profile `{id}`"))
            .with_remedy(format!("Choose one of: {}", known.join(", ")))
    };
    if let Some(mode) = overrides.sandbox {
        return (mode, SandboxOrigin::Mode);
    }
    if let Some(id) = &overrides.permissions {
        match permissions::profile(id) {
            Some(profile) => return (profile.sandbox_mode, SandboxOrigin::Profile),
            None => wrong_fields.push(WrongField { field: "permissions", wrong: unknown(id) }),
        }
    }
    let profile = settings.default_permissions.as_ref().and_then(|id| {
        let profile = permissions::profile(id);
        if profile.is_none() {
            wrong.push(unknown(id));
        }
        profile
    });
    let mode_is_higher = merged.layer_of_key("sandbox_mode") > merged.layer_of_key("default_permissions");
    match (profile, settings.sandbox_mode) {
        (Some(_), Some(mode)) if mode_is_higher => (mode, SandboxOrigin::Mode),
        (Some(profile), _) => (profile.sandbox_mode, SandboxOrigin::Profile),
        (None, Some(mode)) => (mode, SandboxOrigin::Mode),
        // Judged either way, the user works there; an untrusted project is asked about more often.
        (None, None) if trust.is_some() => (SandboxMode::WorkspaceWrite, SandboxOrigin::Project),
        (None, None) => (SandboxMode::ReadOnly, SandboxOrigin::Default),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::testkit::{check_wrong, resolved};
    use super::*;

    fn sandbox(texts: &[&str], overrides: ThreadOverrides, trust: Option<TrustLevel>) -> String {
        let (config, wrong) = resolved(texts, &overrides, trust);
        let profile = config.active_permission_profile();
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
