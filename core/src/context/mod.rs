//! What the model is shown.

pub mod project_doc;
