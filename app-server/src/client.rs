//! What one connection's client said about itself in `initialize`, as the server uses it.
//!
//! It is set once per connection and never changes. Until then the connection is not open: see the handshake.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::initialize::{InitializeCapabilities, InitializeParams};

/// The client of an open connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    pub name: String,
    pub version: String,
    /// May use experimental methods and fields, and gets experimental notifications.
    pub experimental: bool,
    /// Exact names of notifications that it does not want.
    pub opted_out: HashSet<String>,
}

/// The client of one connection, once it has introduced itself.
pub(crate) type ClientCell = Arc<OnceLock<Client>>;

impl Client {
    /// Whether this client wants to hear the notification.
    pub fn hears(&self, notification: &ServerNotification) -> bool {
        !self.opted_out.contains(notification.method())
            && (self.experimental || !notification.is_experimental())
    }
}

impl From<InitializeParams> for Client {
    fn from(params: InitializeParams) -> Self {
        let InitializeParams { client_info, capabilities } = params;
        let InitializeCapabilities { experimental_api, opt_out_notification_methods, .. } =
            capabilities.unwrap_or_default();
        Client {
            name: client_info.name,
            version: client_info.version,
            experimental: experimental_api,
            opted_out: opt_out_notification_methods.unwrap_or_default().into_iter().collect(),
        }
    }
}
