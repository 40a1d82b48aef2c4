//! A number in the arguments of a tool that counts from 1. Models also write whole numbers as `5.0`.

use serde::{Deserialize, Deserializer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(usize);

impl Count {
    pub fn of(count: usize) -> Self {
        Self(count)
    }

    pub fn one() -> Self {
        Self(1)
    }

    pub fn get(self) -> usize {
        self.0
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let whole = number.as_u64().or_else(|| {
            let float =
                number.as_f64().filter(|float| float.fract() == 0.0 && (0.0..1e15).contains(float))?;
            format!("{float:.0}").parse().ok()
        });
        let count = whole.and_then(|whole| usize::try_from(whole).ok()).filter(|count| *count > 0);
        count
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("{number} is not a whole number above 0")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_above_zero_are_taken() {
        let read = |text: &str| {
            serde_json::from_str::<Count>(text).map(Count::get).map_err(|error| error.to_string())
        };
        assert_eq!((read("7"), read("7.0")), (Ok(7), Ok(7)));
        for wrong in ["0", "-1", "1.5", "1e30", "\"1\"", "null"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read("0").unwrap_err().contains("0 is not a whole number above 0"));
    }
}
