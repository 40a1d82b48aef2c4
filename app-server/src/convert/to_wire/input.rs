//! A user's input as it is shown back to clients.

use codex_app_server_protocol::v2::input as wire;
use codex_app_server_protocol::v2::shared;
use codex_protocol::input::{ImageDetail, TextElement, UserInput};

pub(crate) fn user_input(input: UserInput) -> wire::UserInput {
    match input {
        UserInput::Text { text, text_elements } => wire::UserInput::Text {
            text,
            text_elements: text_elements.into_iter().map(text_element).collect(),
        },
        UserInput::Image { image_url, detail } => wire::UserInput::Image {
            source: wire::MediaSource::Url { url: image_url },
            detail: detail.map(image_detail),
        },
        UserInput::LocalImage { path, detail } => {
            wire::UserInput::LocalImage { detail: detail.map(image_detail), path }
        }
        UserInput::Audio { audio_url } => {
            wire::UserInput::Audio { source: wire::MediaSource::Url { url: audio_url } }
        }
        UserInput::LocalAudio { path } => wire::UserInput::LocalAudio { path },
        UserInput::Skill { name, path } => wire::UserInput::Skill { name, path },
        UserInput::Mention { name, path } => wire::UserInput::Mention { name, path },
    }
}

fn text_element(element: TextElement) -> wire::TextElement {
    let range = element.byte_range;
    wire::TextElement {
        byte_range: shared::ByteRange { start: range.start, end: range.end },
        placeholder: element.placeholder,
    }
}

fn image_detail(detail: ImageDetail) -> wire::ImageDetail {
    match detail {
        ImageDetail::Auto => wire::ImageDetail::Auto,
        ImageDetail::Low => wire::ImageDetail::Low,
        ImageDetail::High => wire::ImageDetail::High,
        ImageDetail::Original => wire::ImageDetail::Original,
    }
}
