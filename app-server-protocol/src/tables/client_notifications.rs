//! The list of notifications a client may send.
//!
//! A row reads: documentation, name on the wire, name in code, params. What is not in the list is ignored by the
//! server.

use serde_json::value::RawValue;

use crate::jsonrpc::{NotificationMessage, write_line};
use crate::method::{DecodeError, decode_params as decode};
use crate::v2::*;

use super::define::define_client_notifications;

/// Calls the macro named in its argument with every row of the table.
#[macro_export]
macro_rules! for_each_client_notification {
    ($then:ident) => {
        $then! {
            /// Says that the client has read the answer to `initialize`. Nothing waits for it.
            "initialized" => Initialized(shared::NoParams);
        }
    };
}

for_each_client_notification!(define_client_notifications);
