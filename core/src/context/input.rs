//! What a user hands in, as the model is shown it.

use codex_protocol::input::UserInput;
use codex_protocol::response_item::ContentItem;

/// Without reading files: those of this machine are named.
pub fn plain_content(items: &[UserInput]) -> Vec<ContentItem> {
    items.iter().map(plain).collect()
}

pub fn plain(item: &UserInput) -> ContentItem {
    match item {
        UserInput::Text { text, .. } => ContentItem::InputText { text: text.clone() },
        UserInput::Image { image_url, detail } => {
            ContentItem::InputImage { image_url: image_url.clone(), detail: *detail }
        }
        UserInput::Audio { audio_url } => ContentItem::InputAudio { audio_url: audio_url.clone() },
        UserInput::LocalImage { path, .. } => named("image", path),
        UserInput::LocalAudio { path } => named("audio file", path),
        UserInput::Skill { name, path } => named(&format!("skill {name}"), path),
        UserInput::Mention { name, path } => named(&format!("mention {name}"), path),
    }
}

fn named(what: &str, path: &str) -> ContentItem {
    ContentItem::InputText { text: format!("[{what}: {path}]") }
}
