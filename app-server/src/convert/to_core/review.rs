//! What is to be reviewed, in words for the reviewer and for the user.

use codex_app_server_protocol::v2::review::ReviewTarget;
use codex_protocol::review::ReviewRequest;

use crate::error::RpcError;

/// What the repository says of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The commit, or where a branch parted from the current one; empty where no commit is named.
    pub(crate) commit: String,
}

/// The target with what it names trimmed; one that names nothing is refused.
pub(crate) fn named(target: ReviewTarget) -> Result<ReviewTarget, RpcError> {
    let trimmed = |field: &str, text: String| match text.trim() {
        "" => Err(RpcError::invalid_request(format!("{field} must not be empty"))),
        trimmed => Ok(trimmed.to_owned()),
    };
    Ok(match target {
        ReviewTarget::UncommittedChanges => ReviewTarget::UncommittedChanges,
        ReviewTarget::BaseBranch { branch } => {
            ReviewTarget::BaseBranch { branch: trimmed("branch", branch)? }
        }
        ReviewTarget::Commit { sha, title } => {
            let title = title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
            ReviewTarget::Commit { sha: trimmed("sha", sha)?, title }
        }
        ReviewTarget::Custom { instructions } => {
            ReviewTarget::Custom { instructions: trimmed("instructions", instructions)? }
        }
    })
}

/// What the reviewer is asked, and what the user is shown of that.
pub(crate) fn request(target: ReviewTarget, Found { commit }: Found) -> ReviewRequest {
    let named = serde_json::to_value(&target).unwrap_or_default();
    let (prompt, user_facing_hint) = match target {
        ReviewTarget::UncommittedChanges => (
            "Review the uncommitted changes of this working tree: what is staged, what is not, and untracked files. \
             `git status --porcelain --untracked-files=all` names them."
                .to_owned(),
            "current changes".to_owned(),
        ),
        ReviewTarget::BaseBranch { branch } => (
            format!(
                "Review what has changed here since the current branch parted from `{branch}`, uncommitted changes \
                 included. The commit where they parted is {commit}: `git diff {commit}` shows the changes of tracked \
                 files, `git status --porcelain --untracked-files=all` names the others."
            ),
            format!("changes against '{branch}'"),
        ),
        ReviewTarget::Commit { title, .. } => {
            let short: String = commit.chars().take(7).collect();
            let called = title.as_ref().map(|title| format!(" (“{title}”)")).unwrap_or_default();
            let label = title.map(|title| format!(": {title}")).unwrap_or_default();
            (
                format!(
                    "Review the changes that the commit {commit}{called} makes. `git show {commit}` shows them. What \
                     the working tree holds besides is not part of it."
                ),
                format!("commit {short}{label}"),
            )
        }
        ReviewTarget::Custom { instructions } => (instructions.clone(), instructions),
    };
    ReviewRequest { prompt, user_facing_hint, target: named }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(target: ReviewTarget) -> String {
        let commit = "747d35b121e2c76a3df349a0d826e1a7277822c2".to_owned();
        let request = request(named(target).unwrap(), Found { commit });
        assert!(!request.prompt.is_empty());
        request.user_facing_hint
    }

    #[test]
    fn users_see_what_is_reviewed() {
        assert_eq!(hint(ReviewTarget::UncommittedChanges), "current changes");
        assert_eq!(hint(ReviewTarget::BaseBranch { branch: " main ".into() }), "changes against 'main'");
        let (sha, title) = ("747d35b".to_owned(), Some(" Fix it ".to_owned()));
        assert_eq!(hint(ReviewTarget::Commit { sha: sha.clone(), title }), "commit 747d35b: Fix it");
        assert_eq!(hint(ReviewTarget::Commit { sha, title: None }), "commit 747d35b");
        assert_eq!(hint(ReviewTarget::Custom { instructions: " look ".into() }), "look");
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for (target, said) in [
            (ReviewTarget::BaseBranch { branch: " ".into() }, "branch must not be empty"),
            (ReviewTarget::Commit { sha: String::new(), title: None }, "sha must not be empty"),
            (ReviewTarget::Custom { instructions: "\n".into() }, "instructions must not be empty"),
        ] {
            assert_eq!(named(target).unwrap_err().to_string(), format!("{said} (-32600)"));
        }
    }
}
