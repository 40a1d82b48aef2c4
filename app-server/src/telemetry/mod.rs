//! The way from this process to a collector of telemetry, for those who have configured one: OTLP logs over HTTP or gRPC.
//!
//! It is in the program only with the feature `otel`; without it, a configured exporter is told of and left alone. Facts
//! wait in a bounded queue, from which one task for each collector sends them in batches. Nothing waits for a collector:
//! what it does not take is dropped and counted, and at the end of the process it gets a moment and no more.

#[cfg_attr(not(feature = "otel"), path = "absent.rs")]
pub mod exporters;

#[cfg(feature = "otel")]
mod encode;
#[cfg(feature = "otel")]
mod queue;
#[cfg(feature = "otel")]
mod sender;
#[cfg(feature = "otel")]
mod worker;
