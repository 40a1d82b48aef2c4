//! Collectors of telemetry on loopback: what they were sent, read by the public definition of the messages.
//!
//! Whatever the protocol is, a request is seen as the JSON of OTLP, with the headers that it came with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use h2::server::{self, SendResponse};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use prost::Message;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::bare::{Answer, BareServer, Request};

/// The path that is asked for.
const PATH: &str = "/v1/logs";
/// The same of gRPC.
const METHOD: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// What a collector was sent at once.
#[derive(Clone, Debug)]
pub struct Export {
    pub headers: BTreeMap<String, String>,
    /// The request as JSON.
    pub request: Value,
}

/// A fact that a collector was sent.
#[derive(Clone, Debug)]
pub struct Fact {
    pub resource: BTreeMap<String, Value>,
    pub attributes: BTreeMap<String, Value>,
    /// Everything else about it.
    pub record: Value,
}

impl Fact {
    /// Which fact it is.
    pub fn name(&self) -> &str {
        self.attributes["event.name"]["stringValue"].as_str().unwrap()
    }

    /// A text that it has.
    pub fn text(&self, attribute: &str) -> &str {
        self.attributes[attribute]["stringValue"].as_str().unwrap()
    }
}

/// All facts of these requests.
pub fn facts(exports: &[Export]) -> Vec<Fact> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for resource in exports.iter().flat_map(|export| list(&export.request["resourceLogs"])) {
        let of_all = attributes(&resource["resource"]["attributes"]);
        for record in list(&resource["scopeLogs"]).iter().flat_map(|scope| list(&scope["logRecords"])) {
            let (resource, attributes) = (of_all.clone(), attributes(&record["attributes"]));
            found.push(Fact { resource, attributes, record });
        }
    }
    found
}

fn attributes(list: &Value) -> BTreeMap<String, Value> {
    let pair = |entry: &Value| (entry["key"].as_str().unwrap().to_owned(), entry["value"].clone());
    let entries = list.as_array().cloned().unwrap_or_default();
    let found: BTreeMap<_, _> = entries.iter().map(pair).collect();
    assert_eq!(found.len(), entries.len(), "each attribute is there once: {list}");
    found
}

/// A collector that is spoken to by HTTP.
pub struct HttpCollector {
    server: BareServer,
}

impl HttpCollector {
    pub fn start() -> Self {
        Self { server: BareServer::start(answer) }
    }

    /// The same through TLS, with a certificate that only the tests' authority vouches for.
    pub fn start_secure() -> Self {
        Self { server: BareServer::start_secure(answer) }
    }

    /// Host, port and path.
    pub fn address(&self) -> String {
        format!("{}{PATH}", self.server.address())
    }

    /// What it was sent, as protobuf or as JSON.
    pub fn exports(&self) -> Vec<Export> {
        self.server.seen().iter().map(export).collect()
    }
}

fn answer(request: &Request) -> Answer {
    match request.target == PATH && request.method == "POST" {
        true => Answer::json(&json!({})),
        false => Answer::status(404, &json!({})),
    }
}

fn export(request: &Request) -> Export {
    let body = match request.header("content-type") {
        Some("application/json") => serde_json::from_slice(&request.bytes).expect("it is JSON"),
        Some("application/x-protobuf") => as_json(&request.bytes),
        other => panic!("a request of an unknown kind: {other:?}"),
    };
    Export { headers: request.headers.iter().cloned().collect(), request: body }
}

fn as_json(message: &[u8]) -> Value {
    let request = ExportLogsServiceRequest::decode(message).expect("it is such a message");
    serde_json::to_value(request).expect("it can be written as JSON")
}

/// A collector that is called by gRPC, over HTTP/2 in plain text. It lives as long as the process.
pub struct GrpcCollector {
    address: SocketAddr,
    exports: Arc<Mutex<Vec<Export>>>,
}

impl GrpcCollector {
    /// Starts one whose answers end with this status, which is 0 for success.
    pub fn start(status: &'static str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let address = listener.local_addr().expect("it is bound");
        let exports = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&exports);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            runtime.expect("a runtime starts").block_on(async move {
                listener.set_nonblocking(true).expect("it can wait");
                let listener = TcpListener::from_std(listener).expect("it is bound");
                let mut connections = JoinSet::new();
                while let Ok((socket, _)) = listener.accept().await {
                    connections.spawn(serve(socket, Arc::clone(&seen), status));
                }
            });
        });
        Self { address, exports }
    }

    /// Host and port.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    pub fn exports(&self) -> Vec<Export> {
        self.exports.lock().unwrap().clone()
    }
}

/// Answers the calls of a connection. Trouble with it is the client's doing.
async fn serve(socket: TcpStream, seen: Arc<Mutex<Vec<Export>>>, status: &'static str) {
    let Ok(mut connection) = server::handshake(socket).await else { return };
    let mut calls = JoinSet::new();
    while let Some(Ok((request, respond))) = connection.accept().await {
        let seen = Arc::clone(&seen);
        calls.spawn(async move {
            if let Ok(export) = call(request, respond, status).await {
                seen.lock().unwrap().push(export);
            }
        });
    }
}

async fn call(
    request: http::Request<h2::RecvStream>,
    mut respond: SendResponse<bytes::Bytes>,
    status: &'static str,
) -> Result<Export, h2::Error> {
    assert_eq!(request.uri().path(), METHOD);
    assert_eq!(request.method(), "POST");
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk?;
        stream.flow_control().release_capacity(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    assert_eq!(body[0], 0, "it is not compressed");
    let length = u32::from_be_bytes(body[1..5].try_into().unwrap());
    assert_eq!(length as usize, body.len() - 5, "one message");
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let export = Export { headers, request: as_json(&body[5..]) };
    let response = http::Response::builder().header("content-type", "application/grpc").body(());
    let mut send = respond.send_response(response.unwrap(), false)?;
    if status == "0" {
        send.send_data(bytes::Bytes::from_static(&[0; 5]), false)?;
    }
    let mut trailers = http::HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static(status));
    send.send_trailers(trailers)?;
    Ok(export)
}
