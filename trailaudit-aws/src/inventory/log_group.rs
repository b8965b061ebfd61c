//! A log group as `DescribeLogGroups` shows it.

use trailaudit_core::evidence::Answer;
use trailaudit_core::log_group::LogGroup;
use trailaudit_core::observed::{Gap, GapReason, Observed};
use trailaudit_core::organization::LogGroupId;
use trailaudit_core::{EvidenceId, Exchange};

use super::{call_of, gap_of};

/// A log group that is there.
#[derive(Debug)]
pub(super) struct AwsLogGroup(LogGroupId);

impl LogGroup for AwsLogGroup {
    fn id(&self) -> &LogGroupId {
        &self.0
    }
}

/// What one `DescribeLogGroups` with a whole name as prefix shows: the groups come sorted, so the one of exactly that
/// name, if there is one, comes first. Another one that merely begins so is not it.
pub(super) fn observed(
    partition: &str,
    id: EvidenceId,
    exchange: &Exchange,
) -> Option<(LogGroupId, Observed<Option<AwsLogGroup>>)> {
    let name = exchange.parameters["logGroupNamePrefix"].as_str()?;
    let Exchange { account, region, .. } = exchange;
    let group = LogGroupId::from(format!("arn:{partition}:logs:{region}:{account}:log-group:{name}"));
    let shown = match &exchange.answer {
        Answer::Ok(answer) => match answer["logGroups"].as_array().map(Vec::as_slice) {
            Some([first, ..]) if first["logGroupName"] == name => Observed::known(Some(AwsLogGroup(group.clone())), id),
            // An empty page that goes on says nothing yet.
            Some([]) | None if answer["nextToken"].is_string() => {
                let why = GapReason::Unreadable("the answer is an empty page that goes on".into());
                Observed::Unknown(Gap {
                    wanted: "the log group",
                    call: Some(Box::new(call_of(exchange))),
                    why,
                    evidence: Some(id),
                })
            }
            Some(_) => Observed::known(None, id),
            None => Observed::Unknown(gap_of(exchange, id, "the log group")),
        },
        Answer::Error { .. } => Observed::Unknown(gap_of(exchange, id, "the log group")),
    };
    Some((group, shown))
}
