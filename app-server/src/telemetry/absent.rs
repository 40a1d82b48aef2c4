//! No exporters: the program was built without them.

use std::sync::Arc;
use std::time::Duration;

use codex_core::base::environment::Environment;
use codex_core::config::otel::OtelSettings;
use codex_core::telemetry::{Outlet, Service, Sink};

/// Sends nothing.
#[derive(Debug)]
pub struct Exporters;

impl Exporters {
    pub fn new(_: &Environment) -> Self {
        Self
    }

    /// What somebody who has configured an exporter should know.
    pub fn problem(&self, settings: &OtelSettings) -> Option<String> {
        (!settings.is_off()).then(|| {
            "This program was built without telemetry, so nothing is sent to the collector of `otel.exporter`. Build \
             it with `--features otel`, or remove the setting."
                .to_owned()
        })
    }

    /// There is nothing to be sent.
    pub async fn finish(&self, _: Duration) {}
}

impl Outlet for Exporters {
    fn sink(&self, _: &OtelSettings, _: &Service) -> Option<Arc<dyn Sink>> {
        None
    }
}
