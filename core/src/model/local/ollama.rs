//! What Ollama says of its models: `/api/tags` names them, `/api/show` says what one can do, `/api/ps` which ones run
//! and with how much of their windows.

use futures::{StreamExt, future, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Asked, LocalModel, read, readable_ones};

/// Models that are asked about, and how many at once.
const MOST: usize = 100;
const AT_ONCE: usize = 8;

#[derive(Deserialize)]
struct Tags {
    #[serde(deserialize_with = "readable_ones")]
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    details: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shown {
    /// Absent from older servers.
    capabilities: Option<Vec<String>>,
    model_info: Map<String, Value>,
    /// Lines of a name and a value.
    parameters: String,
}

#[derive(Deserialize)]
struct Running {
    #[serde(deserialize_with = "readable_ones")]
    models: Vec<Loaded>,
}

#[derive(Deserialize)]
struct Loaded {
    name: String,
    /// Absent from older servers.
    context_length: u64,
}

pub(super) async fn models(server: &Asked<'_>) -> Result<Vec<LocalModel>, String> {
    let Ok(tags) = read::<Tags>(server.client.get(format!("{}/api/tags", server.root()))).await else {
        return server.plain_list().await;
    };
    let models = stream::iter(tags.models.into_iter().take(MOST)).map(|tag| described(server, tag));
    Ok(models.buffered(AT_ONCE).filter_map(async |model| model).collect().await)
}

pub(super) async fn model(server: &Asked<'_>, name: &str) -> Option<LocalModel> {
    let running = read::<Running>(server.client.get(format!("{}/api/ps", server.root())));
    let (shown, running) = future::join(shown(server, name), running).await;
    let shown = shown.ok()?;
    let full_name = if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
    let loaded =
        running.ok().and_then(|running| running.models.into_iter().find(|one| one.name == full_name));
    Some(LocalModel {
        name: name.to_owned(),
        // What it could have says nothing of what it will be started with.
        window: loaded.map(|model| model.context_length).or_else(|| shown.parameter("num_ctx")),
        output: shown.parameter("num_predict"),
        ..LocalModel::default()
    })
}

async fn shown(server: &Asked<'_>, name: &str) -> Result<Shown, String> {
    read(server.client.post(format!("{}/api/show", server.root())).json(&json!({"model": name}))).await
}

/// None for a model that does not talk.
async fn described(server: &Asked<'_>, tag: Tag) -> Option<LocalModel> {
    let shown = shown(server, &tag.name).await.unwrap_or_default();
    let can = |what: &str| shown.capabilities.as_ref().map(|all| all.iter().any(|one| one == what));
    if can("completion") == Some(false) {
        return None;
    }
    let details = ["family", "parameter_size"].map(|name| tag.details.get(name).and_then(Value::as_str));
    let mut about: Vec<String> = details.into_iter().flatten().map(ToOwned::to_owned).collect();
    if can("tools") == Some(false) {
        about.push("calls no tools".to_owned());
    }
    about.retain(|word| !word.is_empty());
    let (window, output) = (shown.window(), shown.parameter("num_predict"));
    Some(LocalModel { name: tag.name, about, window, output, images: can("vision") })
}

impl Shown {
    /// What is set for the model, else what it could have.
    fn window(&self) -> Option<u64> {
        let architecture = || self.model_info.get("general.architecture").and_then(Value::as_str);
        let most =
            || self.model_info.get(&format!("{}.context_length", architecture()?)).and_then(Value::as_u64);
        self.parameter("num_ctx").or_else(most)
    }

    /// A number that is set for the model. Negative ones stand for no limit.
    fn parameter(&self, name: &str) -> Option<u64> {
        let mut lines = self.parameters.lines();
        let value = lines.find_map(|line| line.trim().strip_prefix(name)?.strip_prefix([' ', '\t']))?;
        value.trim().parse().ok().filter(|number| *number > 0)
    }
}
