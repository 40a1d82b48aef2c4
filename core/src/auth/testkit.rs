//! For the tests of logins: homes, tokens, and a login server on loopback that says what a test tells it to.

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::issuer::ISSUER_VARIABLE;
use super::{AuthManager, Place};
use crate::base::environment::Environment;
use crate::base::paths::AbsolutePath;
use crate::base::spawn::TaskGroup;

/// A home directory. It vanishes with the value.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, text: &str) {
        std::fs::write(self.path().join("auth.json"), text).unwrap();
    }

    pub fn write_tokens(&self, access_token: &str, refresh_token: &str) {
        let tokens = json!({"id_token": id_token("one"), "access_token": access_token, "refresh_token": refresh_token});
        self.write(&json!({"auth_mode": "chatgpt", "tokens": tokens}).to_string());
    }

    pub fn read(&self) -> String {
        std::fs::read_to_string(self.path().join("auth.json")).unwrap()
    }

    pub fn manager(&self) -> AuthManager {
        self.manager_with(Environment::default())
    }

    /// A manager as a process with these variables has it.
    pub fn manager_with(&self, environment: Environment) -> AuthManager {
        AuthManager::load(Place {
            home: AbsolutePath::new(self.path()).unwrap(),
            environment,
            tasks: TaskGroup::new(),
            token: CancellationToken::new(),
        })
    }
}

fn jwt(payload: &Value) -> String {
    format!("e30.{}.s", URL_SAFE_NO_PAD.encode(payload.to_string()))
}

/// The id token of an account in a workspace.
pub fn id_token(workspace: &str) -> String {
    let auth = json!({"chatgpt_plan_type": "pro", "chatgpt_account_id": workspace});
    jwt(&json!({"email": "a@b.c", "https://api.openai.com/auth": auth}))
}

/// An access token that ends at this time, in Unix seconds.
pub fn access_token(expires_at: i64) -> String {
    jwt(&json!({"exp": expires_at}))
}

/// What a login server answers with tokens.
pub fn tokens(access_token: &str, refresh_token: &str) -> String {
    json!({"id_token": id_token("one"), "access_token": access_token, "refresh_token": refresh_token})
        .to_string()
}

/// An answer of the login server.
pub struct Answer(String);

impl Answer {
    pub fn ok(body: &str) -> Self {
        Self::status(200, body)
    }

    pub fn status(status: u16, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\ncontent-length: {length}");
        Self(format!("{head}\r\ncontent-type: application/json\r\n\r\n{body}"))
    }
}

/// A login server that gives each request the next answer.
pub struct Provider {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        TaskGroup::new().spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                stream.write_all(answer.0.as_bytes()).await.unwrap();
            }
        });
        Self { url, requests }
    }

    /// The variables of a process that logs in here.
    pub fn environment(&self) -> Environment {
        [(ISSUER_VARIABLE, self.url.as_str())].into_iter().collect()
    }

    /// The requests so far: first line, headers, body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn bodies(&self) -> Vec<String> {
        let body = |request: &String| request.split_once("\r\n\r\n").unwrap().1.to_owned();
        self.requests().iter().map(body).collect()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text.into_owned();
            }
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0);
    }
}
