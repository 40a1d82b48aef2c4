//! The four lists of what may be said on the wire. A row is the only place where a method's name, params and
//! result meet; everything else about methods is generated from the rows.

pub mod client_notifications;
pub mod client_requests;
pub(crate) mod define;
pub mod server_notifications;
pub mod server_requests;
