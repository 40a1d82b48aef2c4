//! Telemetry: each fact reaches the collector that is configured, and nothing leaves without one. In the program only
//! with the feature `otel`, for which these tests have a feature of the same name.

#[cfg(not(feature = "otel"))]
mod absent;
#[cfg(feature = "otel")]
mod catalogue;
#[cfg(feature = "otel")]
mod collectors;
#[cfg(feature = "otel")]
mod trouble;
