//! All exporters of this process: one for each collector that is configured, made when it is first needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use codex_core::base::environment::Environment;
use codex_core::base::spawn::TaskGroup;
use codex_core::config::otel::OtelSettings;
use codex_core::telemetry::{Outlet, Service, Sink};

use super::queue::Queue;
use super::sender::Sender;
use super::worker::Worker;

/// Requests may name collectors of their own, but not any number of them.
const MOST: usize = 8;

#[derive(Debug)]
pub struct Exporters {
    environment: Environment,
    group: TaskGroup,
    open: Mutex<Vec<Open>>,
}

#[derive(Debug)]
struct Open {
    settings: OtelSettings,
    service: Service,
    queue: Arc<Queue>,
}

impl Exporters {
    pub fn new(environment: &Environment) -> Self {
        Self { environment: environment.clone(), group: TaskGroup::new(), open: Mutex::default() }
    }

    /// Why nothing can be sent as configured. Reads files.
    pub fn problem(&self, settings: &OtelSettings) -> Option<String> {
        if settings.is_off() {
            return None;
        }
        let problem = Sender::new(&settings.exporter, &self.environment).err()?;
        Some(format!("Nothing is sent to the collector of `otel.exporter`: {problem}"))
    }

    /// Sends what there is, as far as the time allows. Nothing is taken any more.
    pub async fn finish(&self, limit: Duration) {
        let queues: Vec<Arc<Queue>> = self.open().iter().map(|open| Arc::clone(&open.queue)).collect();
        queues.iter().for_each(|queue| queue.close());
        let in_time = tokio::time::timeout(limit, self.group.finished()).await.is_ok();
        let lost: u64 = queues.iter().map(|queue| queue.lost()).sum();
        if !in_time || lost > 0 {
            tracing::warn!(in_time, lost, "telemetry was not delivered to its end");
        }
    }

    fn open(&self) -> MutexGuard<'_, Vec<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outlet for Exporters {
    fn sink(&self, settings: &OtelSettings, service: &Service) -> Option<Arc<dyn Sink>> {
        if settings.is_off() {
            return None;
        }
        let mut all = self.open();
        let known = all.iter().find(|open| open.settings == *settings && open.service == *service);
        if let Some(open) = known {
            return Some(Arc::clone(&open.queue) as Arc<dyn Sink>);
        }
        if all.len() >= MOST {
            tracing::warn!("telemetry of a conversation is not sent: {MOST} collectors are in use already");
            return None;
        }
        let queue = Arc::new(Queue::default());
        let worker = Worker {
            queue: Arc::clone(&queue),
            settings: settings.clone(),
            service: service.clone(),
            environment: self.environment.clone(),
            group: self.group.clone(),
        };
        self.group.spawn(worker.run());
        let (settings, service) = (settings.clone(), service.clone());
        all.push(Open { settings, service, queue: Arc::clone(&queue) });
        Some(queue)
    }
}
