//! Sections that users sort threads into: what there is, and what is in them.

mod create;
mod delete;
mod list;
mod place;
mod update;

use codex_core::rollout::sections::SectionError;

use crate::error::RpcError;

/// What is wrong with a section is a bad value, what is wrong with a place in it a failed precondition.
fn refused(error: SectionError) -> RpcError {
    let message = error.to_string();
    match error {
        SectionError::NoName | SectionError::Unknown(_) | SectionError::BuiltIn(_) => {
            RpcError::invalid_params(message)
        }
        SectionError::NoTarget(_) | SectionError::BeforeItself(_) | SectionError::NotThere { .. } => {
            RpcError::invalid_request(message)
        }
        SectionError::Store(error) => error.into(),
    }
}
