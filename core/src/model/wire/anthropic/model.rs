//! What a model's name tells about how it is asked: the versions differ in how they think. How long they answer is in
//! the catalog.

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

/// The API takes no smaller number.
const FEWEST_TO_THINK: u32 = 1_024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    pub thinking: Thinking,
    /// Whether it is one of Anthropic's.
    pub is_claude: bool,
    /// Whether it knows the effort between `high` and `max`.
    has_xhigh: bool,
    /// Whether it thinks between calls only where that is asked for.
    pub is_to_be_asked_for_more: bool,
}

impl Traits {
    pub fn of(model: &str) -> Self {
        let Some(version) = version(model) else {
            return Self {
                thinking: Thinking::Never,
                is_claude: model.contains("claude"),
                has_xhigh: false,
                is_to_be_asked_for_more: false,
            };
        };
        let thinking = match version {
            (..=2, _) | (3, 0..=6) => Thinking::Never,
            (3, _) | (4, 0..=5) => Thinking::Budget,
            (4.., _) => Thinking::Adaptive,
        };
        Self {
            thinking,
            is_claude: true,
            has_xhigh: version >= (4, 7),
            is_to_be_asked_for_more: thinking == Thinking::Budget && version >= (4, 0),
        }
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
    pub fn budget(&self, effort: &str, answer: u32) -> Option<u32> {
        let wanted: u32 = match self.effort(effort)? {
            "low" => 4_000,
            "medium" => 10_000,
            "high" => 20_000,
            _most => 28_000,
        };
        let budget = wanted.min(answer / 8 * 7);
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
        for (name, thinking, asked_for_more) in [
            ("claude-3-haiku-20240307", Thinking::Never, false),
            ("claude-3-5-sonnet-latest", Thinking::Never, false),
            ("claude-3-7-sonnet-20250219", Thinking::Budget, false),
            ("claude-opus-4-20250514", Thinking::Budget, true),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Thinking::Budget, true),
            ("anthropic/claude-opus-4.6", Thinking::Adaptive, false),
            ("claude-opus-5", Thinking::Adaptive, false),
            ("claude-sonnet-latest", Thinking::Never, false),
            ("kimi-k2", Thinking::Never, false),
        ] {
            let traits = Traits::of(name);
            assert_eq!(
                (traits.thinking, traits.is_to_be_asked_for_more),
                (thinking, asked_for_more),
                "{name}"
            );
            assert_eq!(traits.is_claude, name.contains("claude"));
        }
    }

    #[test]
    fn efforts_are_put_in_words_and_tokens() {
        let (old, new) = (Traits::of("claude-opus-4-5"), Traits::of("claude-opus-4-7"));
        assert_eq!((old.effort("xhigh"), new.effort("xhigh")), (Some("max"), Some("xhigh")));
        let budget = |effort: &str| old.budget(effort, 32_000);
        assert_eq!((budget("none"), budget("minimal"), budget("strange")), (None, Some(4_000), Some(20_000)));
        assert_eq!((budget("medium"), budget("xhigh")), (Some(10_000), Some(28_000)));
        assert_eq!((old.budget("high", 8_000), old.budget("high", 1_000)), (Some(7_000), None));
    }
}
