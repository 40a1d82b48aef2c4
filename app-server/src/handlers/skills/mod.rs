//! `skills/*`: which skills there are, where they are looked for, and which are on.

mod config_write;
mod extra_roots;
mod list;

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::skills::SkillsChangedNotification;

use crate::context::Context;

/// Tells the client that its list of skills may be out of date.
async fn tell_of_change(context: Context) {
    context.outgoing().notify(&ServerNotification::SkillsChanged(SkillsChangedNotification {})).await;
}
