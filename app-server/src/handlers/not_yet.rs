//! Methods whose handlers are still to come: they say so.
//!
//! Writing a handler means taking its line out of this list.

use codex_app_server_protocol::method::{self, Method};

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

macro_rules! not_yet {
    ($($method:ident;)*) => {
        $(
            impl Handle<method::$method> for Context {
                fn lane(_: &<method::$method as Method>::Params) -> Lane {
                    Lane::Concurrent
                }

                async fn handle(
                    &self,
                    _: <method::$method as Method>::Params,
                ) -> Result<Reply<<method::$method as Method>::Response>, RpcError> {
                    let name = <method::$method as Method>::NAME;
                    Err(RpcError::not_supported(format!("{name} is not supported yet by this version")))
                }
            }
        )*
    };
}

not_yet! {
    ThreadBackgroundTerminalsList;
}
