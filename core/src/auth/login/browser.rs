//! A login in a browser on this machine, by the authorization code flow with PKCE.
//!
//! The browser comes back to a port of this machine with a code, which is exchanged for tokens. Only who knows the state
//! of this login can end it; what else comes to the port is refused and changes nothing, but for `/cancel`, with which
//! another program of the user asks for the port. Pages of others cannot do that, nor reach the port under names of theirs.

use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::super::AuthManager;
use super::super::document::Tokens;
use super::super::issuer::{Grant, Issuer};
use super::attempts::Attempt;
use super::callback::{Callbacks, Page, Visit};
use super::pkce::{self, Proof};
use super::{LoginError, bounded};
use crate::base::spawn::TaskGroup;
use crate::config::login::{ForcedMethod, LoginSettings};

/// How long a user has.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Where the browser comes back to. Login servers know these two.
const PORT: u16 = 1455;
const OTHER_PORT: u16 = 1457;
/// Another port, for a login server of one's own; 0 is any.
pub const PORT_VARIABLE: &str = "CODEX_APP_SERVER_LOGIN_PORT";
/// How often a port in use is tried again, and how long apart.
const ATTEMPTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(200);

/// What a client can ask for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Who the login server is told asks.
    pub originator: String,
    /// Where the browser is sent in the end, instead of being shown a page.
    pub last_page: Option<String>,
}

/// A login that waits for its browser.
pub struct BrowserLogin {
    /// The page to open.
    pub url: String,
    callbacks: Callbacks,
    issuer: Issuer,
    proof: Proof,
    state: String,
    redirect_uri: String,
    last_page: Option<String>,
}

/// Tokens, and a browser that waits for a word.
struct Arrived {
    tokens: Tokens,
    visit: Visit,
}

impl AuthManager {
    /// Listens for the browser of a login.
    pub async fn open_login_page(&self, wishes: &Wishes) -> Result<BrowserLogin, LoginError> {
        self.allows(ForcedMethod::Chatgpt)?;
        let ports = match self.inner.environment.get(PORT_VARIABLE) {
            None => vec![PORT, OTHER_PORT],
            Some(value) => {
                vec![value.trim().parse().map_err(|_| LoginError::PortVariable { value: value.to_owned() })?]
            }
        };
        let callbacks = listen_on_one_of(&ports, &self.inner.tasks).await?;
        BrowserLogin::new(callbacks, self.issuer().clone(), &self.settings(), wishes)
    }

    /// Waits for the browser, and logs in with what it brings.
    pub async fn finish_in_browser(&self, attempt: &Attempt, login: BrowserLogin) -> Result<(), LoginError> {
        let last_page = login.last_page.clone();
        let Arrived { tokens, visit } = bounded(PATIENCE, &attempt.cancelled, login.arrival()).await?;
        let stored = self.log_in_with_tokens(attempt, tokens).await.map_err(LoginError::from);
        match &stored {
            Ok(()) => match last_page {
                Some(page) => visit.send_to(&page).await,
                None => visit.show(LOGGED_IN).await,
            },
            Err(error) => show_failure(visit, error).await,
        }
        stored
    }
}

const LOGGED_IN: Page<'static> =
    Page { status: 200, title: "Logged in", text: "You can close this page and go back to your editor." };

impl BrowserLogin {
    fn new(
        callbacks: Callbacks,
        issuer: Issuer,
        settings: &LoginSettings,
        wishes: &Wishes,
    ) -> Result<Self, LoginError> {
        let (proof, state) = (Proof::new()?, pkce::random::<32>()?);
        let redirect_uri = format!("http://127.0.0.1:{}/auth/callback", callbacks.port);
        let workspaces = settings.forced_workspaces.join(",");
        let mut parameters = vec![
            ("redirect_uri", redirect_uri.as_str()),
            ("code_challenge", &proof.challenge),
            ("code_challenge_method", "S256"),
            ("id_token_add_organizations", "true"),
            ("codex_cli_simplified_flow", "true"),
            ("state", &state),
            ("originator", &wishes.originator),
        ];
        if !workspaces.is_empty() {
            parameters.push(("allowed_workspace_id", &workspaces));
        }
        let url = issuer.authorize_url(&parameters)?;
        let last_page = wishes.last_page.clone();
        Ok(Self { url, callbacks, issuer, proof, state, redirect_uri, last_page })
    }

    /// Waits for a browser that brings a code.
    async fn arrival(mut self) -> Result<Arrived, LoginError> {
        while let Some(visit) = self.callbacks.next().await {
            match visit.path() {
                _ if !visit.means_this_machine() => {
                    answer(visit, 403, "This machine is called 127.0.0.1 or localhost here.").await;
                }
                "/auth/callback" if visit.parameter("state").as_deref() != Some(self.state.as_str()) => {
                    answer(visit, 400, "This page does not belong to the login that is under way.").await;
                }
                "/auth/callback" => match (visit.parameter("code"), visit.parameter("error")) {
                    (Some(code), None) => return self.exchange(visit, &code).await,
                    (None | Some(_), Some(error)) => {
                        let error = LoginError::Denied(reason(&visit, &error));
                        show_failure(visit, &error).await;
                        return Err(error);
                    }
                    (None, None) => {
                        let error = LoginError::Denied(": the login server has sent no code".to_owned());
                        show_failure(visit, &error).await;
                        return Err(error);
                    }
                },
                "/cancel" if !visit.is_by_itself() => {
                    answer(visit, 403, "No other page can give a login up.").await;
                }
                "/cancel" => {
                    answer(visit, 200, "The login was given up.").await;
                    return Err(LoginError::Cancelled);
                }
                _ => answer(visit, 404, "There is no such page.").await,
            }
        }
        Err(LoginError::Cancelled)
    }

    async fn exchange(self, visit: Visit, code: &str) -> Result<Arrived, LoginError> {
        let grant = Grant { code, verifier: &self.proof.verifier, redirect_uri: &self.redirect_uri };
        match self.issuer.exchange(&grant).await {
            Ok(tokens) => Ok(Arrived { tokens, visit }),
            Err(error) => {
                let error = LoginError::Issuer(error);
                show_failure(visit, &error).await;
                Err(error)
            }
        }
    }
}

/// The words of the login server, which anybody who knows the state could have written.
fn reason(visit: &Visit, error: &str) -> String {
    let description = visit.parameter("error_description");
    let parts = [Some(error.to_owned()), description].into_iter().flatten();
    parts.map(|part| format!(", {}", part.chars().take(200).collect::<String>())).collect()
}

async fn answer(visit: Visit, status: u16, text: &str) {
    visit.show(Page { status, title: "Login", text }).await;
}

async fn show_failure(visit: Visit, error: &LoginError) {
    visit.show(Page { status: 400, title: "Not logged in", text: &error.to_string() }).await;
}

/// Listens on the first port that can be had; the failure is that of the last one.
async fn listen_on_one_of(ports: &[u16], tasks: &TaskGroup) -> Result<Callbacks, LoginError> {
    let mut outcome = Err(LoginError::Cancelled);
    for port in ports {
        outcome = listen(*port, tasks).await;
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// A login of another program that has the port is asked to end.
async fn listen(port: u16, tasks: &TaskGroup) -> Result<Callbacks, LoginError> {
    let mut left = ATTEMPTS;
    loop {
        match Callbacks::listen(port, tasks).await {
            Ok(callbacks) => return Ok(callbacks),
            Err(source) if source.kind() != ErrorKind::AddrInUse || left == 0 => {
                return Err(LoginError::Port { port, source });
            }
            Err(_) if left == ATTEMPTS => {
                let asked = tokio::time::timeout(PAUSE, ask_to_end(port)).await;
                tracing::info!(port, ?asked, "the port of logins is in use");
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
        left -= 1;
    }
}

async fn ask_to_end(port: u16) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"GET /cancel HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::super::super::testkit::Home;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_port_that_stays_in_use_is_named() {
        // It hears nothing, as a program that has nothing to do with logins.
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = other.local_addr().unwrap().port();
        let home = Home::new();
        let variables = [(PORT_VARIABLE, port.to_string())];
        let manager = home.manager_with(variables.into_iter().collect());
        let Err(error) = manager.open_login_page(&Wishes::default()).await else {
            panic!("the port is in use")
        };
        assert!(
            error.to_string().starts_with(&format!("Port {port} is needed for the login and in use: ")),
            "{error}"
        );
        assert!(error.to_string().ends_with("or log in with a code"), "{error}");
        // Where no port is set there are two.
        let tasks = TaskGroup::new();
        let callbacks = listen_on_one_of(&[port, 0], &tasks).await.unwrap();
        assert_ne!(callbacks.port, port);
        assert!(listen_on_one_of(&[port, port], &tasks).await.is_err());
        drop(other);
        assert!(manager.open_login_page(&Wishes::default()).await.is_ok());
    }

    #[tokio::test]
    async fn a_port_that_is_none_is_named_with_its_variable() {
        let home = Home::new();
        for value in ["70000", "any"] {
            let manager = home.manager_with([(PORT_VARIABLE, value)].into_iter().collect());
            let Err(error) = manager.open_login_page(&Wishes::default()).await else { panic!("{value}") };
            let told = format!(
                "`CODEX_APP_SERVER_LOGIN_PORT` is `{value}`; set it to a port from 1 to 65535, or to 0 for any, or \
                 unset it"
            );
            assert_eq!(error.to_string(), told);
        }
    }

    async fn status(port: u16, target: &str, headers: &str) -> u16 {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(format!("GET {target} HTTP/1.1\r\n{headers}\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn pages_of_others_do_not_end_a_login() {
        let home = Home::new();
        let manager = home.manager();
        let callbacks = Callbacks::listen(0, &TaskGroup::new()).await.unwrap();
        let port = callbacks.port;
        let wishes = Wishes::default();
        let login =
            BrowserLogin::new(callbacks, manager.issuer().clone(), &manager.settings(), &wishes).unwrap();
        let back = format!("/auth/callback?error=x&state={}", login.state);
        let asking = async {
            let own = format!("host: 127.0.0.1:{port}\r\n");
            for from in ["sec-fetch-site: cross-site\r\n", "origin: https://evil.example\r\n"] {
                assert_eq!(status(port, "/cancel", &format!("{own}{from}")).await, 403, "{from}");
            }
            for target in ["/cancel", &back] {
                assert_eq!(status(port, target, "host: evil.example\r\n").await, 403, "{target}");
            }
            // Where a login server sends the browser, another page is behind it.
            let sent = format!("{own}sec-fetch-site: cross-site\r\nreferer: https://login.example/\r\n");
            status(port, &back, &sent).await
        };
        let (ended, last) = tokio::join!(login.arrival(), asking);
        assert!(matches!(ended, Err(LoginError::Denied(_))));
        assert_eq!(last, 400);
    }

    #[tokio::test]
    async fn a_login_that_has_the_port_is_asked_to_end() {
        let home = Home::new();
        let tasks = TaskGroup::new();
        let first = Callbacks::listen(0, &tasks).await.unwrap();
        let port = first.port;
        let variables = [(PORT_VARIABLE, port.to_string())];
        let manager = home.manager_with(variables.into_iter().collect());
        let wishes = Wishes::default();
        let first = BrowserLogin::new(first, manager.issuer().clone(), &manager.settings(), &wishes).unwrap();
        let (ended, second) = tokio::join!(first.arrival(), manager.open_login_page(&wishes));
        assert!(matches!(ended, Err(LoginError::Cancelled)));
        assert_eq!(second.unwrap().callbacks.port, port);
    }
}
