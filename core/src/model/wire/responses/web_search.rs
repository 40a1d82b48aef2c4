//! The search of the model server as this wire writes it.

use serde::Serialize;

use crate::model::tool_spec::{WebSearchLocation, WebSearchTool};

#[derive(Serialize)]
pub(super) struct WebSearch<'a> {
    external_web_access: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    indexed_web_access: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Filters<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<UserLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_context_size: Option<&'a str>,
}

#[derive(Serialize)]
struct Filters<'a> {
    allowed_domains: &'a [String],
}

#[derive(Serialize)]
struct UserLocation<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'a str>,
}

impl<'a> From<&'a WebSearchTool> for WebSearch<'a> {
    fn from(tool: &'a WebSearchTool) -> Self {
        let location = |place: &'a WebSearchLocation| UserLocation {
            r#type: "approximate",
            country: place.country.as_deref(),
            region: place.region.as_deref(),
            city: place.city.as_deref(),
            timezone: place.timezone.as_deref(),
        };
        Self {
            external_web_access: tool.external_web_access,
            indexed_web_access: tool.indexed_web_access,
            filters: (!tool.allowed_domains.is_empty())
                .then_some(Filters { allowed_domains: &tool.allowed_domains }),
            user_location: tool.location.as_ref().map(location),
            search_context_size: tool.context_size.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_is_not_set_is_left_out() {
        let shown = |tool: &WebSearchTool| serde_json::to_string(&WebSearch::from(tool)).unwrap();
        expect![[r#"{"external_web_access":false}"#]].assert_eq(&shown(&WebSearchTool::default()));
        let location = WebSearchLocation { city: Some("X".into()), ..WebSearchLocation::default() };
        expect![[r#"{"external_web_access":true,"indexed_web_access":true,"filters":{"allowed_domains":["a.b"]},"user_location":{"type":"approximate","city":"X"},"search_context_size":"low"}"#]].assert_eq(&shown(&WebSearchTool {
            external_web_access: true,
            indexed_web_access: true,
            allowed_domains: vec!["a.b".into()],
            location: Some(location),
            context_size: Some("low".into()),
        }));
    }
}
