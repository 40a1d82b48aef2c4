//! How a section is to be shown.

use codex_app_server_protocol::v2::thread::ThreadSectionAppearance;
use codex_core::rollout::sections::Appearance;

pub(crate) fn appearance(appearance: ThreadSectionAppearance) -> Appearance {
    let ThreadSectionAppearance { icon, color } = appearance;
    Appearance { icon, color }
}
