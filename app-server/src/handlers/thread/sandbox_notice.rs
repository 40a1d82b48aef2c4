//! Tells a client once what the sandbox of this machine cannot do, when the first thread wants one.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::notice::ConfigWarningNotification;
use codex_core::sandbox::strength::{Finding, State, Strength};
use codex_protocol::policy::SandboxPolicy;

use crate::context::Context;

impl Context {
    /// The notice is due if a thread with this policy is the first that needs the sandbox. Finding out
    /// starts a process, so it waits until the answer to the request is on its way.
    pub(in crate::handlers) async fn tell_of_sandbox(&self, policy: &SandboxPolicy) {
        if policy.is_unrestricted() || !self.is_first_to_need_sandbox() {
            return;
        }
        let shared = self.conversations().shared();
        let sandbox = shared.sandbox.clone();
        let found = shared.group.spawn_blocking(move || (sandbox.strength().clone(), sandbox.report()));
        match found.await {
            Ok((strength, findings)) => {
                if let Some(notice) = notice(&strength, &findings) {
                    self.outgoing().notify(&ServerNotification::ConfigWarning(notice)).await;
                }
            }
            Err(error) => tracing::error!(%error, "the sandbox could not be tried"),
        }
    }
}

fn notice(strength: &Strength, findings: &[Finding]) -> Option<ConfigWarningNotification> {
    let summary = match strength {
        Strength::Full => return None,
        Strength::LandlockOnly { .. } => "The sandbox of this machine is limited.",
        Strength::None { .. } => "This machine has no sandbox: commands run only with full access.",
    };
    let details: Vec<_> = findings
        .iter()
        .filter(|finding| finding.state != State::Good)
        .map(|finding| format!("{}: {}", finding.name, finding.text))
        .collect();
    Some(ConfigWarningNotification {
        summary: summary.to_owned(),
        details: Some(details.join("\n")),
        path: None,
        range: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(strength: &Strength) -> Option<String> {
        notice(strength, &strength.findings()).and_then(|notice| notice.details)
    }

    #[test]
    fn only_a_weak_sandbox_is_told_of() {
        assert_eq!(told(&Strength::Full), None);
        let none = Strength::None { reason: "no kernel".into(), remedy: "use another".into() };
        let details = told(&none).unwrap();
        assert!(details.contains("no kernel") && details.contains("use another"), "{details}");
    }
}
