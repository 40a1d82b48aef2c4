//! A thread as lists and answers show it.

use codex_app_server_protocol::decode;
use codex_app_server_protocol::v2::thread as wire;
use codex_core::rollout::list::StoredThread;
use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryMode, SessionSource};
use serde_json::Value;

use super::{path, section};

/// Longer previews are cut, so that a page of a list stays below what clients read in one line.
const LONGEST_PREVIEW: usize = 1024;

/// A thread that has been stored.
pub(crate) fn stored(thread: StoredThread, status: wire::ThreadStatus) -> wire::Thread {
    let placed = thread.placed;
    wire::Thread {
        session_id: thread.session_id.to_string(),
        forked_from_id: thread.forked_from_id.map(|id| id.to_string()),
        history_mode: match thread.history_mode {
            HistoryMode::Legacy => wire::ThreadHistoryMode::Legacy,
            HistoryMode::Paginated => wire::ThreadHistoryMode::Paginated,
        },
        preview: cut(thread.preview),
        model_provider: thread.model_provider.unwrap_or_default(),
        model: thread.model,
        created_at: thread.created_at,
        updated_at: thread.updated_at,
        recency_at: Some(thread.updated_at),
        path: Some(path(&thread.path)),
        cwd: path(&thread.cwd),
        cli_version: thread.cli_version,
        originator: Some(thread.originator).filter(|originator| !originator.is_empty()),
        source: source(thread.source),
        git_info: thread.git.map(git_info),
        name: thread.name,
        section_entered_at: placed.as_ref().map(|placed| placed.entered_at),
        section: placed.map(|placed| section::section(placed.section)),
        ..blank(thread.id, status)
    }
}

/// A thread of which nothing is known but its id. There is no more to fill in for the vendor's own fields.
pub(crate) fn blank(id: ConversationId, status: wire::ThreadStatus) -> wire::Thread {
    wire::Thread {
        id: id.to_string(),
        environments: None,
        extra: None,
        session_id: id.to_string(),
        forked_from_id: None,
        attached_to_thread_id: None,
        parent_thread_id: None,
        preview: String::new(),
        ephemeral: false,
        section: None,
        section_entered_at: None,
        project_id: None,
        history_mode: wire::ThreadHistoryMode::Paginated,
        model_provider: String::new(),
        model: None,
        reasoning_effort: None,
        created_at: 0,
        updated_at: 0,
        recency_at: None,
        status,
        path: None,
        cwd: String::new(),
        cli_version: String::new(),
        originator: None,
        source: wire::SessionSource::Vscode,
        can_accept_direct_input: None,
        thread_source: None,
        agent_nickname: None,
        agent_role: None,
        git_info: None,
        name: None,
        daybreak_enabled: None,
        turns: Vec::new(),
    }
}

pub(crate) fn git_info(git: GitInfo) -> wire::GitInfo {
    wire::GitInfo { sha: git.commit_hash, branch: git.branch, origin_url: git.repository_url }
}

fn cut(mut preview: String) -> String {
    preview.truncate(preview.floor_char_boundary(LONGEST_PREVIEW));
    preview
}

fn source(source: SessionSource) -> wire::SessionSource {
    match source {
        SessionSource::Cli => wire::SessionSource::Cli,
        SessionSource::VSCode => wire::SessionSource::Vscode,
        SessionSource::Exec => wire::SessionSource::Exec,
        SessionSource::Mcp => wire::SessionSource::AppServer,
        SessionSource::SubAgent(form) => wire::SessionSource::SubAgent(sub_agent(form)),
        SessionSource::Custom(name) => wire::SessionSource::Custom(name),
        SessionSource::Unknown => wire::SessionSource::Unknown,
    }
}

/// One of a form that is not known keeps its text.
fn sub_agent(form: Value) -> wire::SubAgentSource {
    decode::from_value(form.clone()).unwrap_or_else(|_| wire::SubAgentSource::Other(form.to_string()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    #[test]
    fn sources() {
        let all = [
            SessionSource::Cli,
            SessionSource::Mcp,
            SessionSource::Custom("mine".into()),
            SessionSource::SubAgent(json!("review")),
            SessionSource::SubAgent(json!({"swarm": 5})),
            SessionSource::Unknown,
        ];
        let all = all.map(|one| serde_json::to_string(&source(one)).unwrap()).join("\n");
        expect![[r#"
            "cli"
            "appServer"
            {"custom":"mine"}
            {"subAgent":"review"}
            {"subAgent":{"other":"{\"swarm\":5}"}}
            "unknown""#]]
        .assert_eq(&all);
    }

    #[test]
    fn a_long_preview_is_cut_between_characters() {
        assert_eq!(cut("ä".repeat(600)).chars().count(), 512);
        assert_eq!(cut("short".into()), "short");
    }

    #[test]
    fn every_key_of_a_thread_is_there() {
        let id: ConversationId = "01a204c1-7d69-75a2-ab12-7923d3d24db5".parse().unwrap();
        expect![[r#"{"id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","environments":null,"extra":null,"sessionId":"01a204c1-7d69-75a2-ab12-7923d3d24db5","forkedFromId":null,"attachedToThreadId":null,"parentThreadId":null,"preview":"","ephemeral":false,"section":null,"sectionEnteredAt":null,"projectId":null,"historyMode":"paginated","modelProvider":"","model":null,"reasoningEffort":null,"createdAt":0,"updatedAt":0,"recencyAt":null,"status":{"type":"notLoaded"},"path":null,"cwd":"","cliVersion":"","originator":null,"source":"vscode","canAcceptDirectInput":null,"threadSource":null,"agentNickname":null,"agentRole":null,"gitInfo":null,"name":null,"daybreakEnabled":null,"turns":[]}"#]].assert_eq(&serde_json::to_string(&blank(id, wire::ThreadStatus::NotLoaded)).unwrap());
    }
}
