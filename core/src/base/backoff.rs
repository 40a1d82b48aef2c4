//! Delays between attempts: 200 ms, doubled each time, spread by a tenth, at most 30 s.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// The delay before the given retry, counted from 1.
pub fn backoff(retry: u32) -> Duration {
    spread(retry, random_unit())
}

fn spread(retry: u32, unit: f64) -> Duration {
    let doubled = FIRST.saturating_mul(2u32.saturating_pow(retry.saturating_sub(1)));
    doubled.min(LONGEST).mul_f64(0.9 + 0.2 * unit)
}

/// A number from 0 to 1; good enough to keep clients apart, not for secrets.
fn random_unit() -> f64 {
    let bytes = *uuid::Uuid::new_v4().as_bytes();
    f64::from(u16::from_le_bytes([bytes[0], bytes[1]])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_and_are_bounded() {
        assert_eq!(spread(1, 0.5), Duration::from_millis(200));
        assert_eq!(spread(3, 0.5), Duration::from_millis(800));
        assert_eq!(spread(1, 0.0), Duration::from_millis(180));
        assert_eq!(spread(60, 0.5), LONGEST);
    }
}
