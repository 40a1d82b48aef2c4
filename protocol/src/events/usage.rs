//! Token counts and limits after a response.

use serde::{Deserialize, Serialize};

use crate::usage::{RateLimitSnapshot, TokenUsageInfo};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenCountEvent {
    pub info: Option<TokenUsageInfo>,
    #[serde(default)]
    pub rate_limits: Option<RateLimitSnapshot>,
}
