//! Turns what a user hands in into what the model is shown: images of this machine are read here.
//!
//! A file that cannot be read, is too large or is no image does not fail the request: the model is
//! told what is wrong instead.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codex_protocol::input::{ImageDetail, UserInput};
use codex_protocol::response_item::ContentItem;

use crate::error::CoreError;
use crate::session::request::UserMessage;
use crate::session::turns::plain_content;
use crate::turn::services::SessionServices;

/// Larger files are not read.
const LARGEST_IMAGE: u64 = 20 * 1024 * 1024;

pub async fn read_input(
    services: &SessionServices,
    items: Vec<UserInput>,
    client_id: Option<String>,
) -> Result<UserMessage, CoreError> {
    let has_files = items.iter().any(|item| matches!(item, UserInput::LocalImage { .. }));
    if !has_files {
        return Ok(UserMessage { content: plain_content(&items), items, client_id });
    }
    let read = services.group.spawn_blocking(move || (content_of(&items), items));
    let (content, items) = read.await.map_err(|error| CoreError::Internal {
        message: "the input could not be read".into(),
        source: Some(Box::new(error)),
    })?;
    Ok(UserMessage { content, items, client_id })
}

fn content_of(items: &[UserInput]) -> Vec<ContentItem> {
    items
        .iter()
        .flat_map(|item| match item {
            UserInput::LocalImage { path, detail } => vec![image(Path::new(path), *detail)],
            UserInput::Text { .. }
            | UserInput::Image { .. }
            | UserInput::Audio { .. }
            | UserInput::LocalAudio { .. }
            | UserInput::Skill { .. }
            | UserInput::Mention { .. } => plain_content(std::slice::from_ref(item)),
        })
        .collect()
}

fn image(path: &Path, detail: Option<ImageDetail>) -> ContentItem {
    match data_url(path) {
        Ok(image_url) => ContentItem::InputImage { image_url, detail },
        Err(reason) => ContentItem::InputText {
            text: format!("[the image `{}` could not be attached: {reason}]", path.display()),
        },
    }
}

fn data_url(path: &Path) -> Result<String, String> {
    let kind = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !kind.is_file() {
        return Err("it is not a file".into());
    }
    if kind.len() > LARGEST_IMAGE {
        return Err(format!("it is larger than {} MiB", LARGEST_IMAGE / 1024 / 1024));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(LARGEST_IMAGE).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    let mime = mime_type(&bytes).ok_or("it is not a PNG, JPEG, GIF or WebP image")?;
    Ok(format!("data:{mime};base64,{}", STANDARD.encode(bytes)))
}

/// The type that the first bytes show.
fn mime_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_becomes_a_data_url_and_anything_else_a_note() {
        let folder = tempfile::tempdir().unwrap();
        let png = folder.path().join("a.png");
        std::fs::write(&png, b"\x89PNG\r\n\x1a\nrest").unwrap();
        let ContentItem::InputImage { image_url, .. } = image(&png, None) else { panic!() };
        assert!(image_url.starts_with("data:image/png;base64,iVBORw0KGgpyZXN0"), "{image_url}");
        for (path, reason) in
            [(folder.path().join("none.png"), "No such file"), (folder.path().to_path_buf(), "not a file")]
        {
            let ContentItem::InputText { text } = image(&path, None) else { panic!() };
            assert!(text.contains(reason), "{text}");
        }
    }
}
