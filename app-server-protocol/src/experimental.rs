//! What only connections with the experimental capability may use, besides whole methods (those are marked in
//! their table rows): fields of params, and one form of the approval policy.
//!
//! One table serves the gate at run time and the stable variant of the schema. Experimental fields of results
//! and notifications stand in it too; the server sends them to everybody, and clients skip what they do not know.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::error_code::INVALID_REQUEST;
use crate::jsonrpc::ErrorObject;
use crate::method::MethodInfo;

/// How much of the wire a schema covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What every client may use.
    Stable,
    /// What a client with the experimental capability may use as well.
    Experimental,
}

impl Scope {
    /// What the folders of this scope have behind their name.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Scope::Stable => "",
            Scope::Experimental => "-experimental",
        }
    }
}

/// Experimental fields by type, in the order in which a request that uses several is refused. A field of a single
/// variant stands under `Type::tag`.
pub const FIELDS: &[(&str, &[&str])] = &[
    ("CommandExecParams", &["permissionProfile"]),
    ("CommandExecutionRequestApprovalParams", &["additionalPermissions", "availableDecisions"]),
    ("Config", &["apps"]),
    ("ConfigRequirements", &["allowedApprovalsReviewers", "hooks", "network", "application"]),
    ("FileSystemSpecialPath::project_roots", &["subpath"]),
    ("GetAccountResponse", &["workspaceRouting"]),
    ("Thread", &["environments", "extra", "attachedToThreadId", "canAcceptDirectInput", "daybreakEnabled"]),
    ("ThreadItemEntry", &["outputDeferred"]),
    ("ThreadItemOutputDeferral", &["commandExecution", "mcpToolCall"]),
    (
        "ThreadForkParams",
        &[
            "beforeTurnId",
            "path",
            "attachToSource",
            "deferGoalContinuation",
            "experimentalPredictionMode",
            "experimentalDisablePredictionMcp",
            "runtimeWorkspaceRoots",
            "permissions",
        ],
    ),
    ("ThreadForkResponse", &["runtimeWorkspaceRoots", "activePermissionProfile", "multiAgentMode"]),
    (
        "ThreadListParams",
        &["includeAttachedThreads", "projectId", "parentThreadId", "ancestorThreadId", "attachedToThreadId"],
    ),
    ("ThreadListResponse", &["readStates"]),
    ("ThreadMetadataUpdateParams", &["daybreakEnabled", "projectId"]),
    ("ThreadReadResponse", &["readState"]),
    ("ThreadResumeParams", &["history", "path", "runtimeWorkspaceRoots", "permissions", "initialTurnsPage"]),
    (
        "ThreadResumeResponse",
        &["runtimeWorkspaceRoots", "activePermissionProfile", "multiAgentMode", "initialTurnsPage"],
    ),
    ("ThreadSettings", &["environments", "multiAgentMode"]),
    (
        "ThreadStartParams",
        &[
            "allowProviderModelFallback",
            "runtimeWorkspaceRoots",
            "permissions",
            "multiAgentMode",
            "historyMode",
            "projectId",
            "daybreakEnabled",
            "environments",
            "dynamicTools",
            "selectedCapabilityRoots",
            "mockExperimentalField",
            "experimentalRawEvents",
        ],
    ),
    ("ThreadStartResponse", &["runtimeWorkspaceRoots", "activePermissionProfile", "multiAgentMode"]),
    (
        "TurnStartParams",
        &[
            "responsesapiClientMetadata",
            "responsesapiClientMetadataPatch",
            "additionalContext",
            "environments",
            "runtimeWorkspaceRoots",
            "permissions",
            "collaborationMode",
            "multiAgentMode",
            "cyberAccessProgram",
        ],
    ),
    (
        "TurnSteerParams",
        &["responsesapiClientMetadata", "responsesapiClientMetadataPatch", "additionalContext"],
    ),
];

/// What a request used without the capability: a method, a field of it, or a variant of a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} requires experimentalApi capability")]
pub struct ExperimentalUse(pub String);

impl From<ExperimentalUse> for ErrorObject {
    fn from(used: ExperimentalUse) -> Self {
        ErrorObject { code: INVALID_REQUEST, message: used.to_string(), data: None }
    }
}

/// Looks for experimental parts in a request that decodes. A field that is `null` or `false` is not used.
pub(crate) fn find(row: &MethodInfo, params: Option<&RawValue>) -> Option<ExperimentalUse> {
    if row.experimental {
        return Some(ExperimentalUse(row.name.to_owned()));
    }
    let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(params?.get()).ok()?;
    // The granular form is the one that is an object. The schema shows it to everybody.
    if members.get("approvalPolicy").is_some_and(|value| value.get().starts_with('{')) {
        return Some(ExperimentalUse("askForApproval.granular".to_owned()));
    }
    if row.params == "LoginAccountParams"
        && members.get("type").is_some_and(|value| value.get() == "\"chatgptAuthTokens\"")
    {
        return Some(ExperimentalUse(format!("{}.chatgptAuthTokens", row.name)));
    }
    let (_, fields) = FIELDS.iter().find(|(name, _)| *name == row.params)?;
    fields
        .iter()
        .find(|field| members.get(**field).is_some_and(|value| !matches!(value.get(), "null" | "false")))
        .map(|field| ExperimentalUse(format!("{}.{field}", row.name)))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::value::RawValue;

    use crate::ClientRequest;

    fn check(method: &str, params: &str, expected: Expect) {
        let raw = RawValue::from_string(params.to_owned()).unwrap();
        let text = match ClientRequest::experimental_use(method, Some(&raw)) {
            Some(used) => used.to_string(),
            None => "free to use".to_owned(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn methods() {
        check(
            "thread/backgroundTerminals/list",
            r#"{"threadId":"x"}"#,
            expect!["thread/backgroundTerminals/list requires experimentalApi capability"],
        );
        check("thread/read", r#"{"threadId":"x"}"#, expect!["free to use"]);
        check("no/such/method", "{}", expect!["free to use"]);
    }

    #[test]
    fn fields() {
        check("thread/start", r#"{"model":"m","dynamicTools":null}"#, expect!["free to use"]);
        check("thread/start", r#"{"experimentalRawEvents":false}"#, expect!["free to use"]);
        check(
            "thread/start",
            r#"{"experimentalRawEvents":true}"#,
            expect!["thread/start.experimentalRawEvents requires experimentalApi capability"],
        );
        check(
            "thread/start",
            r#"{"dynamicTools":[],"multiAgentMode":"proactive"}"#,
            expect!["thread/start.multiAgentMode requires experimentalApi capability"],
        );
        check(
            "turn/start",
            r#"{"additionalContext":{}}"#,
            expect!["turn/start.additionalContext requires experimentalApi capability"],
        );
        check("thread/list", r#"{"permissions":"x"}"#, expect!["free to use"]);
    }

    #[test]
    fn variants() {
        check("thread/start", r#"{"approvalPolicy":"never"}"#, expect!["free to use"]);
        check(
            "turn/start",
            r#"{"approvalPolicy": {"granular":{}},"permissions":"x"}"#,
            expect!["askForApproval.granular requires experimentalApi capability"],
        );
        check("account/login/start", r#"{"type":"apiKey","apiKey":"k"}"#, expect!["free to use"]);
        check(
            "account/login/start",
            r#"{"type":"chatgptAuthTokens","accessToken":"t","chatgptAccountId":"a"}"#,
            expect!["account/login/start.chatgptAuthTokens requires experimentalApi capability"],
        );
    }
}
