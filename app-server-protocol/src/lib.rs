//! What goes over the pipe, and nothing else.

pub mod embedded;
pub mod error_code;
pub mod experimental;
#[cfg(feature = "schema")]
pub mod export;
pub mod jsonrpc;
pub mod method;
pub mod tables;
pub mod v2;

pub use tables::client_notifications::ClientNotification;
pub use tables::client_requests::ClientRequest;
pub use tables::server_notifications::ServerNotification;
pub use tables::server_requests::ServerRequest;

/// The version of the wire that clients check: in the user agent, in threads and in `--version`.
pub const WIRE_VERSION: &str = "0.169.0";
