//! Which stored conversations a list is asked for, and in which order.

use std::path::PathBuf;

use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::SessionSource;
use serde_json::Value;

use super::list::StoredThread;

#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// 0 counts as 1.
    pub limit: usize,
    /// As a page gave it, or a bare time.
    pub cursor: Option<String>,
    pub sort: SortKey,
    pub direction: Direction,
    /// Only those of this section.
    pub section: Option<String>,
    /// Only archived ones, else only others.
    pub archived: bool,
    /// Empty: what a person started, from a terminal or an editor.
    pub sources: Vec<SourceKind>,
    /// Empty: all.
    pub model_providers: Vec<String>,
    /// Empty: all.
    pub cwds: Vec<PathBuf>,
    /// Empty: all.
    pub originators: Vec<String>,
    /// These are passed over.
    pub excluded: Vec<ConversationId>,
    /// Part of the name or of the preview, letter by letter.
    pub search_term: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    #[default]
    Created,
    /// The last write to the file.
    Updated,
    /// Their places in the section.
    Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Newest first.
    #[default]
    Descending,
    Ascending,
}

/// Kinds of [`SessionSource`] to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Cli,
    VsCode,
    Exec,
    AppServer,
    SubAgent,
    SubAgentReview,
    SubAgentCompact,
    SubAgentThreadSpawn,
    SubAgentOther,
    Unknown,
}

impl ListQuery {
    pub(super) fn matches(&self, thread: &StoredThread) -> bool {
        let source = if self.sources.is_empty() {
            matches!(thread.source, SessionSource::Cli | SessionSource::VSCode)
        } else {
            self.sources.iter().any(|kind| kind.includes(&thread.source))
        };
        let provider = self.model_providers.is_empty()
            || thread.model_provider.as_ref().is_some_and(|provider| self.model_providers.contains(provider));
        let cwd = self.cwds.is_empty() || self.cwds.contains(&thread.cwd);
        let term = self.search_term.as_deref().is_none_or(|term| {
            thread.preview.contains(term) || thread.name.as_ref().is_some_and(|name| name.contains(term))
        });
        let originator = self.originators.is_empty() || self.originators.contains(&thread.originator);
        let section = self
            .section
            .as_ref()
            .is_none_or(|wanted| thread.placed.as_ref().is_some_and(|placed| placed.section.id == *wanted));
        source && section && provider && cwd && term && originator && !self.excluded.contains(&thread.id)
    }
}

impl SourceKind {
    fn includes(self, source: &SessionSource) -> bool {
        let handed_on = |word: &str| match source {
            SessionSource::SubAgent(Value::String(form)) => form == word,
            SessionSource::SubAgent(form) => form.get(word).is_some(),
            _ => false,
        };
        match self {
            Self::Cli => *source == SessionSource::Cli,
            Self::VsCode => *source == SessionSource::VSCode,
            Self::Exec => *source == SessionSource::Exec,
            Self::AppServer => *source == SessionSource::Mcp,
            Self::SubAgent => matches!(source, SessionSource::SubAgent(_)),
            Self::SubAgentReview => handed_on("review"),
            Self::SubAgentCompact => handed_on("compact"),
            Self::SubAgentThreadSpawn => handed_on("thread_spawn"),
            Self::SubAgentOther => handed_on("other"),
            Self::Unknown => *source == SessionSource::Unknown,
        }
    }
}
