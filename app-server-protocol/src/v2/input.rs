//! What a user gives to a turn: text, images, sound, references, and what a client adds to them.

use serde::{Deserialize, Serialize};

use super::response_content::FunctionCallOutputBody;
use super::shared::ByteRange;

/// A part of what a user says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum UserInput {
    /// Text.
    Text {
        /// The text.
        text: String,
        /// Stretches of it that stand for something else; the model does not see them.
        #[serde(default)]
        text_elements: Vec<TextElement>,
    },
    /// An image.
    Image {
        /// Where it is.
        #[serde(flatten)]
        source: MediaSource,
        /// How closely the model looks at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
    },
    /// An image in a file on the server's machine.
    LocalImage {
        /// How closely the model looks at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
        /// Path of the file; a relative one counts from the server's directory.
        path: String,
    },
    /// Sound.
    Audio {
        /// Where it is.
        #[serde(flatten)]
        source: MediaSource,
    },
    /// Sound in a file on the server's machine.
    LocalAudio {
        /// Path of the file.
        path: String,
    },
    /// A skill to use.
    Skill {
        /// Its name.
        name: String,
        /// Path of its file.
        path: String,
    },
    /// Something that the user refers to.
    Mention {
        /// Its name.
        name: String,
        /// Where it is: a path, or an address such as `app://…`.
        path: String,
    },
}

/// Where an image or sound is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected either `url` or `fileId`")]
pub enum MediaSource {
    /// At an address.
    Url {
        /// The address; a `data:` URL holds the thing itself.
        url: String,
    },
    /// On the model server.
    File {
        /// Its id there.
        #[serde(rename = "fileId")]
        file_id: String,
    },
}

/// How closely a model looks at an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ImageDetail {
    Auto,
    Low,
    High,
    Original,
}

/// A stretch of text that stands for something else, such as a file that was dropped there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TextElement {
    /// Which stretch.
    pub byte_range: ByteRange,
    /// What to show in its place.
    pub placeholder: Option<String>,
}

/// Something that a client knows beyond the user's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AdditionalContextEntry {
    /// The text for the model.
    pub value: String,
    /// How far it can be trusted.
    pub kind: AdditionalContextKind,
    /// A name for the model to refer to it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How far context can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AdditionalContextKind {
    /// Not at all: somebody else may have written it.
    Untrusted,
    /// As the client itself.
    Application,
}

/// Output of a tool that a client ran by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TurnToolOutput {
    /// Name of the tool.
    pub name: String,
    /// Group of the tool.
    pub namespace: Option<String>,
    /// The output.
    pub output: FunctionCallOutputBody,
    /// Keep it in the history for later turns.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
}

/// A place where commands are to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TurnEnvironmentParams {
    /// Its id.
    pub environment_id: String,
    /// Working directory there.
    pub cwd: String,
    /// Folders that belong to the workspace besides the working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_workspace_roots: Option<Vec<String>>,
}
