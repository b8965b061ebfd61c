//! Which trails an account sees in a Region, and how one is named.

use crate::arn::Arn;
use crate::refusal::Refusal;
use crate::respond::Request;
use crate::world::Trail;

/// A trail as one account sees it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub trail: &'a Trail,
    /// The account that owns it: for an organization trail the management account, whoever looks.
    pub owner: &'a str,
    /// A replication: of a multi-Region trail in another Region, or of an organization trail in a member account.
    pub shadow: bool,
}

/// How a request names a trail.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Name(&'a str),
    Arn { text: &'a str, account: &'a str },
}

impl Seen<'_> {
    pub fn arn(&self) -> String {
        self.trail.arn(self.owner)
    }
}

/// The trails of the Region, shadow trails included.
pub(super) fn seen_in<'a>(request: &Request<'a>, region: &'a str) -> impl Iterator<Item = Seen<'a>> {
    every(request)
        .filter(move |seen| seen.trail.records_in(region))
        .filter_map(move |seen| {
            let copy = seen.owner != request.account_id();
            if copy && !request.caller.account.has_copy(&seen.arn(), region) {
                return None;
            }
            Some(Seen {
                shadow: copy || seen.trail.home_region != region,
                ..seen
            })
        })
}

/// Every trail of the account, own or copied, wherever it is.
pub(super) fn every<'a>(request: &Request<'a>) -> impl Iterator<Item = Seen<'a>> {
    let world = request.world;
    let account = request.caller.account;
    let owner = world.management_account();
    let own = account.trails.iter().map(|trail| Seen {
        trail,
        owner: &account.id,
        shadow: false,
    });
    let copies = world.organization_trails().filter(move |trail| {
        // An organization trail whose home is an opt-in Region reaches only accounts that enabled that Region.
        let home = world.region_status(account, &trail.home_region);
        account.id != owner && home.is_some_and(crate::world::RegionStatus::answers)
    });
    own.chain(copies.map(move |trail| Seen {
        trail,
        owner,
        shadow: true,
    }))
}

/// The trail a request names. A bare name is looked for among the trails of this account and Region only; a shadow
/// trail has to be named by its ARN.
pub(super) fn find<'a>(request: &Request<'a>, text: &str) -> Result<Seen<'a>, Refusal> {
    let named = Named::parse(text)?;
    let found = seen_in(request, request.region).find(|seen| named.is(seen));
    found.ok_or_else(|| unknown(request, text))
}

/// As [`find`], for what only the owner is told.
pub(super) fn find_owned<'a>(request: &Request<'a>, text: &str) -> Result<Seen<'a>, Refusal> {
    if let Named::Arn { account, .. } = Named::parse(text)? {
        refuse_foreign(request, account)?;
    }
    find(request, text)
}

/// Refuses an ARN of another account.
pub(super) fn refuse_foreign(request: &Request<'_>, account: &str) -> Result<(), Refusal> {
    let caller = request.account_id();
    if account == caller {
        return Ok(());
    }
    let message = format!("The AccountID in ARN is wrong, you can only access resources with AccountID {caller}.");
    Err(Refusal::client("CloudTrailARNInvalidException", message))
}

impl<'a> Named<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        if text.starts_with("arn:") {
            let arn = Arn::parse(text).filter(|arn| arn.service == "cloudtrail" && arn.resource.starts_with("trail/"));
            let invalid = || Refusal::client("CloudTrailARNInvalidException", format!("Invalid ARN: {text}"));
            return arn
                .map(|arn| Self::Arn {
                    text,
                    account: arn.account,
                })
                .ok_or_else(invalid);
        }
        let word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.is_empty() {
            return Err(Refusal::client(
                "InvalidTrailNameException",
                "Trail name cannot be blank!",
            ));
        }
        if !(3..=128).contains(&text.len()) || !text.bytes().all(word) {
            let message = "Trail name must be between 3 and 128 letters, numbers, periods, underscores and dashes.";
            return Err(Refusal::client("InvalidTrailNameException", message));
        }
        Ok(Self::Name(text))
    }

    pub fn is(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Name(name) => !seen.shadow && seen.trail.name == *name,
            Self::Arn { text, .. } => seen.arn() == *text,
        }
    }
}

fn unknown(request: &Request<'_>, text: &str) -> Refusal {
    let account = request.account_id();
    Refusal::client(
        "TrailNotFoundException",
        format!("Unknown trail: {text} for the user: {account}"),
    )
}
