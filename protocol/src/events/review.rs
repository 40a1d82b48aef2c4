//! The end of a review.

use serde::{Deserialize, Serialize};

use crate::review::ReviewOutput;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExitedReviewModeEvent {
    /// Null when the review was interrupted.
    pub review_output: Option<ReviewOutput>,
}
