//! Everything a handler may use. One per connection; a clone is a handle to the same.

use std::sync::Arc;

use codex_core::config::loader::ConfigLoader;

use crate::client::{Client, ClientCell};
use crate::error::RpcError;
use crate::identity::Identity;
use crate::outgoing::Outgoing;

/// How the process was started: what holds for all connections.
#[derive(Debug)]
pub struct ServerConfig {
    pub configs: ConfigLoader,
    pub identity: Identity,
}

/// What handlers are written for.
#[derive(Clone, Debug)]
pub struct Context {
    outgoing: Outgoing,
    client: ClientCell,
    server: Arc<ServerConfig>,
}

impl Context {
    pub(crate) fn new(outgoing: Outgoing, client: ClientCell, server: Arc<ServerConfig>) -> Self {
        Context { outgoing, client, server }
    }

    /// The way to this connection's client.
    pub fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Who this connection's client is. There during every request but `initialize`.
    pub fn client(&self) -> Option<&Client> {
        self.client.get()
    }

    /// The connection is open from now on.
    pub(crate) fn introduce(&self, client: Client) -> Result<&Client, RpcError> {
        let mut newcomer = Some(client);
        let known = self.client.get_or_init(|| newcomer.take().unwrap_or_default());
        if newcomer.is_some() { Err(RpcError::already_initialized()) } else { Ok(known) }
    }

    /// Loads configurations. Reads files: not for the runtime's own threads.
    pub fn configs(&self) -> &ConfigLoader {
        &self.server.configs
    }

    /// What the server calls itself.
    pub fn identity(&self) -> &Identity {
        &self.server.identity
    }
}
