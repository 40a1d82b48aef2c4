//! What a request is signed with.

use std::fmt;

/// The login of this program, as far as a model server needs it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// An API key or an access token.
    pub bearer: Option<String>,
    /// The account an access token belongs to; absent with API keys.
    pub account_id: Option<String>,
}

/// Secrets stay out of logs.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("bearer", &self.bearer.as_ref().map(|_| "..."))
            .field("account_id", &self.account_id)
            .finish()
    }
}
