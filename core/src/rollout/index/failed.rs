//! Why a list is made from the files instead.

use std::io;

use rusqlite::ErrorCode;

use super::super::error::Error;

#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// It does not know enough yet.
    #[error("it is being built")]
    Behind,
    #[error("{0}")]
    Refused(&'static str),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Home(#[from] io::Error),
    /// What the files say is an error, too.
    #[error(transparent)]
    Files(#[from] Error),
}

impl Failed {
    /// Whether the file is none that can be used, and must go.
    pub fn is_broken(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        match error.sqlite_error_code() {
            Some(code) => matches!(
                code,
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::Unknown
                    | ErrorCode::TypeMismatch
                    | ErrorCode::ConstraintViolation
            ),
            // What was stored is not what is expected.
            None => true,
        }
    }

    /// Whether others were in the way.
    pub fn is_contention(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }
}
