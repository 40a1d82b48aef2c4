//! From a method's name and raw params to work that is ready to be done: its lane, and a future of its answer.
//!
//! The two matches over all requests are written by the table, so that a row without a handler does not compile.
//! Nothing runs here: the connection loop decides when, answers, and catches panics.

use std::future::Future;
use std::pin::Pin;

use codex_app_server_protocol::experimental::ExperimentalUse;
use codex_app_server_protocol::jsonrpc::{RequestId, ResultMessage, write_line};
use codex_app_server_protocol::method::{self, Method};
use codex_app_server_protocol::{ClientRequest, for_each_client_request};
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply, Then, When};

/// A request that decodes, and all that has to be done for it.
pub(crate) struct Routed {
    pub method: &'static str,
    pub lane: Lane,
    /// What it uses that only some clients may.
    pub experimental: Option<ExperimentalUse>,
    pub run: Run,
}

pub(crate) type Run = Pin<Box<dyn Future<Output = Result<Answered, RpcError>> + Send>>;

/// What a request has come to.
pub(crate) enum Answered {
    Now(Answer),
    /// It needs its lane no longer and goes on.
    Later(Run),
}

/// A good answer as the line it is on the wire, and what happens once it is queued.
pub(crate) struct Answer {
    pub line: Vec<u8>,
    pub then: Option<Then>,
    /// What is given back when the line has left the queue.
    pub kept: Option<OwnedSemaphorePermit>,
}

/// Finds the handler of a request.
pub(crate) fn route(
    context: &Context,
    id: &RequestId,
    method: &str,
    params: Option<&RawValue>,
) -> Result<Routed, RpcError> {
    let request = ClientRequest::decode(method, params)?;
    Ok(Routed {
        method: request.method(),
        lane: lane(&request),
        experimental: ClientRequest::experimental_use(method, params),
        run: handle(context.clone(), id.clone(), request),
    })
}

macro_rules! matches_over_requests {
    ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
        $variant:ident($params:ty) -> $response:ty;)*) => {
        fn lane(request: &ClientRequest) -> Lane {
            match request {
                $(ClientRequest::$variant(params) => <Context as Handle<method::$variant>>::lane(params),)*
            }
        }

        fn handle(context: Context, id: RequestId, request: ClientRequest) -> Run {
            match request {
                $(ClientRequest::$variant(params) => {
                    Box::pin(answer::<method::$variant, Context>(context, id, params))
                })*
            }
        }
    };
}
for_each_client_request!(matches_over_requests);

/// Runs a handler and writes its result as a line.
pub(crate) async fn answer<M: Method, C: Handle<M>>(
    context: C,
    id: RequestId,
    params: M::Params,
) -> Result<Answered, RpcError> {
    answered::<M>(id, context.handle(params).await?)
}

fn answered<M: Method>(id: RequestId, reply: Reply<M::Response>) -> Result<Answered, RpcError> {
    let Reply { response, then, kept } = reply;
    let response = match response {
        When::Now(response) => response,
        When::Later(reply) => {
            return Ok(Answered::Later(Box::pin(async move { answered::<M>(id, reply.await?) })));
        }
    };
    let mut line = Vec::new();
    write_line(&ResultMessage { id: &id, result: &response }, &mut line)
        .map_err(|problem| RpcError::unserialisable(M::NAME, problem))?;
    Ok(Answered::Now(Answer { line, then, kept }))
}
