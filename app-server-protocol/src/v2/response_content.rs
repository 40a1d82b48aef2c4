//! What items in the form of the model server are made of: contents of messages, reasoning and outputs, and
//! actions of built-in tools. Clients meet some of it in outputs that they supply for a turn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::ImageDetail;

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ContentItem {
    /// Text for the model.
    InputText {
        /// The text.
        text: String,
    },
    /// An image for the model.
    InputImage {
        /// Where it is.
        #[serde(flatten)]
        source: ModelImageSource,
        /// How closely the model looks at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
    },
    /// Sound for the model.
    InputAudio {
        /// Where it is.
        #[serde(flatten)]
        source: ModelAudioSource,
    },
    /// Text of the model.
    OutputText {
        /// The text.
        text: String,
        /// Notes on stretches of it, such as sources.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        annotations: Option<Vec<Value>>,
        /// Probabilities of its tokens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        logprobs: Option<Vec<Value>>,
    },
}

/// A part of a message between agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AgentMessageInputContent {
    /// Text.
    InputText {
        /// The text.
        text: String,
    },
    /// Content that only the model server can read.
    EncryptedContent {
        /// Content that only the model server can read.
        encrypted_content: String,
    },
}

/// A part of a model's thinking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ReasoningItemContent {
    /// Text.
    ReasoningText {
        /// The text.
        text: String,
    },
    /// Text, by its older name.
    Text {
        /// The text.
        text: String,
    },
}

/// A part of what a model says about its thinking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ReasoningItemReasoningSummary {
    /// Text.
    SummaryText {
        /// The text.
        text: String,
    },
}

/// What the built-in shell tool is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum LocalShellAction {
    /// Run a command.
    Exec {
        /// Program and arguments.
        command: Vec<String>,
        /// Variables of its environment.
        env: Option<BTreeMap<String, String>>,
        /// Milliseconds after which it is ended.
        timeout_ms: Option<u64>,
        /// User to run it as.
        user: Option<String>,
        /// Its working directory.
        working_directory: Option<String>,
    },
}

/// How far a call of the built-in shell tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LocalShellStatus {
    Completed,
    InProgress,
    Incomplete,
}

/// What a model server does on the web.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ResponsesApiWebSearchAction {
    /// Searches.
    Search {
        /// What for, if it is several things.
        queries: Option<Vec<String>>,
        /// What for.
        query: Option<String>,
    },
    /// Opens a page.
    OpenPage {
        /// Address of the page.
        url: Option<String>,
    },
    /// Searches in a page.
    FindInPage {
        /// What for.
        pattern: Option<String>,
        /// Address of the page.
        url: Option<String>,
    },
    /// Something else.
    Other,
}

/// How much a model thinks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationReasoning {
    /// The effort, by its name.
    pub effort: String,
}

/// Bookkeeping of the vendor that goes along with an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct InternalChatMessageMetadataPassthrough {
    /// The turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
}

/// Output of a tool: one text, or several parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected a text or a list of content items")]
pub enum FunctionCallOutputBody {
    /// One text.
    Text(String),
    /// Several parts.
    Content(Vec<FunctionCallOutputContentItem>),
}

/// A part of a tool's output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FunctionCallOutputContentItem {
    /// Text.
    InputText {
        /// The text.
        text: String,
    },
    /// An image.
    InputImage {
        /// Where it is.
        #[serde(flatten)]
        source: ModelImageSource,
        /// How closely the model looks at it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<ImageDetail>,
    },
    /// Sound.
    InputAudio {
        /// Where it is.
        #[serde(flatten)]
        source: ModelAudioSource,
    },
    /// Content that only the model server can read.
    EncryptedContent {
        /// Content that only the model server can read.
        encrypted_content: String,
    },
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected either `image_url` or `file_id`")]
pub enum ModelImageSource {
    /// At an address.
    Url {
        /// The address; a `data:` URL holds the image itself.
        image_url: String,
    },
    /// On the model server.
    File {
        /// Its id there.
        file_id: String,
    },
}

/// Where sound is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected either `audio_url` or `file_id`")]
pub enum ModelAudioSource {
    /// At an address.
    Url {
        /// The address; a `data:` URL holds the sound itself.
        audio_url: String,
    },
    /// On the model server.
    File {
        /// Its id there.
        file_id: String,
    },
}
