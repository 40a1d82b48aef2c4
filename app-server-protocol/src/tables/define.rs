//! The macros that turn the rows of a table into an enum, its decoder, marker types and data.
//!
//! Each is handed to a table (`for_each_…!(define_…)`), which calls it with all its rows. A row is its
//! documentation, optionally the word `experimental`, the name on the wire, and the types. The rows of requests
//! and of notifications differ in the result alone.

/// The enum of a table of requests, with decoder and data.
macro_rules! define_requests {
    (
        $(#[doc = $enum_doc:literal])*
        enum $enum_name:ident;
        $($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
            $variant:ident($params:ty) -> $response:ty;)*
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "lives from decoding to its handler, and is never stored")]
        pub enum $enum_name {
            $($(#[doc = $doc])* $variant($params),)*
        }

        impl $enum_name {
            /// The rows of the table.
            pub const METHODS: &'static [$crate::method::MethodInfo] = &[
                $($crate::method::MethodInfo {
                    name: $name,
                    variant: stringify!($variant),
                    params: $crate::tables::define::last_segment(stringify!($params)),
                    response: $crate::tables::define::last_segment(stringify!($response)),
                    experimental: $crate::tables::define::marked!($($stability)?),
                    doc: concat!($($doc, "\n",)* ""),
                },)*
            ];

            /// Finds the row of a method and decodes its params.
            pub fn decode(method: &str, params: Option<&RawValue>) -> Result<Self, DecodeError> {
                match method {
                    $($name => decode(params).map(Self::$variant),)*
                    _ => Err(DecodeError::unknown_method(method, Self::METHODS)),
                }
            }

            /// Name on the wire.
            pub fn method(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// Appends the request to `out` as one line.
            pub fn write_line(&self, id: &RequestId, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
                match self {
                    $(Self::$variant(params) => {
                        write_line(&RequestMessage { method: $name, id, params }, out)
                    })*
                }
            }
        }
    };
}
pub(crate) use define_requests;

/// The enum of the table of client requests.
macro_rules! define_client_requests {
    ($($rows:tt)*) => {
        $crate::tables::define::define_requests! {
            /// A request of a client, its params decoded.
            enum ClientRequest;
            $($rows)*
        }

        impl ClientRequest {
            /// What a request uses that needs the experimental capability, if anything. To be asked after
            /// decoding, and only for connections without the capability.
            pub fn experimental_use(method: &str, params: Option<&RawValue>) -> Option<ExperimentalUse> {
                let row = Self::METHODS.iter().find(|row| row.name == method)?;
                experimental::find(row, params)
            }
        }
    };
}
pub(crate) use define_client_requests;

/// The enum of the table of server requests.
macro_rules! define_server_requests {
    ($($rows:tt)*) => {
        $crate::tables::define::define_requests! {
            /// A question of the server to the client.
            enum ServerRequest;
            $($rows)*
        }
    };
}
pub(crate) use define_server_requests;

/// The enum of a table of notifications, with decoder and data.
macro_rules! define_notifications {
    (
        $(#[doc = $enum_doc:literal])*
        enum $enum_name:ident;
        $($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*
    ) => {
        $(#[doc = $enum_doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "moved once, from where it is made to the writer")]
        pub enum $enum_name {
            $($(#[doc = $doc])* $variant($params),)*
        }

        impl $enum_name {
            /// The rows of the table.
            pub const METHODS: &'static [$crate::method::MethodInfo] = &[
                $($crate::method::MethodInfo {
                    name: $name,
                    variant: stringify!($variant),
                    params: $crate::tables::define::last_segment(stringify!($params)),
                    response: "",
                    experimental: $crate::tables::define::marked!($($stability)?),
                    doc: concat!($($doc, "\n",)* ""),
                },)*
            ];

            /// Finds the row of a notification and decodes its params.
            pub fn decode(method: &str, params: Option<&RawValue>) -> Result<Self, DecodeError> {
                match method {
                    $($name => decode(params).map(Self::$variant),)*
                    _ => Err(DecodeError::unknown_method(method, Self::METHODS)),
                }
            }

            /// Name on the wire.
            pub fn method(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)*
                }
            }

            /// Whether only connections with the experimental capability get it.
            pub fn is_experimental(&self) -> bool {
                match self {
                    $(Self::$variant(_) => $crate::tables::define::marked!($($stability)?),)*
                }
            }

            /// Appends the notification to `out` as one line.
            ///
            /// The time goes beside the params, in Unix milliseconds; only the server sends one.
            pub fn write_line(
                &self,
                emitted_at_ms: Option<i64>,
                out: &mut Vec<u8>,
            ) -> Result<(), serde_json::Error> {
                match self {
                    $(Self::$variant(params) => write_line(
                        &NotificationMessage { method: $name, params: Some(params), emitted_at_ms },
                        out,
                    ),)*
                }
            }
        }
    };
}
pub(crate) use define_notifications;

/// The enum of the table of server notifications.
macro_rules! define_server_notifications {
    ($($rows:tt)*) => {
        $crate::tables::define::define_notifications! {
            /// What the server tells a client without being asked.
            enum ServerNotification;
            $($rows)*
        }
    };
}
pub(crate) use define_server_notifications;

/// The enum of the table of client notifications.
macro_rules! define_client_notifications {
    ($($rows:tt)*) => {
        $crate::tables::define::define_notifications! {
            /// What a client tells the server without asking.
            enum ClientNotification;
            $($rows)*
        }
    };
}
pub(crate) use define_client_notifications;

/// Marker types of client requests.
macro_rules! define_methods {
    ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
        $variant:ident($params:ty) -> $response:ty;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $variant;

            impl Method for $variant {
                const NAME: &'static str = $name;
                const EXPERIMENTAL: bool = $crate::tables::define::marked!($($stability)?);
                type Params = $params;
                type Response = $response;
            }
        )*
    };
}
pub(crate) use define_methods;

/// Marker types of server requests.
macro_rules! define_server_methods {
    ($($(#[doc = $doc:literal])* $name:literal => $variant:ident($params:ty) -> $response:ty;)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $variant;

            impl ServerMethod for $variant {
                const NAME: &'static str = $name;
                type Params = $params;
                type Response = $response;
            }
        )*
    };
}
pub(crate) use define_server_methods;

/// Marker types of server notifications.
macro_rules! define_notification_markers {
    ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $variant;

            impl Notification for $variant {
                const NAME: &'static str = $name;
                type Params = $params;
            }
        )*
    };
}
pub(crate) use define_notification_markers;

/// Whether a row carries the word `experimental`; any other word does not compile.
macro_rules! marked {
    () => {
        false
    };
    (experimental) => {
        true
    };
}
pub(crate) use marked;

/// The name of a type without its path.
pub(crate) const fn last_segment(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut at = bytes.len();
    while at > 0 {
        let (_, last) = path.split_at(at - 1);
        if matches!(last.as_bytes().first(), Some(b':' | b' ')) {
            break;
        }
        at -= 1;
    }
    path.split_at(at).1
}

#[cfg(test)]
mod tests {
    use super::last_segment;

    #[test]
    fn type_names() {
        assert_eq!(last_segment("turn::TurnStartParams"), "TurnStartParams");
        assert_eq!(last_segment("turn :: TurnStartParams"), "TurnStartParams");
        assert_eq!(last_segment("Params"), "Params");
        assert_eq!(last_segment(""), "");
    }
}
