//! The task of one collector: takes what waits, sends it, tries again where that may help.

use std::sync::Arc;
use std::time::Duration;

use codex_core::base::environment::Environment;
use codex_core::base::spawn::TaskGroup;
use codex_core::config::otel::OtelSettings;
use codex_core::telemetry::Service;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;

use super::encode;
use super::queue::Queue;
use super::sender::{Failure, Sender};

/// How often a batch is sent before it is given up.
const ATTEMPTS: u32 = 5;
/// The first wait between attempts; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No collector may ask for longer waits.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub struct Worker {
    pub queue: Arc<Queue>,
    pub settings: OtelSettings,
    pub service: Service,
    pub environment: Environment,
    pub group: TaskGroup,
}

impl Worker {
    /// Runs until the queue is closed and empty.
    pub async fn run(self) {
        let Some(sender) = self.sender().await else {
            self.queue.close();
            return;
        };
        let mut is_said = false;
        while let Some(batch) = self.queue.batch().await {
            let count = batch.len();
            let request = encode::request(&self.settings, &self.service, batch);
            match self.deliver(&sender, &request).await {
                Ok(0) => {}
                Ok(rejected) => {
                    self.queue.lose(usize::try_from(rejected).unwrap_or(count));
                    if !std::mem::replace(&mut is_said, true) {
                        tracing::warn!(rejected, "the collector does not accept some of the telemetry");
                    }
                }
                Err(problem) => {
                    self.queue.lose(count);
                    if !std::mem::replace(&mut is_said, true) {
                        tracing::warn!(problem, "telemetry is not delivered to its collector");
                    }
                }
            }
        }
    }

    async fn sender(&self) -> Option<Sender> {
        let (exporter, environment) = (self.settings.exporter.clone(), self.environment.clone());
        // It reads certificates.
        let making = self.group.spawn_blocking(move || Sender::new(&exporter, &environment));
        let problem = match making.await {
            Ok(Ok(sender)) => return Some(sender),
            Ok(Err(problem)) => problem,
            Err(error) => error.to_string(),
        };
        tracing::warn!(problem, "telemetry is not sent");
        None
    }

    /// How many facts of the request were not accepted.
    async fn deliver(&self, sender: &Sender, request: &ExportLogsServiceRequest) -> Result<u64, String> {
        let (mut wait, mut attempt) = (FIRST_WAIT, 0);
        loop {
            attempt += 1;
            let is_last = attempt == ATTEMPTS || self.queue.is_closed();
            let asked = match sender.send(request).await {
                Ok(rejected) => return Ok(rejected),
                Err(Failure::Final(problem)) => return Err(problem),
                Err(Failure::Passing(problem, _)) if is_last => return Err(problem),
                Err(Failure::Passing(_, asked)) => asked,
            };
            let wanted = asked.unwrap_or(wait).min(LONGEST_WAIT);
            // At the end of the process there is no time to wait.
            let _ = tokio::time::timeout(wanted, self.queue.closed()).await;
            wait *= 2;
        }
    }
}
