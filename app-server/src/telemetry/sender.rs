//! One collector: how it is reached, and one request to it, over HTTP as protobuf or JSON, or as a call of gRPC.

use std::path::Path;
use std::time::Duration;

use codex_core::base::environment::Environment;
use codex_core::base::http;
use codex_core::config::otel::{Headers, OtelExporter, OtlpProtocol, TlsFiles};
use http_body_util::{BodyExt, Limited};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use prost::Message;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, TE};
use reqwest::{Certificate, Client, Identity};

/// A request may take this long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers say little.
const LONGEST_ANSWER: usize = 64 * 1024;
/// The method of gRPC, below the address of the server.
const METHOD: &str = "opentelemetry.proto.collector.logs.v1.LogsService/Export";

#[derive(Debug)]
pub struct Sender {
    client: Client,
    url: String,
    headers: HeaderMap,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Binary,
    Json,
    Grpc,
}

/// Why a request has failed.
#[derive(Debug)]
pub enum Failure {
    /// It may succeed later, perhaps after so long.
    Passing(String, Option<Duration>),
    Final(String),
}

impl Sender {
    /// Reads the files that are configured.
    pub fn new(exporter: &OtelExporter, environment: &Environment) -> Result<Self, String> {
        let (form, endpoint, headers, tls) = match exporter {
            OtelExporter::None => return Err("no exporter is configured".to_owned()),
            OtelExporter::OtlpHttp(to) => {
                let form = match to.protocol {
                    OtlpProtocol::Binary => Form::Binary,
                    OtlpProtocol::Json => Form::Json,
                };
                (form, &to.endpoint, &to.headers, &to.tls)
            }
            OtelExporter::OtlpGrpc(to) => (Form::Grpc, &to.endpoint, &to.headers, &to.tls),
        };
        let endpoint = endpoint.as_str();
        let mut builder = http::builder_for(endpoint, environment).map_err(|error| error.to_string())?;
        builder = builder.timeout(PATIENCE);
        if !tls.is_empty() {
            builder = with_files(builder, tls)?;
        }
        let url = match form {
            Form::Binary | Form::Json => endpoint.to_owned(),
            Form::Grpc => {
                builder = builder.http2_prior_knowledge();
                format!("{}/{METHOD}", endpoint.trim_end_matches('/'))
            }
        };
        let client = builder.build().map_err(|error| error.without_url().to_string())?;
        Ok(Self { client, url, headers: form.headers(headers)?, form })
    }

    /// Sends a batch. How many of its facts the collector has not accepted.
    pub async fn send(&self, request: &ExportLogsServiceRequest) -> Result<u64, Failure> {
        let body = self.form.encode(request).map_err(Failure::Final)?;
        let sending = self.client.post(&self.url).headers(self.headers.clone()).body(body).send();
        let response = sending.await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if !(200..300).contains(&status) {
            let problem = format!("the collector answers with status {status}");
            return Err(match status {
                429 | 502 | 503 | 504 => Failure::Passing(problem, retry_after(&headers)),
                _ => Failure::Final(problem),
            });
        }
        let body = Limited::new(reqwest::Body::from(response), LONGEST_ANSWER).collect();
        let body = body.await.map_err(|error| {
            Failure::Passing(format!("the answer of the collector cannot be read: {error}"), None)
        })?;
        let trailers = body.trailers().cloned().unwrap_or_default();
        let answer = body.to_bytes();
        match self.form {
            Form::Binary => Ok(rejected(&answer)),
            Form::Json => Ok(rejected_of_json(&answer)),
            Form::Grpc => {
                // A call without an answer has its status in the header.
                let said = |name: &str| trailers.get(name).or_else(|| headers.get(name))?.to_str().ok();
                match said("grpc-status") {
                    Some("0") => Ok(rejected(answer.get(FRAME..).unwrap_or_default())),
                    Some(code) => {
                        let message = said("grpc-message").unwrap_or_default();
                        let problem = format!("the collector answers with gRPC status {code} {message}");
                        // Cancelled, deadline, resources, aborted, range, unavailable, data loss.
                        let may_pass = matches!(code, "1" | "4" | "8" | "10" | "11" | "14" | "15");
                        Err(match may_pass {
                            true => Failure::Passing(problem.trim_end().to_owned(), None),
                            false => Failure::Final(problem.trim_end().to_owned()),
                        })
                    }
                    None => Err(Failure::Final("the collector's answer is not one of gRPC".to_owned())),
                }
            }
        }
    }
}

/// Whether a message is compressed, and its length.
const FRAME: usize = 5;

impl Form {
    fn headers(self, configured: &Headers) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::new();
        let kind = match self {
            Self::Binary => "application/x-protobuf",
            Self::Json => "application/json",
            Self::Grpc => "application/grpc",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        match self {
            Self::Binary | Self::Json => headers.insert(ACCEPT, HeaderValue::from_static(kind)),
            Self::Grpc => headers.insert(TE, HeaderValue::from_static("trailers")),
        };
        for (name, value) in configured.iter() {
            let wrong = |_| format!("the header `{name}` cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| format!("`{name}` cannot be the name of a header"))?;
            let mut value = HeaderValue::from_str(value.reveal()).map_err(wrong)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn encode(self, request: &ExportLogsServiceRequest) -> Result<Vec<u8>, String> {
        match self {
            Self::Binary => Ok(request.encode_to_vec()),
            Self::Json => serde_json::to_vec(request).map_err(|error| error.to_string()),
            Self::Grpc => {
                let length = u32::try_from(request.encoded_len()).map_err(|error| error.to_string())?;
                let mut framed = vec![0];
                framed.extend(length.to_be_bytes());
                framed.extend(request.encode_to_vec());
                Ok(framed)
            }
        }
    }
}

fn unreachable(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    Failure::Passing(format!("the collector cannot be reached: {innermost}"), None)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// An answer that cannot be read says nothing.
fn rejected(answer: &[u8]) -> u64 {
    let answer = ExportLogsServiceResponse::decode(answer).unwrap_or_default();
    answer.partial_success.map_or(0, |partial| u64::try_from(partial.rejected_log_records).unwrap_or(0))
}

fn rejected_of_json(answer: &[u8]) -> u64 {
    let answer: serde_json::Value = serde_json::from_slice(answer).unwrap_or_default();
    // Large numbers are texts in this JSON.
    let count = answer.pointer("/partialSuccess/rejectedLogRecords");
    count.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok())).unwrap_or(0)
}

fn with_files(
    mut builder: reqwest::ClientBuilder,
    files: &TlsFiles,
) -> Result<reqwest::ClientBuilder, String> {
    if let Some(path) = &files.ca_certificate {
        let found = Certificate::from_pem_bundle(&read("ca-certificate", path)?)
            .map_err(|_| no_certificates("ca-certificate", path))?;
        if found.is_empty() {
            return Err(no_certificates("ca-certificate", path));
        }
        builder = builder.tls_certs_merge(found);
    }
    let (certificate, key) = match (&files.client_certificate, &files.client_private_key) {
        (None, None) => return Ok(builder),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => {
            return Err("`tls.client-certificate` needs `tls.client-private-key` beside it".to_owned());
        }
        (None, Some(_)) => {
            return Err("`tls.client-private-key` needs `tls.client-certificate` beside it".to_owned());
        }
    };
    let mut pem = read("client-private-key", key)?;
    pem.push(b'\n');
    pem.extend(read("client-certificate", certificate)?);
    let identity = Identity::from_pem(&pem).map_err(|_| {
        format!(
            "`tls.client-certificate` ({}) and `tls.client-private-key` ({}) are no certificate and key; name files of PEM",
            certificate.display(),
            key.display()
        )
    })?;
    Ok(builder.identity(identity))
}

fn read(key: &str, path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path)
        .map_err(|error| format!("`tls.{key}` names {}, which cannot be read ({error})", path.display()))
}

fn no_certificates(key: &str, path: &Path) -> String {
    format!("`tls.{key}` names {}, which has no certificates; name a file of PEM", path.display())
}
