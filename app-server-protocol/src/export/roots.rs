//! Where the export begins: the rows of the tables, and the types that they name. Both kinds of schema are made
//! from this one list, so that neither can know a type that the other does not.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use ts_rs::TS;

use crate::experimental::Scope;
use crate::jsonrpc::{ErrorObject, RequestId};
use crate::method::MethodInfo;
use crate::v2::*;
use crate::{ClientNotification, ClientRequest, ServerNotification, ServerRequest};
use crate::{
    error_code, for_each_client_notification, for_each_client_request, for_each_server_notification,
    for_each_server_request,
};

/// The type of the params of methods that take none. It is nowhere shown.
pub(super) const NO_PARAMS: &str = "NoParams";

/// Types that no table names.
const BESIDE_THE_TABLES: &[&str] = &[
    "RequestId",
    "JSONRPCErrorError",
    "ConfigWriteErrorData",
    "InputErrorData",
    "OverloadedErrorData",
    "ReadStateErrorData",
];

/// What a generator does with a type.
pub(super) trait Visitor {
    /// Called with each type that a row names, and with those beside the tables.
    fn visit<T: JsonSchema + TS + 'static>(&mut self);
}

/// Shows a generator all types, whatever their scope.
pub(super) fn visit_roots(visitor: &mut impl Visitor) {
    macro_rules! visit_requests {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal =>
            $variant:ident($params:ty) -> $response:ty;)*) => {
            $(visitor.visit::<$params>();
            visitor.visit::<$response>();)*
        };
    }
    macro_rules! visit_notifications {
        ($($(#[doc = $doc:literal])* $($stability:ident)? $name:literal => $variant:ident($params:ty);)*) => {
            $(visitor.visit::<$params>();)*
        };
    }
    for_each_client_request!(visit_requests);
    for_each_server_request!(visit_requests);
    for_each_client_notification!(visit_notifications);
    for_each_server_notification!(visit_notifications);
    visitor.visit::<RequestId>();
    visitor.visit::<ErrorObject>();
    visitor.visit::<error_code::ConfigWriteErrorData>();
    visitor.visit::<error_code::InputErrorData>();
    visitor.visit::<error_code::OverloadedErrorData>();
    visitor.visit::<error_code::ReadStateErrorData>();
}

/// The four tables, by the name of their union.
pub(super) const TABLES: [(&str, &[MethodInfo]); 4] = [
    ("ClientRequest", ClientRequest::METHODS),
    ("ClientNotification", ClientNotification::METHODS),
    ("ServerRequest", ServerRequest::METHODS),
    ("ServerNotification", ServerNotification::METHODS),
];

/// The rows of a table that a scope has.
pub(super) fn rows(table: &'static [MethodInfo], scope: Scope) -> impl Iterator<Item = &'static MethodInfo> {
    table.iter().filter(move |row| scope == Scope::Experimental || !row.experimental)
}

/// The names of the types that the rows of a scope name, and of those beside the tables.
pub(super) fn roots(scope: Scope) -> BTreeSet<&'static str> {
    TABLES
        .into_iter()
        .flat_map(|(_, table)| rows(table, scope))
        .flat_map(|row| [row.params, row.response])
        .filter(|name| !name.is_empty() && *name != NO_PARAMS)
        .chain(BESIDE_THE_TABLES.iter().copied())
        .collect()
}
