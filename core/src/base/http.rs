//! The HTTP clients of this process: one for each way in which the environment says that a server is reached.
//!
//! Proxies are what `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, and never stand between
//! this machine and itself. `CODEX_CA_CERTIFICATE`, or else `SSL_CERT_FILE`, names a file of certificates
//! that count besides the system's. Connections are kept for the next request, whoever makes it. Redirects
//! are not followed, because requests carry credentials.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, NoProxy, Proxy, Response, Url};
use serde::de::DeserializeOwned;

use crate::base::environment::Environment;
use crate::base::json::place;

/// How long a server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection that many requests share must not outlive its server: it is tried while somebody waits.
#[cfg(feature = "http2")]
const PING_INTERVAL: Duration = Duration::from_secs(20);
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// What is read of a body that is no answer.
const SMALL_BODY: usize = 64 * 1024;
/// No answer in JSON to anything but a model request is longer.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// The variables that name a file of certificates; the first that is set counts.
const AUTHORITY_VARIABLES: [&str; 2] = ["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"];

/// What is wrong with the way to a server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{name}` {reason}")]
    Variable { name: &'static str, reason: String },
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// All clients so far, with what they were made from.
static CLIENTS: Mutex<Vec<(Route, Client)>> = Mutex::new(Vec::new());

/// The client for an address.
pub fn client_for(url: &str, environment: &Environment) -> Result<Client, Error> {
    let route = Route::to(url, environment);
    if let Some(client) = known(&route) {
        return Ok(client);
    }
    let client = route.client()?;
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    // Somebody may have been faster, and connections are shared only within a client.
    if let Some((_, client)) = clients.iter().find(|(made_from, _)| *made_from == route) {
        return Ok(client.clone());
    }
    clients.push((route, client.clone()));
    Ok(client)
}

/// What makes a client of somebody's own for an address, by the same rules. Its connections are not shared.
pub fn builder_for(url: &str, environment: &Environment) -> Result<ClientBuilder, Error> {
    Route::to(url, environment).builder()
}

/// The beginning of a body: what is read of one that is no answer.
pub async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < SMALL_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body
}

/// Why an answer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("it broke off")]
    Broken(#[source] reqwest::Error),
    #[error("it has no end")]
    Endless,
    #[error("{0}")]
    Unreadable(String),
}

/// A whole body, unless it is longer than `most` bytes.
pub async fn whole(mut response: Response, most: usize) -> Result<Vec<u8>, AnswerError> {
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| AnswerError::Broken(error.without_url()))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > most {
            return Err(AnswerError::Endless);
        }
    }
    Ok(body)
}

/// What an answer in JSON says. The error does not quote it: it may hold a token.
pub async fn answer<T: DeserializeOwned>(response: Response) -> Result<T, AnswerError> {
    let body = whole(response, LONGEST_ANSWER).await?;
    serde_json::from_slice(&body).map_err(|error| AnswerError::Unreadable(place(&error)))
}

fn known(route: &Route) -> Option<Client> {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    clients.iter().find(|(made_from, _)| made_from == route).map(|(_, client)| client.clone())
}

/// How a server is reached. Never printed: proxies may have passwords.
#[derive(Clone, PartialEq, Eq)]
enum Route {
    /// Plain and without a proxy. Loading certificates takes longer than a turn with a local server.
    Direct,
    Secure {
        proxies: Proxies,
        /// A variable and the file it names.
        authorities: Option<(&'static str, PathBuf)>,
    },
}

impl Route {
    fn to(url: &str, environment: &Environment) -> Self {
        let local = is_local(url);
        let proxies = if local { Proxies::default() } else { Proxies::of(environment) };
        if url.starts_with("http://") && proxies.is_empty() {
            return Self::Direct;
        }
        let authorities = AUTHORITY_VARIABLES
            .iter()
            .find_map(|name| Some((*name, PathBuf::from(environment.get(name)?.trim()))))
            .filter(|(_, path)| !path.as_os_str().is_empty());
        Self::Secure { proxies, authorities }
    }

    fn client(&self) -> Result<Client, Error> {
        Ok(self.builder()?.build()?)
    }

    fn builder(&self) -> Result<ClientBuilder, Error> {
        // Somebody else may have installed one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // Proxies hold compressed streams back until they have enough of them.
            .no_gzip()
            .tcp_nodelay(true)
            .no_proxy();
        #[cfg(feature = "http2")]
        let builder = builder.http2_keep_alive_interval(PING_INTERVAL).http2_keep_alive_timeout(PING_TIMEOUT);
        Ok(match self {
            Self::Direct => builder.tls_certs_only([]),
            Self::Secure { proxies, authorities } => {
                let builder = proxies.add_to(builder)?;
                match authorities {
                    Some((name, path)) => builder.tls_certs_merge(certificates(name, path)?),
                    None => builder,
                }
            }
        })
    }
}

/// The proxies that the environment names.
#[derive(Clone, Default, PartialEq, Eq)]
struct Proxies {
    http: Option<String>,
    https: Option<String>,
    all: Option<String>,
    except: Option<String>,
}

impl Proxies {
    fn of(environment: &Environment) -> Self {
        let get = |lower: &str, upper: &str| {
            let value = environment.get(lower).or_else(|| environment.get(upper))?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        // The upper case form could be a request's header `Proxy` where this runs below a web server.
        let below_web_server = environment.get("REQUEST_METHOD").is_some();
        Self {
            http: get("http_proxy", if below_web_server { "http_proxy" } else { "HTTP_PROXY" }),
            https: get("https_proxy", "HTTPS_PROXY"),
            all: get("all_proxy", "ALL_PROXY"),
            except: get("no_proxy", "NO_PROXY"),
        }
    }

    fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none() && self.all.is_none()
    }

    fn add_to(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        type Make = fn(&str) -> reqwest::Result<Proxy>;
        // The first that fits an address is used.
        let of_kind: [(&Option<String>, &'static str, Make); 3] = [
            (&self.http, "HTTP_PROXY", |url| Proxy::http(url)),
            (&self.https, "HTTPS_PROXY", |url| Proxy::https(url)),
            (&self.all, "ALL_PROXY", |url| Proxy::all(url)),
        ];
        for (url, name, make) in of_kind {
            let Some(url) = url else { continue };
            // The value is not quoted, because it may hold a password.
            let proxy = make(url).map_err(|_| Error::Variable {
                name,
                reason:
                    "is not the address of a proxy; write one like `http://proxy.example:3128`, or unset it"
                        .to_owned(),
            })?;
            builder = builder.proxy(proxy.no_proxy(self.except.as_deref().and_then(NoProxy::from_string)));
        }
        Ok(builder)
    }
}

/// Whether an address is this machine.
pub fn is_local(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_own = |address: IpAddr| address.to_canonical().is_loopback() || address.is_unspecified();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(is_own)
}

fn certificates(name: &'static str, path: &Path) -> Result<Vec<Certificate>, Error> {
    let wrong = |what: String| Error::Variable {
        name,
        reason: format!(
            "names `{}`, {what}; name a file of PEM certificates, or unset it to use the system's alone",
            path.display()
        ),
    };
    let bytes = std::fs::read(path).map_err(|error| wrong(format!("which cannot be read ({error})")))?;
    let found = Certificate::from_pem_bundle(&bytes)
        .map_err(|_| wrong("which has a certificate that cannot be read".to_owned()))?;
    if found.is_empty() {
        return Err(wrong("which has no certificates".to_owned()));
    }
    Ok(found)
}

/// The address without what may be secret in it.
pub fn shown(url: &str) -> String {
    let url = url.split('?').next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rfind('@').and_then(|at| rest.get(at + 1..)) {
        Some(rest) => format!("{scheme}://{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().copied().collect()
    }

    fn is_direct(url: &str, variables: &[(&str, &str)]) -> bool {
        Route::to(url, &environment(variables)) == Route::Direct
    }

    #[test]
    fn an_address_is_shown_without_secrets() {
        assert_eq!(shown("https://h/v1/responses?key=secret"), "https://h/v1/responses");
        assert_eq!(shown("http://me:secret@h:1/v1"), "http://h:1/v1");
        assert_eq!(shown("http://h/@v1"), "http://h/@v1");
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        let proxy = [("HTTP_PROXY", "http://p:1"), ("ALL_PROXY", "http://p:1")];
        for url in [
            "http://localhost:1/v1",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::ffff:127.0.0.1]:1/",
            "http://0.0.0.0:1/",
            "http://[::1]:1/v1",
        ] {
            assert!(is_direct(url, &proxy), "{url}");
        }
        for url in ["http://localhost.example", "http://10.0.0.1", "http://h", "https://localhost"] {
            assert!(!is_direct(url, &proxy), "{url}");
        }
        assert!(is_direct("http://h", &[]));
    }

    #[test]
    fn proxies_come_from_the_environment_lower_case_first() {
        let of = |variables: &[(&str, &str)]| Proxies::of(&environment(variables));
        assert_eq!(of(&[("http_proxy", "a"), ("HTTP_PROXY", "b")]).http.as_deref(), Some("a"));
        assert_eq!(of(&[("HTTP_PROXY", " b ")]).http.as_deref(), Some("b"));
        assert!(of(&[("HTTP_PROXY", "b"), ("REQUEST_METHOD", "GET")]).is_empty());
        assert!(of(&[("HTTPS_PROXY", " "), ("NO_PROXY", "h")]).is_empty());
    }

    #[test]
    fn the_same_settings_give_the_same_client() {
        let count = || CLIENTS.lock().unwrap().len();
        let variables = environment(&[("ALL_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "of-this-test")]);
        client_for("http://a", &variables).unwrap();
        let before = count();
        client_for("http://b/v1", &variables).unwrap();
        assert!(count() - before <= 1, "other tests make few");
    }

    #[test]
    fn what_is_wrong_names_the_variable_and_what_to_do() {
        let error = |variables: &[(&str, &str)]| match client_for("https://h", &environment(variables)) {
            Err(Error::Variable { name, reason }) => format!("{name} {reason}"),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            error(&[("https_proxy", "http://me:secret@:x")]),
            "HTTPS_PROXY is not the address of a proxy; write one like `http://proxy.example:3128`, or unset it"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, "nothing").unwrap();
        let path = path.to_str().unwrap();
        let empty = error(&[("CODEX_CA_CERTIFICATE", path), ("SSL_CERT_FILE", "/absent")]);
        assert!(empty.starts_with("CODEX_CA_CERTIFICATE names `") && empty.contains("has no certificates"));
        let absent = error(&[("SSL_CERT_FILE", "/absent/ca.pem")]);
        assert!(absent.starts_with("SSL_CERT_FILE names `/absent/ca.pem`, which cannot be read"), "{absent}");
    }

    async fn answered(body: &str) -> Result<bool, String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 1024]).await;
            assert_ne!(asked.unwrap(), 0);
            // Whoever has read enough does not read the rest.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, text.as_bytes()).await;
        };
        let asking = async {
            let response = client_for(&url, &Environment::default()).unwrap().get(&url).send().await;
            answer(response.unwrap()).await.map_err(|error| error.to_string())
        };
        tokio::join!(serving, asking).1
    }

    #[tokio::test]
    async fn answers_have_an_end_and_are_not_quoted() {
        assert_eq!(answered("true").await, Ok(true));
        assert_eq!(answered("\"sk-secret\"").await, Err("data error in line 1".to_owned()));
        assert_eq!(answered(&" ".repeat(LONGEST_ANSWER + 1)).await, Err("it has no end".to_owned()));
    }
}
