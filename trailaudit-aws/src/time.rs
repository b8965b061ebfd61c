//! How times are written.

use jiff::Timestamp;

/// RFC 3339 in UTC with milliseconds, such as `2026-11-22T03:00:00.000Z`.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(
            rfc3339("2026-11-22T03:00:00Z".parse().unwrap()),
            "2026-11-22T03:00:00.000Z"
        );
        assert_eq!(
            rfc3339("2026-11-22T03:00:00.1239Z".parse().unwrap()),
            "2026-11-22T03:00:00.123Z"
        );
    }
}
