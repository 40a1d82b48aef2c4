//! The little HTTP server that a browser comes back to after a login.
//!
//! It knows requests without a body and nothing else of HTTP, reads little, and waits for nobody long: any program of this
//! machine can connect. It hands requests over; what they mean is decided in `browser`.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::base::cancel::or_cancelled;
use crate::base::spawn::TaskGroup;

/// How long a browser may take to say what it wants, and to hear the answer.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST: usize = 32 * 1024;
/// Connections that have not said anything yet. One more ends the oldest of them.
const CONNECTIONS: usize = 16;
/// After a failure to accept a connection, as when too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// Headers of every answer.
const COMMON: &str = "cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n";

/// The server. It ends when this is dropped.
pub struct Callbacks {
    pub port: u16,
    visits: mpsc::Receiver<Visit>,
    _running: DropGuard,
}

/// A request that waits for its answer.
pub struct Visit {
    url: Url,
    asker: Asker,
    stream: TcpStream,
}

/// What the headers of a request say of who makes it. Programs say nothing; browsers cannot be made to say otherwise by
/// the pages that they show.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asker {
    host: Option<String>,
    /// Pages that it comes from.
    pages: Vec<String>,
    /// How that page is related to this server.
    site: Option<String>,
}

impl Asker {
    fn of(head: &str) -> Self {
        let mut asker = Self::default();
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
            let value = value.trim().to_ascii_lowercase();
            match name.trim().to_ascii_lowercase().as_str() {
                "host" => asker.host = Some(value),
                "origin" | "referer" => asker.pages.push(value),
                "sec-fetch-site" => asker.site = Some(value),
                _other => {}
            }
        }
        asker
    }

    /// Whether this machine was asked under its own name, and not under one that somebody else has given to its address.
    fn means_this_machine(&self) -> bool {
        self.host.as_deref().is_none_or(is_this_machine)
    }

    /// Whether no page of somebody else is behind it.
    fn is_by_itself(&self) -> bool {
        let is_own = |page: &String| {
            let host = page.strip_prefix("http://").and_then(|rest| rest.split('/').next());
            host.is_some() && host == self.host.as_deref()
        };
        let is_related = self.site.as_deref().is_none_or(|site| matches!(site, "same-origin" | "none"));
        is_related && self.pages.iter().all(is_own)
    }
}

/// Whether this is a name that only this machine has for itself, with or without a port.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

/// What is shown in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    pub status: u16,
    pub title: &'a str,
    pub text: &'a str,
}

impl Callbacks {
    /// Listens on this machine; 0 is any free port.
    pub async fn listen(port: u16, tasks: &TaskGroup) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let (sender, visits) = mpsc::channel(CONNECTIONS);
        let running = CancellationToken::new();
        let token = running.clone();
        let group = tasks.clone();
        tasks.spawn(async move {
            let mut silent = VecDeque::new();
            while let Ok(accepted) = or_cancelled(&token, listener.accept()).await {
                let stream = match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::info!("the browser cannot come in at the moment: {error}");
                        let _ended = or_cancelled(&token, tokio::time::sleep(PAUSE)).await;
                        continue;
                    }
                };
                let (too_silent, sender) = (token.child_token(), sender.clone());
                silent.push_back(too_silent.clone().drop_guard());
                if silent.len() > CONNECTIONS {
                    silent.pop_front();
                }
                let token = token.clone();
                group.spawn(async move {
                    let reading = tokio::time::timeout(PATIENCE, Visit::read(stream));
                    if let Ok(Ok(Some(visit))) = or_cancelled(&too_silent, reading).await {
                        let _nobody_waits = or_cancelled(&token, sender.send(visit)).await;
                    }
                });
            }
        });
        Ok(Self { port, visits, _running: running.drop_guard() })
    }

    /// The next request.
    pub async fn next(&mut self) -> Option<Visit> {
        self.visits.recv().await
    }
}

impl Visit {
    /// `None`: it is no request that somebody with a browser makes.
    async fn read(mut stream: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
            if bytes.len() > LONGEST || stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        }
        let text = std::str::from_utf8(&bytes).ok()?;
        let mut words = text.lines().next()?.split(' ');
        let (Some("GET"), Some(target)) = (words.next(), words.next()) else { return None };
        let target = target.strip_prefix('/')?;
        let url = Url::parse(&format!("http://localhost/{target}")).ok()?;
        Some(Self { url, asker: Asker::of(text), stream })
    }

    /// Whether this machine was asked under its own name.
    pub fn means_this_machine(&self) -> bool {
        self.asker.means_this_machine()
    }

    /// Whether it comes from a program or a person, or a page of this server, and not from any other page.
    pub fn is_by_itself(&self) -> bool {
        self.asker.is_by_itself()
    }

    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// A parameter that is there once and not empty.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut values = self.url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value);
        let value = values.next().filter(|value| !value.is_empty())?.into_owned();
        values.next().is_none().then_some(value)
    }

    /// Shows a page. Whether anybody sees it is not known.
    pub async fn show(self, page: Page<'_>) {
        let body = page.html();
        let kind = if page.status < 300 { "OK" } else { "Refused" };
        let head = format!(
            "HTTP/1.1 {} {kind}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n{COMMON}\r\n",
            page.status,
            body.len()
        );
        self.answer(head + &body).await;
    }

    /// Sends the browser to another page.
    pub async fn send_to(self, address: &str) {
        let answer =
            format!("HTTP/1.1 302 Elsewhere\r\nlocation: {address}\r\ncontent-length: 0\r\n{COMMON}\r\n");
        self.answer(answer).await;
    }

    async fn answer(mut self, text: String) {
        let answering = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.shutdown().await
        };
        if !matches!(tokio::time::timeout(PATIENCE, answering).await, Ok(Ok(()))) {
            tracing::debug!("the browser did not wait for its answer");
        }
    }
}

impl Page<'_> {
    /// What came with the address is taken out of the browser's history.
    fn html(&self) -> String {
        let (title, text) = (escaped(self.title), escaped(self.text));
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
             <body style=\"font-family: sans-serif; max-width: 36em; margin: 4em auto\"><h1>{title}</h1><p>{text}</p>\
             <script>history.replaceState(null, '', '/')</script></html>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(port: u16, text: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[test]
    fn who_asks_is_known_by_what_browsers_say() {
        let check = |headers: &str| {
            let asker = Asker::of(&format!("GET /cancel HTTP/1.1\r\n{headers}\r\n\r\n"));
            (asker.means_this_machine(), asker.is_by_itself())
        };
        let own = "Host: 127.0.0.1:1455";
        for (headers, means, by_itself) in [
            ("", true, true),
            ("host: localhost", true, true),
            (own, true, true),
            ("Host: [::1]:1455\r\nSec-Fetch-Site: none", true, true),
            ("Host: evil.example:1455", false, true),
            ("Host: localhost.evil.example", false, true),
            ("Host: 127.0.0.1:1455.evil.example", false, true),
            (&format!("{own}\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://127.0.0.1:1455"), true, true),
            (&format!("{own}\r\nSEC-FETCH-SITE: Cross-Site"), true, false),
            (&format!("{own}\r\nSec-Fetch-Site: same-site"), true, false),
            (&format!("{own}\r\nOrigin: https://evil.example"), true, false),
            (&format!("{own}\r\nOrigin: null"), true, false),
            (&format!("{own}\r\nOrigin: http://127.0.0.1:8080"), true, false),
            (&format!("{own}\r\nReferer: https://evil.example/page"), true, false),
            (&format!("{own}\r\nReferer: http://127.0.0.1:1455/auth/callback"), true, true),
        ] {
            assert_eq!(check(headers), (means, by_itself), "{headers}");
        }
    }

    #[tokio::test]
    async fn requests_are_handed_over_and_answered() {
        let tasks = TaskGroup::new();
        let mut callbacks = Callbacks::listen(0, &tasks).await.unwrap();
        let port = callbacks.port;
        // Those that say nothing hold nobody up, however many they are.
        let mut silent = Vec::new();
        for _ in 0..3 * CONNECTIONS {
            silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        }
        let answering = async {
            let visit = callbacks.next().await.unwrap();
            let found = ["a", "b", "c", "d"].map(|name| visit.parameter(name));
            assert_eq!(visit.path(), "/x");
            assert_eq!(found, [Some("1 &".to_owned()), None, None, None]);
            visit.show(Page { status: 400, title: "T", text: "<b>" }).await;
        };
        let asking = ask(port, "GET /x?a=1+%26&b=&c=1&c=2 HTTP/1.1\r\nhost: h\r\n\r\n");
        let ((), answer) = tokio::join!(answering, tokio::time::timeout(PATIENCE, asking));
        let answer = answer.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert!(answer.contains("<p>&lt;b&gt;</p>"), "{answer}");
        assert_eq!(ask(port, "POST /x HTTP/1.1\r\n\r\n").await, "");
        drop(callbacks);
        tasks.finished().await;
    }
}
