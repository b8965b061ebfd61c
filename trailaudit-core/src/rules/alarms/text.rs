//! Texts put together at compile time: what turns a fail into a pass differs by the pattern alone.

/// The commands that have somebody told of what `$pattern` matches.
macro_rules! remediation {
    ($id:literal, $pattern:expr) => {
        crate::rules::alarms::text::joined!(
            "aws sns create-topic --name TOPIC && \
             aws sns subscribe --topic-arn TOPIC_ARN --protocol email --notification-endpoint ADDRESS && ",
            concat!(
                "aws logs put-metric-filter --log-group-name GROUP --filter-name ",
                $id,
                " --filter-pattern '"
            ),
            $pattern,
            concat!(
                "' --metric-transformations metricName=",
                $id,
                ",metricNamespace=TRAILS,metricValue=1 && "
            ),
            concat!(
                "aws cloudwatch put-metric-alarm --alarm-name ",
                $id,
                " --metric-name ",
                $id
            ),
            " --namespace TRAILS --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 \
             --comparison-operator GreaterThanOrEqualToThreshold --treat-missing-data notBreaching \
             --alarm-actions TOPIC_ARN"
        )
    };
}

/// One text of several, which need not be literals.
macro_rules! joined {
    ($($part:expr),+) => {{
        const PARTS: &[&str] = &[$($part),+];
        const BYTES: [u8; crate::rules::alarms::text::length(PARTS)] = crate::rules::alarms::text::join(PARTS);
        match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}

pub(super) use {joined, remediation};

pub(super) const fn length(parts: &[&str]) -> usize {
    let (mut total, mut i) = (0, 0);
    while i < parts.len() {
        total += parts[i].len();
        i += 1;
    }
    total
}

pub(super) const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let (mut bytes, mut at, mut i) = ([0; N], 0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            bytes[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    bytes
}
