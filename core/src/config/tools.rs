//! Which tools are offered beyond the usual ones: the key `web_search` and the table `[tools]`.
//!
//! Data only; `tools::builtin` makes a list of it.

use serde::{Deserialize, Deserializer, Serialize};
use toml::Value;

/// How the model server may search the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebSearchMode {
    Disabled,
    /// In what the server has stored.
    Cached,
    /// On the network, but only pages that the server's index knows.
    Indexed,
    Live,
}

/// The table `[tools]` as written; every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolSettings {
    #[serde(deserialize_with = "search_settings")]
    pub web_search: Option<WebSearchSettings>,
    pub view_image: Option<bool>,
    pub read_file: Option<bool>,
    pub list_dir: Option<bool>,
    pub grep_files: Option<bool>,
}

/// Details of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebSearchSettings {
    /// False for the older switch set to false.
    #[serde(skip)]
    pub is_off: bool,
    pub context_size: Option<ContextSize>,
    pub allowed_domains: Option<Vec<String>>,
    pub location: Option<Location>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContextSize {
    Low,
    Medium,
    High,
}

impl ContextSize {
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub timezone: Option<String>,
}

/// A table; or a switch, as it once was, of which only `false` says something.
fn search_settings<'de, D: Deserializer<'de>>(input: D) -> Result<Option<WebSearchSettings>, D::Error> {
    match Value::deserialize(input)? {
        Value::Boolean(on) => Ok(Some(WebSearchSettings { is_off: !on, ..WebSearchSettings::default() })),
        value => value.try_into().map(Some).map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_a_table_or_a_switch() {
        let read = |text: &str| toml::from_str::<ToolSettings>(text).map(|tools| tools.web_search.unwrap());
        assert!(!read("web_search = true").unwrap().is_off);
        assert!(read("web_search = false").unwrap().is_off);
        let table = read("web_search = { context_size = \"low\", location = { city = \"X\" } }").unwrap();
        assert_eq!(table.context_size, Some(ContextSize::Low));
        assert_eq!(table.location.unwrap().city.as_deref(), Some("X"));
        assert!(
            read("web_search = { context_size = \"huge\" }").unwrap_err().to_string().contains("`medium`")
        );
    }
}
