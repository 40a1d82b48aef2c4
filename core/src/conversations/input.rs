//! Turns what a user hands in into what the model is shown: images of this machine and skills are read here.
//!
//! A file that cannot be read, is too large or is no image does not fail the request: the model is
//! told what is wrong instead.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codex_protocol::input::{ImageDetail, UserInput};
use codex_protocol::response_item::{ContentItem, ResponseItem};

use crate::base::files;
use crate::base::image::data_url;
use crate::base::paths::AbsolutePath;
use crate::context::input::{plain, plain_content};
use crate::context::skills;
use crate::error::CoreError;
use crate::session::request::{SkillsOfMessage, UserMessage};
use crate::skills::Skill;
use crate::turn::services::SessionServices;

/// Larger files are not read.
const LARGEST_IMAGE: usize = 20 * 1024 * 1024;
/// A disk that does not answer keeps no turn from starting.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// What a user hands in.
#[derive(Debug)]
pub struct Input {
    pub items: Vec<UserInput>,
    pub client_id: Option<String>,
    /// Where the turn works, whose skills are meant.
    pub cwd: AbsolutePath,
}

/// Reads what a message means, away from the runtime's threads and not for ever.
pub async fn read_input(services: &SessionServices, input: Input) -> Result<UserMessage, CoreError> {
    let (finder, config) = (services.skills.clone(), Arc::clone(&services.config));
    let Input { items, client_id, cwd } = input;
    // Without images, which may be large.
    let names_skills = |item: &&UserInput| matches!(item, UserInput::Text { .. } | UserInput::Skill { .. });
    let for_skills: Vec<UserInput> = items.iter().filter(names_skills).cloned().collect();
    let looked =
        services.group.spawn_blocking(move || skills_for(&for_skills, &finder.find(&config, &cwd).skills));
    let skills = match tokio::time::timeout(LONGEST_LOOK, looked).await {
        Ok(Ok(skills)) => skills,
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("the skills could not be looked through in time; the turn goes on without");
            SkillsOfMessage { list: None, given: missing_of(&items, &[]) }
        }
    };
    let has_files = items.iter().any(|item| matches!(item, UserInput::LocalImage { .. }));
    if !has_files {
        return Ok(UserMessage { content: plain_content(&items), items, client_id, skills });
    }
    let read = services.group.spawn_blocking(move || (content_of(&items), items));
    let (content, items) = read.await.map_err(|error| CoreError::Internal {
        message: "the input could not be read".into(),
        source: Some(Box::new(error)),
    })?;
    Ok(UserMessage { content, items, client_id, skills })
}

fn skills_for(items: &[UserInput], skills: &[Skill]) -> SkillsOfMessage {
    let mut given = Vec::new();
    for skill in skills::named(skills, items) {
        match crate::skills::text(&skill.path) {
            Ok(text) => given.push(skills::given(skill, &text)),
            Err(error) => given.push(skills::given(skill, &format!("[the file cannot be read: {error}]"))),
        }
    }
    given.extend(missing_of(items, skills));
    SkillsOfMessage { list: Some(skills::list(skills)), given }
}

/// What is said in the place of those that the user has chosen and that are not among the skills.
fn missing_of(items: &[UserInput], skills: &[Skill]) -> Vec<ResponseItem> {
    let missing = items.iter().filter_map(|item| match item {
        UserInput::Skill { name, path } => skills::missing(skills, name, path),
        UserInput::Text { .. }
        | UserInput::Image { .. }
        | UserInput::Audio { .. }
        | UserInput::LocalImage { .. }
        | UserInput::LocalAudio { .. }
        | UserInput::Mention { .. } => None,
    });
    missing.collect()
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
