//! Sections as they are shown.

use codex_app_server_protocol::v2::thread::{ThreadSection, ThreadSectionAppearance};
use codex_core::rollout::sections::{Appearance, Section};

pub(crate) fn section(section: Section) -> ThreadSection {
    let Section { id, name, appearance } = section;
    let shown = |Appearance { icon, color }: Appearance| ThreadSectionAppearance { icon, color };
    ThreadSection { id, name, appearance: appearance.map(shown) }
}
