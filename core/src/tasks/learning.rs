//! What a turn finds out of its model before it asks it anything.

use std::sync::Arc;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::model::catalog;
use crate::turn::port::SessionTaskContext;

/// Asks a server that can say so how it runs the model: what it reads of a history that is longer is not known.
pub async fn learn_of_model(context: &mut SessionTaskContext) -> Result<(), Interrupted> {
    let services = Arc::clone(&context.services);
    if !services.model.says_what_it_serves() {
        return Ok(());
    }
    let model = context.turn.model.clone();
    let said = or_cancelled(&context.token, services.model.served(&model)).await?;
    let turn = match said {
        Some(served) => {
            let info = catalog::configured_at(&services.config, &model, served);
            Arc::new(context.turn.with_info(info))
        }
        None => Arc::clone(&context.turn),
    };
    context.learned(turn).await
}
