//! What a handler of a request is: its lane, its work, its reply.
//!
//! A handler is written for a row of the table, by its marker type, and thereby for the row's params and result.
//! It returns a value or an [`RpcError`]; that exactly one answer reaches the client, also after a panic, is the
//! connection's doing.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use codex_app_server_protocol::method::Method;
use codex_protocol::ids::ConversationId;
use tokio::sync::OwnedSemaphorePermit;

use crate::error::RpcError;

/// In which order a request is handled relative to others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// After everything that came before it and before everything that comes after it.
    Ordered,
    /// In order with the requests for the same thread.
    Thread(String),
    /// In order with the requests about the same process of the connection.
    Process(String),
    /// In order with the requests about files.
    Files,
    /// In order with the searches for files.
    Searches,
    /// As soon as possible, and nothing waits for it: for what only reads, and for what takes long.
    ///
    /// It still starts after the ordered requests before it.
    Concurrent,
}

impl Lane {
    /// The lane of a thread, however its id is written.
    pub(crate) fn thread(id: &str) -> Self {
        let id = id.parse::<ConversationId>().map_or_else(|_| id.to_owned(), |id| id.to_string());
        Lane::Thread(id)
    }
}

/// The behaviour of one method.
pub trait Handle<M: Method> {
    /// The strictest order, unless a handler can say why another will do.
    fn lane(params: &M::Params) -> Lane {
        let _ = params;
        Lane::Ordered
    }

    fn handle(&self, params: M::Params) -> impl Future<Output = Result<Reply<M::Response>, RpcError>> + Send;
}

/// Work for after the answer.
pub type Then = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The answer of a handler, and what happens once it is on its way.
pub struct Reply<T> {
    pub(crate) response: When<T>,
    pub(crate) then: Option<Then>,
    pub(crate) kept: Option<OwnedSemaphorePermit>,
}

pub(crate) enum When<T> {
    Now(T),
    Later(Pin<Box<dyn Future<Output = Result<Reply<T>, RpcError>> + Send>>),
}

impl<T> Reply<T> {
    pub fn new(response: T) -> Self {
        Reply { response: When::Now(response), then: None, kept: None }
    }

    /// Keeps a right until the answer has left the queue to the client.
    pub(crate) fn keeping(self, right: Option<OwnedSemaphorePermit>) -> Self {
        Reply { kept: right, ..self }
    }

    /// The future runs when the response stands in the queue to the client, so that what it causes to be said
    /// comes after the response. It cannot fail any more; the request leaves its lane when it is done.
    pub fn then(response: T, then: impl Future<Output = ()> + Send + 'static) -> Self {
        Reply { response: When::Now(response), then: Some(Box::pin(then)), kept: None }
    }

    /// The request leaves its lane now and is answered with what the future gives: for what begins in order and then
    /// takes as long as it takes.
    pub fn later(reply: impl Future<Output = Result<Reply<T>, RpcError>> + Send + 'static) -> Self {
        Reply { response: When::Later(Box::pin(reply)), then: None, kept: None }
    }
}

impl<T> From<T> for Reply<T> {
    fn from(response: T) -> Self {
        Reply::new(response)
    }
}

impl<T: fmt::Debug> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Reply");
        if let When::Now(response) = &self.response {
            shown.field("response", response);
        }
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_one_lane() {
        let id = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
        assert_eq!(Lane::thread(id), Lane::thread(&id.to_uppercase()));
        assert_eq!(Lane::thread(id), Lane::Thread(id.to_owned()));
        assert_ne!(Lane::thread("nonsense"), Lane::thread(id));
    }
}
