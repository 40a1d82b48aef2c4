//! The vendor's services on loopback: a login server, and what knows the limits of accounts.
//!
//! Each path has its answers in order; the last one stays. What was asked is remembered, with headers, since that is where
//! tokens are. `browse` is what a browser does that comes back from a login.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::PATIENCE;

/// Where tokens come from.
pub const TOKEN: &str = "/oauth/token";
/// Where a device gets its code.
pub const DEVICE_CODE: &str = "/api/accounts/deviceauth/usercode";
/// Where a device asks whether its code was typed.
pub const DEVICE_TOKEN: &str = "/api/accounts/deviceauth/token";

/// The server. It ends with its value.
pub struct Vendor {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Vec<(u16, Value)>>,
    requests: Vec<Asked>,
    ended: bool,
}

/// A request to the vendor.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its path, without parameters.
    pub path: String,
    /// Its headers, as they came.
    pub headers: String,
    /// Its body.
    pub body: String,
}

impl Vendor {
    /// Starts it with answers by path.
    pub fn start(answers: &[(&str, &[(u16, Value)])]) -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared::default());
        for (path, answers) in answers {
            shared.state.lock().unwrap().answers.insert((*path).to_owned(), answers.to_vec());
        }
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if accepting.state.lock().unwrap().ended {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || connection.map(|connection| shared.serve(&connection)));
            }
        });
        Vendor { address, shared }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The variables of a server that logs in here, with any port to come back to.
    pub fn variables(&self) -> [(String, String); 2] {
        [
            ("CODEX_APP_SERVER_LOGIN_ISSUER".to_owned(), self.url()),
            ("CODEX_APP_SERVER_LOGIN_PORT".to_owned(), "0".to_owned()),
        ]
    }

    /// All requests to a path so far.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let state = self.shared.state.lock().unwrap();
        state.requests.iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// Waits until a path was asked for so often.
    pub fn wait_for(&self, path: &str, count: usize) {
        let state = self.shared.state.lock().unwrap();
        let seen = |state: &State| state.requests.iter().filter(|asked| asked.path == path).count() >= count;
        let state = self.shared.changed.wait_timeout_while(state, PATIENCE, |state| !seen(state)).unwrap().0;
        assert!(seen(&state), "{path} was not asked for {count} times within {PATIENCE:?}");
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().ended = true;
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn serve(&self, connection: &TcpStream) -> Option<()> {
        let mut input = BufReader::new(connection);
        let mut line = String::new();
        input.read_line(&mut line).ok()?;
        let target = line.split(' ').nth(1)?.to_owned();
        let path = target.split('?').next()?.to_owned();
        let mut headers = String::new();
        let mut length = 0;
        loop {
            let mut header = String::new();
            input.read_line(&mut header).ok()?;
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
            headers += &header;
        }
        let mut body = vec![0; length];
        input.read_exact(&mut body).ok()?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let (status, answer) = self.take_answer(Asked { path, headers, body });
        let answer = answer.to_string();
        let length = answer.len();
        let mut output = connection;
        let head = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {length}");
        write!(output, "{head}\r\ncontent-type: application/json\r\n\r\n{answer}").ok()
    }

    fn take_answer(&self, asked: Asked) -> (u16, Value) {
        let mut state = self.state.lock().unwrap();
        let answers = state.answers.entry(asked.path.clone()).or_default();
        let answer = match answers.len() {
            0 => (404, json!({"error": "there is no such path"})),
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        state.requests.push(asked);
        self.changed.notify_all();
        answer
    }
}

/// A JSON web token with these claims.
pub fn token(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// The id token of a user of a workspace.
pub fn id_token(workspace: &str) -> String {
    let auth =
        json!({"chatgpt_plan_type": "pro", "chatgpt_account_id": workspace, "chatgpt_user_id": "user-1"});
    token(&json!({"email": "a@example.com", "https://api.openai.com/auth": auth}))
}

/// What the login server answers with tokens of that user.
pub fn tokens(access_token: &str, refresh_token: &str) -> Value {
    json!({"id_token": id_token("acct-1"), "access_token": access_token, "refresh_token": refresh_token})
}

/// `auth.json` of that user.
pub fn auth_file(access_token: &str, refresh_token: &str) -> String {
    let mut tokens = tokens(access_token, refresh_token);
    tokens["account_id"] = json!("acct-1");
    json!({"auth_mode": "chatgpt", "OPENAI_API_KEY": null, "tokens": tokens}).to_string()
}

/// Gets a page as a browser on this machine does: its status and its text.
pub fn browse(url: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://127.0.0.1:").expect("it is a page of this machine");
    let (port, target) = rest.split_once('/').unwrap_or((rest, ""));
    let port: u16 = port.parse().expect("it is a port");
    let mut connection = TcpStream::connect(("127.0.0.1", port)).expect("somebody listens");
    write!(connection, "GET /{target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n").expect("it is read");
    let mut page = String::new();
    connection.read_to_string(&mut page).expect("it is answered");
    let status = page.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("it has a status");
    (status, page)
}

/// A parameter of an address, as it stands there.
pub fn parameter(url: &str, name: &str) -> String {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let value = values.next().unwrap_or_else(|| panic!("{url} has no {name}"));
    value.replace("%3A", ":").replace("%2F", "/")
}
