//! Who may speak: nobody before `initialize`, and experimental parts only for those who asked for them.
//!
//! The check happens when a request's turn has come, not when it arrives, so that a client may send `initialize`
//! and the next request in one go. After the last message of the client nothing arrives here any more.

use codex_app_server_protocol::experimental::ExperimentalUse;
use codex_app_server_protocol::method::{Initialize, Method};

use crate::client::Client;
use crate::error::RpcError;

/// Whether a request may be handled now.
pub(crate) fn admit(
    client: Option<&Client>,
    method: &str,
    experimental: Option<ExperimentalUse>,
) -> Result<(), RpcError> {
    match client {
        None if method == Initialize::NAME => Ok(()),
        None => Err(RpcError::not_initialized()),
        Some(_) if method == Initialize::NAME => Err(RpcError::already_initialized()),
        Some(client) if client.experimental => Ok(()),
        Some(_) => experimental.map_or(Ok(()), |used| Err(used.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(client: Option<&Client>, method: &str, used: Option<&str>) -> String {
        match admit(client, method, used.map(|used| ExperimentalUse(used.to_owned()))) {
            Ok(()) => "admitted".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn who_may_speak() {
        let plain = Client::default();
        let curious = Client { experimental: true, ..Client::default() };
        assert_eq!(check(None, "initialize", None), "admitted");
        assert_eq!(check(None, "model/list", Some("x")), "Not initialized (-32600)");
        assert_eq!(check(Some(&plain), "initialize", None), "Already initialized (-32600)");
        assert_eq!(check(Some(&plain), "model/list", None), "admitted");
        assert_eq!(check(Some(&plain), "x", Some("x")), "x requires experimentalApi capability (-32600)");
        assert_eq!(check(Some(&curious), "x", Some("x")), "admitted");
    }
}
