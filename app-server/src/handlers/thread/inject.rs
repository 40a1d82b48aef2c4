//! `thread/inject_items`: lets the model see items that neither it nor the user said. No turn is started by that.

use codex_app_server_protocol::method::ThreadInjectItems;
use codex_app_server_protocol::v2::thread_update::{ThreadInjectItemsParams, ThreadInjectItemsResponse};
use codex_protocol::response_item::ResponseItem;
use serde_json::Value;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadInjectItems> for Context {
    fn lane(params: &ThreadInjectItemsParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadInjectItemsParams,
    ) -> Result<Reply<ThreadInjectItemsResponse>, RpcError> {
        if params.items.is_empty() {
            return Err(RpcError::invalid_request("items must not be empty"));
        }
        let thread = self.loaded_thread(&params.thread_id)?;
        let items = params.items.into_iter().enumerate().map(|(number, item)| model_item(number, item));
        let mut items = items.collect::<Result<Vec<ResponseItem>, _>>()?;
        // Of a kind that is not known: taken, and not shown to the model.
        items.retain(|item| *item != ResponseItem::Other);
        if !items.is_empty() {
            thread.conversation.inject(items).await.map_err(|error| thread.ended(error))?;
        }
        Ok(ThreadInjectItemsResponse {}.into())
    }
}

fn model_item(number: usize, item: Value) -> Result<ResponseItem, RpcError> {
    serde_json::from_value(item).map_err(|error| {
        RpcError::invalid_request(format!("items[{number}] is not a valid response item: {error}"))
    })
}
