//! What LM Studio says of its models, in `/api/v0/models`.

use serde::Deserialize;

use super::{Asked, LocalModel, read, readable_ones};

#[derive(Deserialize)]
struct List {
    #[serde(deserialize_with = "readable_ones")]
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    /// `llm`, `vlm` or `embeddings`.
    #[serde(default, rename = "type")]
    kind: String,
    arch: Option<String>,
    quantization: Option<String>,
    max_context_length: Option<u64>,
    /// What it was loaded with; less than it could have.
    loaded_context_length: Option<u64>,
}

pub(super) async fn models(server: &Asked<'_>) -> Result<Vec<LocalModel>, String> {
    match own_list(server, |entry| entry.loaded_context_length.or(entry.max_context_length)).await {
        Ok(models) => Ok(models),
        Err(_) => server.plain_list().await,
    }
}

pub(super) async fn model(server: &Asked<'_>, name: &str) -> Option<LocalModel> {
    // What it could have says nothing of what it will be loaded with.
    let models = own_list(server, |entry| entry.loaded_context_length).await.ok()?;
    models.into_iter().find(|model| model.name == name)
}

async fn own_list(server: &Asked<'_>, window: fn(&Entry) -> Option<u64>) -> Result<Vec<LocalModel>, String> {
    let list: List = read(server.client.get(format!("{}/api/v0/models", server.root()))).await?;
    let talking = list.data.into_iter().filter(|entry| entry.kind != "embeddings");
    Ok(talking
        .map(|entry| LocalModel {
            images: Some(entry.kind == "vlm"),
            window: window(&entry),
            output: None,
            about: entry.arch.into_iter().chain(entry.quantization).collect(),
            name: entry.id,
        })
        .collect())
}
