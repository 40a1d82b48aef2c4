//! A bare HTTP server on loopback, for tests about the way to a server: it answers each request by a function of it,
//! keeps its connections, and remembers what it saw.
//!
//! It can be spoken to in plain text, through TLS, or as a proxy, which ends its tunnels itself. Its certificate is
//! signed by an authority that only tests know; the key of that authority was thrown away.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::reply::{Events, Reply};

/// The file of the authority that the server's certificate is signed by.
pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/certificates/authority.pem");

/// The server. It ends with its value.
pub struct BareServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// A request that the server saw.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which connection it came by, from 1.
    pub connection: usize,
    /// `POST` or another.
    pub method: String,
    /// The path with its query, or the whole address where a proxy was asked.
    pub target: String,
    /// Names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The text of the body.
    pub body: String,
    /// The same as it came.
    pub bytes: Vec<u8>,
}

/// What the server answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    kind: &'static str,
    headers: Vec<(String, String)>,
    body: String,
}

struct Shared {
    answer: Box<dyn Fn(&Request) -> Answer + Send + Sync>,
    secure: bool,
    seen: Mutex<Vec<Request>>,
    /// The protocols that clients have offered for their connections.
    offered: Mutex<Vec<String>>,
    connections: AtomicUsize,
    ended: AtomicBool,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl Answer {
    /// JSON.
    pub fn json(body: &Value) -> Answer {
        Answer { status: 200, kind: "application/json", headers: Vec::new(), body: body.to_string() }
    }

    /// JSON with an error status.
    pub fn status(status: u16, body: &Value) -> Answer {
        Answer { status, ..Answer::json(body) }
    }

    /// An event stream, as it is.
    pub fn stream(body: &str) -> Answer {
        Answer { status: 200, kind: "text/event-stream", headers: Vec::new(), body: body.to_owned() }
    }

    /// The same with these headers.
    pub fn with_headers(self, headers: Vec<(String, String)>) -> Answer {
        Answer { headers, ..self }
    }

    /// The event stream of a reply on the Responses wire.
    pub fn reply(reply: &Reply) -> Answer {
        let mut bytes = Vec::new();
        let mut send = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        Events { number: 1, send: &mut send }.stream(reply).expect("a vector takes bytes");
        Answer::stream(&String::from_utf8_lossy(&bytes))
    }
}

impl BareServer {
    /// Starts a server that is spoken to in plain text; asked for a tunnel, it is the other end of it.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> BareServer {
        BareServer::launch(false, Box::new(answer))
    }

    /// Starts a server that is spoken to through TLS.
    pub fn start_secure(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> BareServer {
        BareServer::launch(true, Box::new(answer))
    }

    fn launch(secure: bool, answer: Box<dyn Fn(&Request) -> Answer + Send + Sync>) -> BareServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            answer,
            secure,
            seen: Mutex::default(),
            offered: Mutex::default(),
            connections: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if accepting.ended.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
                thread::spawn(move || connection.map(|connection| serve(&shared, number, connection)));
            }
        });
        BareServer { address, shared }
    }

    /// Host and port.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The protocols that clients have offered for their connections, of all connections.
    pub fn offered(&self) -> Vec<String> {
        self.shared.offered.lock().unwrap().clone()
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

trait Pipe: Read + Write + Send {}

impl<T: Read + Write + Send> Pipe for T {}

/// Answers the requests of a connection. Trouble with it is the client's doing.
fn serve(shared: &Arc<Shared>, connection: usize, stream: TcpStream) {
    let mut pipe: Box<dyn Pipe> = Box::new(stream);
    if shared.secure {
        pipe = through_tls(shared, pipe);
    }
    let mut input = BufReader::new(pipe);
    while let Some(request) = read_request(&mut input, connection) {
        shared.seen.lock().unwrap().push(request.clone());
        if request.method == "CONNECT" {
            if input.get_mut().write_all(b"HTTP/1.1 200 Connected\r\n\r\n").is_err() {
                return;
            }
            input = BufReader::new(through_tls(shared, input.into_inner()));
            continue;
        }
        let Answer { status, kind, headers, body } = (shared.answer)(&request);
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} Bare\r\ncontent-type: {kind}\r\n{headers}content-length: {length}\r\n\r\n"
        );
        if input.get_mut().write_all((head + &body).as_bytes()).is_err() || input.get_mut().flush().is_err() {
            return;
        }
    }
}

fn read_request(input: &mut impl BufRead, connection: usize) -> Option<Request> {
    let mut line = String::new();
    input.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        input.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut bytes = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap_or(0))];
    input.read_exact(&mut bytes).ok()?;
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Some(Request { connection, method, target, headers, body, bytes })
}

fn through_tls(shared: &Arc<Shared>, pipe: Box<dyn Pipe>) -> Box<dyn Pipe> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("certificates/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("certificates/server.key.pem"));
    let key = ring::sign::any_supported_type(&key.expect("it is a key")).expect("of a known kind");
    let identity = CertifiedKey::new(vec![certificate.expect("it is a certificate")], key);
    let resolver = Resolver { identity: Arc::new(identity), shared: Arc::clone(shared) };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connection = ServerConnection::new(Arc::new(config)).expect("the settings are complete");
    Box::new(StreamOwned::new(connection, pipe))
}

/// Always the same certificate; what clients say at the beginning is noted.
struct Resolver {
    identity: Arc<CertifiedKey>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolver")
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let names = hello.alpn().into_iter().flatten().map(|name| String::from_utf8_lossy(name).into_owned());
        self.shared.offered.lock().unwrap().extend(names);
        Some(Arc::clone(&self.identity))
    }
}
