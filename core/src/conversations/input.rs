//! Turns what a user hands in into what the model is shown: images of this machine are read here.
//!
//! A file that cannot be read, is too large or is no image does not fail the request: the model is
//! told what is wrong instead.

use std::path::Path;

use codex_protocol::input::{ImageDetail, UserInput};
use codex_protocol::response_item::ContentItem;

use crate::base::files;
use crate::base::image::data_url;
use crate::context::input::{plain, plain_content};
use crate::error::CoreError;
use crate::session::request::UserMessage;
use crate::turn::services::SessionServices;

/// Larger files are not read.
const LARGEST_IMAGE: usize = 20 * 1024 * 1024;

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
    let content = |item: &UserInput| match item {
        UserInput::LocalImage { path, detail } => image(Path::new(path), *detail),
        UserInput::Text { .. }
        | UserInput::Image { .. }
        | UserInput::Audio { .. }
        | UserInput::LocalAudio { .. }
        | UserInput::Skill { .. }
        | UserInput::Mention { .. } => plain(item),
    };
    items.iter().map(content).collect()
}

fn image(path: &Path, detail: Option<ImageDetail>) -> ContentItem {
    match read(path) {
        Ok(image_url) => ContentItem::InputImage { image_url, detail },
        Err(reason) => ContentItem::InputText {
            text: format!("[the image `{}` could not be attached: {reason}]", path.display()),
        },
    }
}

fn read(path: &Path) -> Result<String, String> {
    let bytes = files::read_whole(path, LARGEST_IMAGE).map_err(|error| error.to_string())?;
    Ok(data_url(&bytes)?)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn an_image_becomes_a_data_url_and_anything_else_a_note() {
        let folder = tempfile::tempdir().unwrap();
        let png = folder.path().join("a.png");
        let smallest = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        std::fs::write(&png, STANDARD.decode(smallest).unwrap()).unwrap();
        let broken = folder.path().join("broken.png");
        std::fs::write(&broken, b"\x89PNG\r\n\x1a\nrest").unwrap();
        let ContentItem::InputImage { image_url, .. } = image(&png, None) else { panic!() };
        assert!(image_url.starts_with("data:image/png;base64,iVBORw0KGgoAAAA"), "{image_url}");
        for (path, reason) in [
            (folder.path().join("none.png"), "No such file"),
            (folder.path().to_path_buf(), "not a regular file"),
            (broken, "broken or not whole"),
        ] {
            let ContentItem::InputText { text } = image(&path, None) else { panic!() };
            assert!(text.contains(reason), "{text}");
        }
    }
}
