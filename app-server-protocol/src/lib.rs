//! What goes over the pipe between a client and the app server, and nothing else: types, the tables of methods,
//! the envelope. No behaviour, no I/O, and no other crate of this project.
//!
//! # Names
//!
//! Fields and values are in camelCase, and methods read `resource/verb` with a singular resource. Params end in
//! `Params`, results in `Response`, notifications in `Notification`. Times that end in `At` are Unix seconds,
//! everything that ends in `Ms` is in milliseconds; both are integers. Ids that the server makes are UUIDs, ids of
//! the model server are kept as they are; to a client all of them are opaque strings. Older spellings, which
//! clients rely on, stand in the exceptions of `tests/rules.rs`.
//!
//! # Null
//!
//! In params, an absent field means the same as `null`: no opinion. Where `null` says "none" and only absence says
//! "no opinion", the field's documentation tells. Results and notifications carry all their fields and write
//! `null` for nothing; the few fields that are left out instead are optional in the schema. Lists are empty, not
//! `null`. Fields that a reader does not know are to be ignored, by both sides.
//!
//! # Stability
//!
//! Within a major version no method and no field goes away, nothing becomes required, and no value loses its
//! meaning. New methods, new optional params, new fields of results, new notifications, new kinds of items and new
//! classes of errors may come at any time. What is marked experimental may change in any version; it needs the
//! capability `experimentalApi`, which a client asks for in `initialize`.

pub mod decode;
pub mod embedded;
pub mod error_code;
pub mod experimental;
#[cfg(feature = "schema")]
pub mod export;
pub mod fuzz;
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
