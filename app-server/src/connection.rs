//! The loop of one connection: hears the client, lets requests run in their lanes, answers each exactly once.
//!
//! How many requests are under way is bounded, and how long they are together; what is beyond is refused. The loop
//! never waits for the writer while it holds a message: an answer has its place in the queue from the
//! moment at which its request is accepted, and "room for a refusal" is a wake-up like any other. So the client's
//! answers to questions are always heard. What a request does is the router's business.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use codex_app_server_protocol::error_code::INTERNAL_ERROR;
use codex_app_server_protocol::jsonrpc::{ErrorMessage, Incoming, RequestId, write_line};
use codex_core::base::cancel::or_cancelled;
use codex_core::base::spawn::TaskGroup;
use futures::FutureExt;
use serde_json::value::RawValue;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use crate::client::ClientCell;
use crate::error::RpcError;
use crate::handshake;
use crate::lanes::{Lanes, Ticket};
use crate::outgoing::Questions;
use crate::router::{Answer, Answered, Routed, Run};
use crate::transport::framing::MAX_LINE_BYTES;
use crate::transport::line_queue::{LineSender, Place, REQUESTS};

/// How much of accepted requests may be in memory, in KiB of their lines: the longest line twice.
const REQUEST_KIB: usize = 2 * MAX_LINE_BYTES / 1024;

/// How long handlers have for reacting to their cancellation.
const CANCELLED_LIMIT: Duration = Duration::from_millis(100);

/// Why the loop has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The client has said all it had to say.
    InputClosed,
    /// The client does not listen any more.
    OutputClosed,
    /// The process is to end.
    Stopped,
}

/// What a connection is made of.
pub(crate) struct Parts {
    pub incoming: mpsc::Receiver<String>,
    pub lines: LineSender,
    pub client: ClientCell,
    pub questions: Questions,
}

/// One connection. `R` finds the handler of a request: the router, with this connection's context.
pub(crate) struct Connection<R> {
    incoming: mpsc::Receiver<String>,
    shared: Shared,
    questions: Questions,
    route: R,
    lanes: Lanes<Job>,
    request_kib: Arc<Semaphore>,
    tasks: TaskGroup,
    steps: mpsc::Receiver<Step>,
    step: mpsc::Sender<Step>,
    /// A refusal that has no place in the queue yet. While there is one, nothing more is read.
    refusal: Option<Vec<u8>>,
}

/// How far a running request has come.
#[derive(Clone, Copy)]
enum Step {
    /// It goes on without its lane.
    Out(Ticket),
    Finished(Ticket),
}

/// How a running request tells of its steps.
struct Steps {
    ticket: Ticket,
    to: mpsc::Sender<Step>,
}

impl Steps {
    async fn take(&self, step: fn(Ticket) -> Step) {
        let _loop_has_ended = self.to.send(step(self.ticket)).await;
    }
}

/// What a running request needs of its connection.
#[derive(Clone)]
struct Shared {
    lines: LineSender,
    client: ClientCell,
    cancelled: CancellationToken,
}

/// A request as it came in.
struct Call<'a> {
    id: RequestId,
    method: &'a str,
    params: Option<&'a RawValue>,
    /// Of its line.
    bytes: usize,
}

struct Job {
    id: RequestId,
    routed: Routed,
    place: Place,
    _kib: OwnedSemaphorePermit,
}

impl<R> Connection<R>
where
    R: Fn(&RequestId, &str, Option<&RawValue>) -> Result<Routed, RpcError>,
{
    pub fn new(parts: Parts, route: R) -> Self {
        let Parts { incoming, lines, client, questions } = parts;
        let (step, steps) = mpsc::channel(REQUESTS);
        Connection {
            incoming,
            shared: Shared { lines, client, cancelled: CancellationToken::new() },
            questions,
            route,
            lanes: Lanes::default(),
            request_kib: Arc::new(Semaphore::new(REQUEST_KIB)),
            tasks: TaskGroup::new(),
            steps,
            step,
            refusal: None,
        }
    }

    /// Serves the client until there is a reason to end.
    pub async fn serve(&mut self, stop: impl Future<Output = ()>) -> Ended {
        let lines = self.shared.lines.clone();
        let mut stop = pin!(stop);
        let mut gone = pin!(lines.disconnected());
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return Ended::Stopped,
                () = &mut gone => return Ended::OutputClosed,
                Some(step) = self.steps.recv() => self.took(step),
                place = lines.refusal(), if self.refusal.is_some() => self.refuse(place.ok()),
                message = self.incoming.recv(), if self.refusal.is_none() => match message {
                    Some(text) => self.take(&text),
                    None => return Ended::InputClosed,
                },
            }
        }
    }

    /// Hears nothing more; what was accepted is finished and answered, or cancelled and answered when the limit
    /// is reached. False: something could not even be cancelled.
    pub async fn finish(mut self, limit: Duration) -> bool {
        self.incoming.close();
        self.questions.close();
        if tokio::time::timeout(limit, self.finish_lanes()).await.is_ok() {
            return true;
        }
        self.shared.cancelled.cancel();
        tokio::time::timeout(CANCELLED_LIMIT, self.finish_lanes()).await.is_ok()
    }

    async fn finish_lanes(&mut self) {
        let lines = self.shared.lines.clone();
        while !self.lanes.is_idle() || self.refusal.is_some() {
            tokio::select! {
                biased;
                Some(step) = self.steps.recv() => self.took(step),
                place = lines.refusal(), if self.refusal.is_some() => self.refuse(place.ok()),
            }
        }
    }

    fn take(&mut self, text: &str) {
        match Incoming::decode(text) {
            Ok(Incoming::Request { id, method, params }) => {
                self.request(Call { id, method: &method, params, bytes: text.len() })
            }
            Ok(Incoming::Notification { method, .. }) => {
                tracing::debug!(%method, "notification of the client")
            }
            Ok(Incoming::Response { id, result }) => self.questions.answer(&id, Ok(result.get().to_owned())),
            Ok(Incoming::Error { id, error }) => self.questions.answer(&id, Err(error)),
            Err(problem) => {
                tracing::warn!("dropped a line of {} bytes from the client: {problem}", text.len())
            }
        }
    }

    fn request(&mut self, Call { id, method, params, bytes }: Call<'_>) {
        let (Some(place), Some(kib)) = (self.place(), self.kib(bytes)) else {
            self.refusal = Some(error_line(&id, method, &RpcError::overloaded()));
            return;
        };
        match (self.route)(&id, method, params) {
            Ok(routed) => {
                self.lanes.push(routed.lane.clone(), Job { id, routed, place, _kib: kib });
                self.start();
            }
            Err(error) => self.shared.put(place, error_line(&id, method, &error)),
        }
    }

    fn place(&self) -> Option<Place> {
        if self.lanes.len() < REQUESTS { self.shared.lines.request() } else { None }
    }

    /// The right to keep a request of this length.
    fn kib(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes / 1024).ok()?;
        self.request_kib.clone().try_acquire_many_owned(kib).ok()
    }

    /// Starts what may start now.
    fn start(&mut self) {
        while let Some((ticket, job)) = self.lanes.next() {
            let shared = self.shared.clone();
            let steps = Steps { ticket, to: self.step.clone() };
            self.tasks.spawn(async move {
                shared.run(job, &steps).await;
                steps.take(Step::Finished).await;
            });
        }
    }

    fn took(&mut self, step: Step) {
        match step {
            Step::Out(ticket) => self.lanes.step_out(ticket),
            Step::Finished(ticket) => self.lanes.finish(ticket),
        }
        self.start();
    }

    fn refuse(&mut self, place: Option<Place>) {
        if let (Some(line), Some(place)) = (self.refusal.take(), place) {
            self.shared.put(place, line);
        }
    }
}

impl Shared {
    /// Runs a request to its end. Whatever happens in it, it is answered.
    async fn run(&self, Job { id, routed, place, _kib }: Job, steps: &Steps) {
        let method = routed.method;
        let outcome = match handshake::admit(self.client.get(), method, routed.experimental) {
            Ok(()) => self.answer(method, routed.run, steps).await,
            Err(error) => Err(error),
        };
        let Answer { line, then, kept } = outcome.unwrap_or_else(|error| Answer {
            line: error_line(&id, method, &error),
            then: None,
            kept: None,
        });
        self.put(place.keeping(kept), line);
        if let Some(then) = then {
            let ended = or_cancelled(&self.cancelled, AssertUnwindSafe(then).catch_unwind()).await;
            if ended.is_ok_and(|ended| ended.is_err()) {
                tracing::error!(%id, method, "panicked after its answer");
            }
        }
    }

    async fn answer(&self, method: &str, run: Run, steps: &Steps) -> Result<Answer, RpcError> {
        let mut run = run;
        loop {
            match or_cancelled(&self.cancelled, AssertUnwindSafe(run).catch_unwind()).await {
                Ok(Ok(Ok(Answered::Now(answer)))) => return Ok(answer),
                Ok(Ok(Ok(Answered::Later(later)))) => {
                    steps.take(Step::Out).await;
                    run = later;
                }
                Ok(Ok(Err(error))) => return Err(error),
                Ok(Err(_)) => return Err(RpcError::panicked(method)),
                Err(_) => return Err(RpcError::shutting_down()),
            }
        }
    }

    fn put(&self, place: Place, line: Vec<u8>) {
        if let Err(gone) = self.lines.put(place, line) {
            tracing::debug!("not answered: {gone}");
        }
    }
}

/// The bad answer as a line. What a person has to look into goes to the log.
fn error_line(id: &RequestId, method: &str, error: &RpcError) -> Vec<u8> {
    let causes = error.causes();
    if error.code() == INTERNAL_ERROR {
        tracing::error!(%id, method, causes, "{error}");
    } else {
        tracing::debug!(%id, method, causes, "{error}");
    }
    let mut line = Vec::new();
    if let Err(problem) = write_line(&ErrorMessage { error: &error.object(), id }, &mut line) {
        tracing::error!(%id, method, "not answered: {problem}");
    }
    line
}

#[cfg(test)]
mod tests;
