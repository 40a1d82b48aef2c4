//! What LM Studio says of its models, in `/api/v0/models`.

use serde::Deserialize;

use super::{Asked, LocalModel, read};

#[derive(Deserialize)]
struct List {
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
    let Ok(list) = read::<List>(server.client.get(format!("{}/api/v0/models", server.root()))).await else {
        return server.plain_list().await;
    };
    let talking = list.data.into_iter().filter(|entry| entry.kind != "embeddings");
    Ok(talking
        .map(|entry| LocalModel {
            images: Some(entry.kind == "vlm"),
            window: entry.loaded_context_length.or(entry.max_context_length),
            about: entry.arch.into_iter().chain(entry.quantization).collect(),
            name: entry.id,
        })
        .collect())
}
