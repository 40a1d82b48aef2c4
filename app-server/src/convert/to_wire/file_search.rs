//! What a search for files found.

use codex_app_server_protocol::v2::file_search::{FuzzyFileSearchMatchType, FuzzyFileSearchResult};
use codex_core::file_search::Root;
use codex_core::file_search::best::Hit;

pub(crate) fn result(hit: &Hit, roots: &[Root]) -> FuzzyFileSearchResult {
    FuzzyFileSearchResult {
        root: roots.get(hit.root).map(|root| root.name.clone()).unwrap_or_default(),
        path: hit.path.clone(),
        match_type: if hit.is_folder {
            FuzzyFileSearchMatchType::Directory
        } else {
            FuzzyFileSearchMatchType::File
        },
        file_name: hit.name.clone(),
        score: hit.score,
        indices: Some(hit.indices.clone()),
    }
}
