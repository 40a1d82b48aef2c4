//! What the model is shown: history, environment, instructions. Values in, values out.

pub mod compact;
pub mod environment;
pub mod goal;
pub mod goal_texts;
pub mod history;
pub mod input;
pub mod instructions;
pub mod modes;
pub mod normalize;
pub mod project_doc;
pub mod review;
pub mod skills;
pub mod tokens;
pub mod truncate;
