//! What a user puts into a turn.

use codex_app_server_protocol::error_code::{InputErrorCode, InputErrorData};
use codex_app_server_protocol::v2::input as wire;
use codex_protocol::input::{ByteRange, ImageDetail, TextElement, UserInput};

use super::unsupported;
use crate::error::RpcError;

/// The text of all parts of one input together, in characters.
pub(crate) const MOST_CHARACTERS: u64 = 1024 * 1024;

/// The parts of an input, in order. An empty input stays empty: whether it will do is for the method to say.
pub(crate) fn user_input(parts: Vec<wire::UserInput>) -> Result<Vec<UserInput>, RpcError> {
    let characters: u64 = parts.iter().map(characters_of).sum();
    if characters > MOST_CHARACTERS {
        return Err(RpcError::input_too_large(InputErrorData {
            input_error_code: InputErrorCode::InputTooLarge,
            max_chars: MOST_CHARACTERS,
            actual_chars: characters,
        }));
    }
    parts.into_iter().enumerate().map(|(number, part)| input_part(number, part)).collect()
}

fn characters_of(part: &wire::UserInput) -> u64 {
    match part {
        wire::UserInput::Text { text, .. } => text.chars().count() as u64,
        wire::UserInput::Image { .. }
        | wire::UserInput::LocalImage { .. }
        | wire::UserInput::Audio { .. }
        | wire::UserInput::LocalAudio { .. }
        | wire::UserInput::Skill { .. }
        | wire::UserInput::Mention { .. } => 0,
    }
}

fn input_part(number: usize, part: wire::UserInput) -> Result<UserInput, RpcError> {
    Ok(match part {
        wire::UserInput::Text { text, text_elements } => {
            UserInput::Text { text, text_elements: text_elements.into_iter().map(text_element).collect() }
        }
        wire::UserInput::Image { source, detail } => {
            UserInput::Image { image_url: url(number, source)?, detail: detail.map(image_detail) }
        }
        wire::UserInput::LocalImage { detail, path } => {
            UserInput::LocalImage { path, detail: detail.map(image_detail) }
        }
        wire::UserInput::Audio { source } => UserInput::Audio { audio_url: url(number, source)? },
        wire::UserInput::LocalAudio { path } => UserInput::LocalAudio { path },
        wire::UserInput::Skill { name, path } => UserInput::Skill { name, path },
        wire::UserInput::Mention { name, path } => UserInput::Mention { name, path },
    })
}

fn url(number: usize, source: wire::MediaSource) -> Result<String, RpcError> {
    match source {
        wire::MediaSource::Url { url } => Ok(url),
        wire::MediaSource::File { .. } => {
            Err(unsupported(&format!("input[{number}].fileId"), "send the content as a data URL in `url`"))
        }
    }
}

fn text_element(element: wire::TextElement) -> TextElement {
    let range = element.byte_range;
    TextElement {
        byte_range: ByteRange { start: range.start, end: range.end },
        placeholder: element.placeholder,
    }
}

fn image_detail(detail: wire::ImageDetail) -> ImageDetail {
    match detail {
        wire::ImageDetail::Auto => ImageDetail::Auto,
        wire::ImageDetail::Low => ImageDetail::Low,
        wire::ImageDetail::High => ImageDetail::High,
        wire::ImageDetail::Original => ImageDetail::Original,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;
    use crate::convert::to_wire;

    fn check(parts: Value, expected: Expect) {
        let parts = serde_json::from_value(parts).unwrap();
        expected.assert_eq(&match user_input(parts) {
            Ok(input) => serde_json::to_string(&input).unwrap(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn all_kinds_of_input() {
        check(
            json!([
                {"type": "text", "text": "a", "text_elements": [{"byteRange": {"start": 0, "end": 1}, "placeholder": "p"}]},
                {"type": "image", "url": "data:x", "detail": "low"},
                {"type": "localImage", "path": "a.png"},
                {"type": "audio", "url": "data:y"},
                {"type": "localAudio", "path": "a.wav"},
                {"type": "skill", "name": "s", "path": "/s"},
                {"type": "mention", "name": "m", "path": "app://m"},
            ]),
            expect![[
                r#"[{"type":"text","text":"a","text_elements":[{"byte_range":{"start":0,"end":1},"placeholder":"p"}]},{"type":"image","image_url":"data:x","detail":"low"},{"type":"local_image","path":"a.png"},{"type":"audio","audio_url":"data:y"},{"type":"local_audio","path":"a.wav"},{"type":"skill","name":"s","path":"/s"},{"type":"mention","name":"m","path":"app://m"}]"#
            ]],
        );
        check(json!([]), expect!["[]"]);
    }

    #[test]
    fn a_file_of_the_vendor_is_refused_by_name() {
        check(
            json!([{"type": "text", "text": "a"}, {"type": "image", "fileId": "f"}]),
            expect![
                "`input[1].fileId` is not supported by this server; send the content as a data URL in `url` (-32600)"
            ],
        );
    }

    #[test]
    fn input_comes_back_as_it_was_sent() {
        let parts = json!([
            {"type": "text", "text": "a", "text_elements": []},
            {"type": "image", "url": "data:x", "detail": "original"},
            {"type": "localImage", "path": "a.png"},
            {"type": "skill", "name": "s", "path": "/s"},
        ]);
        let input = user_input(serde_json::from_value(parts.clone()).unwrap()).unwrap();
        let back: Vec<_> = input.into_iter().map(to_wire::input::user_input).collect();
        assert_eq!(serde_json::to_value(back).unwrap(), parts);
    }

    #[test]
    fn too_much_text_is_refused_with_figures() {
        let part = |characters: usize| json!({"type": "text", "text": "ä".repeat(characters)});
        let most = MOST_CHARACTERS as usize;
        let fits = serde_json::from_value(json!([part(most / 2), part(most / 2)])).unwrap();
        assert_eq!(user_input(fits).unwrap().len(), 2);
        let parts = serde_json::from_value(json!([part(most / 2), part(most / 2), part(1)])).unwrap();
        let error = user_input(parts).unwrap_err();
        expect![[r#"{"code":-32602,"message":"the text of `input` has 1048577 characters and may have 1048576; send less, or refer to a file","data":{"input_error_code":"input_too_large","max_chars":1048576,"actual_chars":1048577}}"#]].assert_eq(&serde_json::to_string(&error.object()).unwrap());
    }
}
