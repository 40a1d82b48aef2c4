//! The owner task of a conversation.
