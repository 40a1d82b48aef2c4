//! The HTTP clients of the process: one for plain addresses, one for secure ones.
//!
//! They are built when the first request needs one. Redirects are not followed, because requests carry credentials and
//! whole conversations.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Response};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// What is read of a body that is no answer.
const SMALL_BODY: usize = 64 * 1024;

/// The client of the process for this kind of address.
pub fn client_for(url: &str) -> Result<&'static Client, reqwest::Error> {
    static PLAIN: OnceLock<Client> = OnceLock::new();
    static SECURE: OnceLock<Client> = OnceLock::new();
    // Loading the system's certificates takes longer than a whole turn with a local server.
    if url.starts_with("http://") {
        build_once(&PLAIN, || client_builder().tls_certs_only([]))
    } else {
        build_once(&SECURE, client_builder)
    }
}

fn build_once(
    cell: &'static OnceLock<Client>,
    builder: impl FnOnce() -> ClientBuilder,
) -> Result<&'static Client, reqwest::Error> {
    if let Some(client) = cell.get() {
        return Ok(client);
    }
    // Somebody else may have installed one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = builder().build()?;
    Ok(cell.get_or_init(|| client))
}

fn client_builder() -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        // Proxies hold compressed streams back until they have enough of them.
        .no_gzip()
        .tcp_nodelay(true)
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
