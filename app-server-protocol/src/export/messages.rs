//! The unions of all messages as TypeScript shows them: with their method, and requests with their id.
//!
//! The enums here exist for their declaration alone. Those that carry messages hold nothing but the params of a
//! message; on the wire the rest of it stands around them.

use ts_rs::TS;

use crate::jsonrpc::RequestId;
use crate::v2::*;
use crate::{
    for_each_client_notification, for_each_client_request, for_each_server_notification,
    for_each_server_request,
};

macro_rules! requests {
    (
        $(#[doc = $enum_doc:literal])*
        enum $enum_name:ident;
        $($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
            $variant:ident($params:ty) -> $response:ty;)*
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(TS)]
        #[ts(tag = "method")]
        #[expect(dead_code, reason = "never made: it is here for its declaration")]
        #[allow(clippy::large_enum_variant, reason = "the same")]
        pub(super) enum $enum_name {
            $(#[ts(rename = $name)] $variant { id: RequestId, params: $params },)*
        }
    };
}

macro_rules! notifications {
    (
        $(#[doc = $enum_doc:literal])*
        enum $enum_name:ident;
        $($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(TS)]
        #[ts(tag = "method", content = "params")]
        #[expect(dead_code, reason = "never made: it is here for its declaration")]
        pub(super) enum $enum_name {
            $(#[ts(rename = $name)] $variant($params),)*
        }
    };
}

macro_rules! client_requests {
    ($($rows:tt)*) => {
        requests! {
            /// A request of the client.
            enum ClientRequest;
            $($rows)*
        }
    };
}
for_each_client_request!(client_requests);

macro_rules! server_requests {
    ($($rows:tt)*) => {
        requests! {
            /// A request of the server.
            enum ServerRequest;
            $($rows)*
        }
    };
}
for_each_server_request!(server_requests);

macro_rules! client_notifications {
    ($($rows:tt)*) => {
        notifications! {
            /// A notification of the client.
            enum ClientNotification;
            $($rows)*
        }
    };
}
for_each_client_notification!(client_notifications);

macro_rules! server_notifications {
    ($($rows:tt)*) => {
        notifications! {
            /// A notification of the server.
            enum ServerNotification;
            $($rows)*
        }
    };
}
for_each_server_notification!(server_notifications);

/// A notification as the server sends it.
#[derive(TS)]
#[expect(dead_code, reason = "never made: it is here for its declaration")]
pub(super) struct ServerNotificationEnvelope {
    /// When the server made the notification, in Unix milliseconds.
    #[ts(rename = "emittedAtMs", optional)]
    emitted_at_ms: Option<i64>,
    #[ts(flatten)]
    notification: ServerNotification,
}
