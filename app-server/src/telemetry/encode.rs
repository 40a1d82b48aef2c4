//! Facts as the log records of OTLP. Pure.

use codex_core::config::otel::OtelSettings;
use codex_core::telemetry::event::Value;
use codex_core::telemetry::{Record, Service};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::resource::v1::Resource;

/// Which part of the program speaks.
const SCOPE: &str = "codex";

/// The request that brings these facts to a collector.
pub fn request(settings: &OtelSettings, service: &Service, records: Vec<Record>) -> ExportLogsServiceRequest {
    let attributes = [
        ("service.name", service.name.clone()),
        ("service.version", service.version.clone()),
        ("env", settings.environment().to_owned()),
    ];
    let attributes = attributes.into_iter().map(|(name, text)| attribute(name, Value::Text(text))).collect();
    let scope = InstrumentationScope {
        name: SCOPE.to_owned(),
        version: service.version.clone(),
        ..InstrumentationScope::default()
    };
    let logs = ScopeLogs {
        scope: Some(scope),
        log_records: records.into_iter().map(log_record).collect(),
        schema_url: String::new(),
    };
    let resource = Resource { attributes, ..Resource::default() };
    ExportLogsServiceRequest {
        resource_logs: vec![ResourceLogs {
            resource: Some(resource),
            scope_logs: vec![logs],
            schema_url: String::new(),
        }],
    }
}

fn log_record(record: Record) -> LogRecord {
    LogRecord {
        time_unix_nano: record.nanoseconds,
        observed_time_unix_nano: record.nanoseconds,
        severity_number: SeverityNumber::Info.into(),
        severity_text: "INFO".to_owned(),
        attributes: record.attributes.into_iter().map(|(name, value)| attribute(name, value)).collect(),
        event_name: record.name.to_owned(),
        ..LogRecord::default()
    }
}

fn attribute(name: &str, value: Value) -> KeyValue {
    let value = match value {
        Value::Text(text) => any_value::Value::StringValue(text),
        Value::Number(number) => any_value::Value::IntValue(number),
        Value::Switch(on) => any_value::Value::BoolValue(on),
    };
    KeyValue { key: name.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
