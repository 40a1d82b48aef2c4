//! Identifiers: newtypes, so that a turn is never taken for a call.
//!
//! All of them are cheap to clone, because every delta of a stream carries several.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names one conversation for its whole life, on disk and on the wire. A UUID of version 7.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(Uuid);

impl ConversationId {
    /// A fresh id; later ids sort after earlier ones.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// As they are ordered.
    pub fn bytes(&self) -> [u8; 16] {
        self.0.into_bytes()
    }

    pub fn of_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// When it was made, in Unix milliseconds; ids of other versions do not tell.
    pub fn created_ms(&self) -> Option<i64> {
        let (seconds, nanos) = self.0.get_timestamp()?.to_unix();
        (self.0.get_version_num() == 7).then(|| {
            i64::try_from(seconds).ok()?.checked_mul(1000)?.checked_add(i64::from(nanos / 1_000_000))
        })?
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ConversationId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// A fresh id of this kind: a UUID of version 7.
            pub fn fresh() -> Self {
                Self::from(Uuid::now_v7().to_string())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// Names one turn. It is the id of the submission that started the turn.
    TurnId
}
text_id! {
    /// Names one tool call; made by the model.
    CallId
}
text_id! {
    /// Names one item of a turn: the model's id of a message, a call id, or a fresh one.
    ItemId
}

impl From<&CallId> for ItemId {
    fn from(id: &CallId) -> Self {
        Self(id.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_strings_in_json() {
        let id = ConversationId::new();
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!(id.to_string().parse::<ConversationId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&TurnId::from("t")).unwrap(), "\"t\"");
    }
}
