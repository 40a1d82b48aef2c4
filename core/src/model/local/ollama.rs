//! What Ollama says of its models: `/api/tags` names them, `/api/show` says what one can do.

use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Asked, LocalModel, read};

/// Models that are asked about, and how many at once.
const MOST: usize = 100;
const AT_ONCE: usize = 8;

#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    details: Details,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    family: String,
    parameter_size: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shown {
    /// Absent from older servers.
    capabilities: Option<Vec<String>>,
    model_info: Map<String, Value>,
}

pub(super) async fn models(server: &Asked<'_>) -> Result<Vec<LocalModel>, String> {
    let Ok(tags) = read::<Tags>(server.client.get(format!("{}/api/tags", server.root()))).await else {
        return server.plain_list().await;
    };
    let models = stream::iter(tags.models.into_iter().take(MOST)).map(|tag| described(server, tag));
    Ok(models.buffered(AT_ONCE).filter_map(async |model| model).collect().await)
}

/// None for a model that does not talk.
async fn described(server: &Asked<'_>, tag: Tag) -> Option<LocalModel> {
    let question =
        server.client.post(format!("{}/api/show", server.root())).json(&json!({"model": tag.name}));
    let shown: Shown = read(question).await.unwrap_or_default();
    let can = |what: &str| shown.capabilities.as_ref().map(|all| all.iter().any(|one| one == what));
    if can("completion") == Some(false) {
        return None;
    }
    let mut about = vec![tag.details.family, tag.details.parameter_size];
    if can("tools") == Some(false) {
        about.push("calls no tools".to_owned());
    }
    about.retain(|word| !word.is_empty());
    let architecture = shown.model_info.get("general.architecture").and_then(Value::as_str);
    let window = architecture.and_then(|name| shown.model_info.get(&format!("{name}.context_length")));
    Some(LocalModel { name: tag.name, about, window: window.and_then(Value::as_u64), images: can("vision") })
}
