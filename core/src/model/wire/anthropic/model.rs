//! What a model's name tells about how it is asked: the versions differ in how they think and how long they answer.

/// How a model is made to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// It does not, or nothing is known about it.
    Never,
    /// Up to a number of tokens.
    Budget,
    /// As much as it finds right for an effort.
    Adaptive,
}

/// Another server's model: it thinks as it likes.
const OTHER_TOKENS: u32 = 16_384;
/// More would leave less of the window for the conversation.
const MOST_TOKENS: u32 = 32_000;
/// The API takes no smaller number.
const FEWEST_TO_THINK: u32 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    pub thinking: Thinking,
    /// The longest answer that is asked for.
    pub max_tokens: u32,
    /// Whether it is one of Anthropic's.
    pub is_claude: bool,
    /// Whether it knows the effort between `high` and `max`.
    has_xhigh: bool,
}

impl Traits {
    pub fn of(model: &str) -> Self {
        let Some(version) = version(model) else {
            let is_claude = model.contains("claude");
            return Self { thinking: Thinking::Never, max_tokens: OTHER_TOKENS, is_claude, has_xhigh: false };
        };
        let (thinking, max_tokens) = match version {
            (..=2, _) | (3, 0..=4) => (Thinking::Never, 4096),
            (3, 5 | 6) => (Thinking::Never, 8192),
            (3, _) | (4, 0..=5) => (Thinking::Budget, MOST_TOKENS),
            (4.., _) => (Thinking::Adaptive, MOST_TOKENS),
        };
        Self { thinking, max_tokens, is_claude: true, has_xhigh: version >= (4, 7) }
    }

    /// The same with answers of at most so many tokens.
    pub fn at_most(self, tokens: i64) -> Self {
        let tokens = u32::try_from(tokens.max(1)).unwrap_or(u32::MAX);
        Self { max_tokens: self.max_tokens.min(tokens), ..self }
    }

    /// The effort in the words of the API; none for no thinking.
    pub fn effort(&self, effort: &str) -> Option<&'static str> {
        Some(match effort {
            "none" => return None,
            "minimal" | "low" => "low",
            "medium" => "medium",
            "xhigh" if self.has_xhigh => "xhigh",
            "xhigh" | "max" => "max",
            _high_or_unknown => "high",
        })
    }

    /// The tokens to think with, some less than the answer may have; none where too few are left for thoughts.
    pub fn budget(&self, effort: &str) -> Option<u32> {
        let wanted: u32 = match self.effort(effort)? {
            "low" => 4_000,
            "medium" => 10_000,
            "high" => 20_000,
            _most => 28_000,
        };
        let budget = wanted.min(self.max_tokens / 8 * 7);
        (budget >= FEWEST_TO_THINK).then_some(budget)
    }
}

/// Major and minor version in names like `claude-opus-4-5-20251101` or `claude-3-5-haiku-latest`.
fn version(model: &str) -> Option<(u32, u32)> {
    let name = model.get(model.find("claude")?..)?;
    let mut words = name.split(['-', '.', '@', ':']).skip_while(|word| number(word).is_none());
    let major = words.next().and_then(number)?;
    Some((major, words.next().and_then(number).unwrap_or_default()))
}

/// A number of a version; longer ones are dates.
fn number(word: &str) -> Option<u32> {
    (word.len() <= 2).then(|| word.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_how_a_model_thinks() {
        for (name, thinking, max_tokens) in [
            ("claude-3-haiku-20240307", Thinking::Never, 4096),
            ("claude-3-5-sonnet-latest", Thinking::Never, 8192),
            ("claude-3-7-sonnet-20250219", Thinking::Budget, 32_000),
            ("claude-opus-4-20250514", Thinking::Budget, 32_000),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Thinking::Budget, 32_000),
            ("anthropic/claude-opus-4.6", Thinking::Adaptive, 32_000),
            ("claude-opus-5", Thinking::Adaptive, 32_000),
            ("claude-sonnet-latest", Thinking::Never, 16_384),
            ("kimi-k2", Thinking::Never, 16_384),
        ] {
            let traits = Traits::of(name);
            assert_eq!((traits.thinking, traits.max_tokens), (thinking, max_tokens), "{name}");
            assert_eq!(traits.is_claude, name.contains("claude"));
        }
    }

    #[test]
    fn efforts_are_put_in_words_and_tokens() {
        let (old, new) = (Traits::of("claude-opus-4-5"), Traits::of("claude-opus-4-7"));
        assert_eq!((old.effort("xhigh"), new.effort("xhigh")), (Some("max"), Some("xhigh")));
        assert_eq!(
            (old.budget("none"), old.budget("minimal"), old.budget("strange")),
            (None, Some(4_000), Some(20_000))
        );
        assert!(old.budget("xhigh").unwrap() < old.max_tokens);
        assert_eq!(old.at_most(8_000).budget("high"), Some(7_000));
        assert_eq!((old.at_most(1_000).max_tokens, old.at_most(1_000).budget("high")), (1_000, None));
        assert_eq!(old.at_most(i64::MAX), old);
    }
}
