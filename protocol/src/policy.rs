//! What the agent may do by itself: approval and sandbox policies, and a human's decisions.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// When a human is asked before a command runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskForApproval {
    /// Ask for everything but commands that are known only to read.
    #[serde(rename = "untrusted")]
    UnlessTrusted,
    /// Run in the sandbox first; ask when that fails. Only read from older files and settings.
    OnFailure,
    /// The model asks when it wants to leave the sandbox.
    #[default]
    OnRequest,
    /// Never ask: what the sandbox does not allow fails.
    Never,
    /// As `on-request`, with single kinds of questions switched off.
    Granular(GranularApproval),
}

/// Which kinds of questions are asked; the others count as declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GranularApproval {
    pub sandbox_approval: bool,
    pub rules: bool,
    #[serde(default)]
    pub skill_approval: bool,
    #[serde(default)]
    pub request_permissions: bool,
    pub mcp_elicitations: bool,
}

/// What a command may touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SandboxPolicy {
    /// No restrictions.
    DangerFullAccess,
    /// Everything may be read, nothing written.
    ReadOnly {
        #[serde(default, skip_serializing_if = "is_false")]
        network_access: bool,
    },
    /// The process is already in a sandbox of somebody else; none is added.
    ExternalSandbox {
        #[serde(default)]
        network_access: NetworkAccess,
    },
    /// Everything may be read; the working directory and the roots may be written.
    WorkspaceWrite(WorkspaceWrite),
}

/// The knobs of workspace-write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceWrite {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writable_roots: Vec<PathBuf>,
    #[serde(default)]
    pub network_access: bool,
    #[serde(default)]
    pub exclude_tmpdir_env_var: bool,
    #[serde(default)]
    pub exclude_slash_tmp: bool,
    /// The working directory is not written. This and what follows comes from permission profiles only, and is
    /// unknown on the wire.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_cwd: bool,
    /// Paths that are not written though they lie in a root. Relative ones count from the working directory, as those
    /// of all lists here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_only: Vec<PathBuf>,
    /// Paths that are not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<PathBuf>,
}

impl WorkspaceWrite {
    /// Whether there is anything that may be written.
    pub fn writes_something(&self) -> bool {
        let Self { keep_cwd, exclude_tmpdir_env_var, exclude_slash_tmp, writable_roots, .. } = self;
        !keep_cwd || !exclude_tmpdir_env_var || !exclude_slash_tmp || !writable_roots.is_empty()
    }
}

/// The permission profile that a sandbox policy comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivePermissionProfile {
    pub id: String,
    /// The profile that it is based on.
    #[serde(default)]
    pub extends: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkAccess {
    #[default]
    Restricted,
    Enabled,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl SandboxPolicy {
    pub fn has_network(&self) -> bool {
        match self {
            Self::DangerFullAccess => true,
            Self::ReadOnly { network_access } => *network_access,
            Self::ExternalSandbox { network_access } => *network_access == NetworkAccess::Enabled,
            Self::WorkspaceWrite(write) => write.network_access,
        }
    }

    /// Whether commands run without a sandbox of ours.
    pub fn is_unrestricted(&self) -> bool {
        match self {
            Self::DangerFullAccess | Self::ExternalSandbox { .. } => true,
            Self::ReadOnly { .. } | Self::WorkspaceWrite(_) => false,
        }
    }
}

/// The tag was `mode` until November 2025 and is `type` since; both are read.
impl<'de> Deserialize<'de> for SandboxPolicy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Kind {
            DangerFullAccess,
            ReadOnly,
            ExternalSandbox,
            WorkspaceWrite,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Network {
            Flag(bool),
            Word(NetworkAccess),
        }
        #[derive(Deserialize)]
        struct Raw {
            #[serde(alias = "mode")]
            r#type: Kind,
            #[serde(default)]
            writable_roots: Vec<PathBuf>,
            network_access: Option<Network>,
            #[serde(default)]
            exclude_tmpdir_env_var: bool,
            #[serde(default)]
            exclude_slash_tmp: bool,
            #[serde(default)]
            keep_cwd: bool,
            #[serde(default)]
            read_only: Vec<PathBuf>,
            #[serde(default)]
            unreadable: Vec<PathBuf>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let network = match raw.network_access {
            None => false,
            Some(Network::Flag(flag)) => flag,
            Some(Network::Word(word)) => word == NetworkAccess::Enabled,
        };
        Ok(match raw.r#type {
            Kind::DangerFullAccess => Self::DangerFullAccess,
            Kind::ReadOnly => Self::ReadOnly { network_access: network },
            Kind::ExternalSandbox => Self::ExternalSandbox {
                network_access: if network { NetworkAccess::Enabled } else { NetworkAccess::Restricted },
            },
            Kind::WorkspaceWrite => Self::WorkspaceWrite(WorkspaceWrite {
                writable_roots: raw.writable_roots,
                network_access: network,
                exclude_tmpdir_env_var: raw.exclude_tmpdir_env_var,
                exclude_slash_tmp: raw.exclude_slash_tmp,
                keep_cwd: raw.keep_cwd,
                read_only: raw.read_only,
                unreadable: raw.unreadable,
            }),
        })
    }
}

/// A human's answer to an approval request. What was not answered is `Denied`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    Approved,
    /// Approved, and the same request is not asked again in this session.
    ApprovedForSession,
    /// Approved, and commands that begin with these words are allowed from now on.
    ApprovedExecpolicyAmendment {
        proposed_execpolicy_amendment: Vec<String>,
    },
    #[default]
    Denied,
    /// Denied, and the turn ends.
    Abort,
}

/// How much a model thinks; any word that the model knows.
pub type ReasoningEffort = String;

/// How a model sums up its thoughts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReasoningSummary {
    #[default]
    Auto,
    Concise,
    Detailed,
    None,
}

/// How long a model's answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verbosity {
    Low,
    Medium,
    High,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tags_of_a_sandbox_policy_are_read_and_one_is_written() {
        let old: SandboxPolicy =
            serde_json::from_str(r#"{"mode":"workspace-write","network_access":true}"#).unwrap();
        let new: SandboxPolicy = serde_json::from_str(
            r#"{"type":"workspace-write","network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}"#,
        )
        .unwrap();
        assert_eq!(old, new);
        assert_eq!(
            serde_json::to_string(&old).unwrap(),
            r#"{"type":"workspace-write","network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}"#
        );
        assert_eq!(
            serde_json::to_string(&SandboxPolicy::ReadOnly { network_access: false }).unwrap(),
            r#"{"type":"read-only"}"#
        );
    }

    #[test]
    fn approval_policies_have_their_names() {
        for (policy, text) in [
            (AskForApproval::UnlessTrusted, r#""untrusted""#),
            (AskForApproval::OnRequest, r#""on-request""#),
            (AskForApproval::Never, r#""never""#),
        ] {
            assert_eq!(serde_json::to_string(&policy).unwrap(), text);
        }
    }
}
