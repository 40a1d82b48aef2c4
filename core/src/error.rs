//! What can go wrong for a user of the engine, named by what the user can do about it.

/// The error of the facade.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The request cannot be carried out as it is.
    #[error("{0}")]
    InvalidInput(String),
    /// Something else is going on that excludes it.
    #[error("{0}")]
    Busy(String),
    #[error("{0}")]
    NotAuthenticated(String),
    /// The conversation has ended.
    #[error("the conversation has ended")]
    Closed,
    #[error("{message}")]
    Internal {
        message: String,
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}
