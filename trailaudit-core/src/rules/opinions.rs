//! What several readings of a provider amount to together.

use crate::observed::{Gap, Opinion};
use crate::rule::{Ruling, fail, inconclusive, pass};

/// How many readings a reason tells.
const TOLD: usize = 4;

/// Wants every reading to say yes. One that says no decides, whatever could not be read of the others.
pub(super) fn all_wanted(readings: impl IntoIterator<Item = Result<Opinion, Gap>>) -> Ruling {
    let (mut yes, mut no, mut unclear) = (Vec::new(), Vec::new(), Vec::new());
    let mut unread = None;
    for reading in readings {
        match reading {
            Ok(Opinion::Yes(how)) => yes.push(how),
            Ok(Opinion::No(why)) => no.push(why),
            Ok(Opinion::Unclear(why)) => unclear.push(why),
            Err(gap) => _ = unread.get_or_insert(gap),
        }
    }
    match unread {
        _ if !no.is_empty() => fail(told(no)),
        Some(gap) => Err(gap),
        None if !unclear.is_empty() => inconclusive(told(unclear)),
        None => pass(told(yes)),
    }
}

/// Each reason once, and of many the first few.
fn told(mut reasons: Vec<String>) -> String {
    let mut seen = std::collections::BTreeSet::new();
    reasons.retain(|reason| seen.insert(reason.clone()));
    let more = reasons.len().saturating_sub(TOLD);
    reasons.truncate(TOLD);
    if more > 0 {
        reasons.push(format!("and {more} more"));
    }
    reasons.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Observed;
    use crate::rule::Verdict;

    #[test]
    fn a_no_decides_then_a_gap_then_what_nobody_can_tell() {
        let yes = |how: &str| Ok(Opinion::Yes(how.into()));
        let no = || Ok(Opinion::No("no".into()));
        let unclear = || Ok(Opinion::Unclear("perhaps".into()));
        let unread = || match Observed::<Opinion>::not_collected("it") {
            Observed::Unknown(gap) => Err(gap),
            Observed::Known { .. } => unclear(),
        };
        let verdict = |readings: Vec<Result<Opinion, Gap>>| all_wanted(readings).map(|decision| decision.verdict);
        assert_eq!(
            verdict(vec![yes("a"), unread(), unclear(), no()]).ok(),
            Some(Verdict::Fail)
        );
        assert!(verdict(vec![yes("a"), unclear(), unread()]).is_err());
        assert_eq!(verdict(vec![yes("a"), unclear()]).ok(), Some(Verdict::Inconclusive));
        let many = all_wanted(["a", "b", "a", "c", "d", "e", "f"].map(yes)).unwrap();
        assert_eq!((many.verdict, &*many.reason), (Verdict::Pass, "a; b; c; d; and 2 more"));
    }
}
