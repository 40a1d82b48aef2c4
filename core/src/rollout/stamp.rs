//! Times as stored files have them: UTC, RFC 3339, milliseconds.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// Unix milliseconds as lines have them: `2026-11-22T20:51:57.481Z`.
pub fn timestamp(at_ms: i64) -> String {
    let mut text = String::with_capacity(24);
    let time = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    if PRINTER.print_timestamp(&time, &mut text).is_err() {
        text.clear();
    }
    text
}

/// Unix milliseconds of an RFC 3339 time.
pub fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_are_read_in_any_precision() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(1_795_380_717_000), "2026-11-22T20:51:57.000Z");
        assert_eq!(parse("2026-11-22T20:51:57.481Z"), Some(1_795_380_717_481));
        assert_eq!(parse("2026-11-22T21:51:57+01:00"), Some(1_795_380_717_000));
        assert_eq!(parse("yesterday"), None);
    }
}
