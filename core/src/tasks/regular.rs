//! The ordinary turn: ask the model, run the tools that it calls, show it their outputs, repeat.

use futures::future::BoxFuture;

use crate::base::cancel::Interrupted;
use crate::tasks::SessionTask;
use crate::tasks::sampling::{Sampled, Sampling};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Default)]
pub struct RegularTask {
    /// How many plans the turn has made before.
    pub earlier_plans: usize,
}

impl SessionTask for RegularTask {
    fn run(self: Box<Self>, context: SessionTaskContext) -> BoxFuture<'static, Result<(), Interrupted>> {
        Box::pin(async move {
            let mut sampling = Sampling::new(context, self.earlier_plans);
            loop {
                match sampling.one_response().await? {
                    Sampled::ToolsRan => {}
                    Sampled::Final | Sampled::Failed => return Ok(()),
                }
            }
        })
    }
}
