//! The Regions of the simulated partition.

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Such as `eu-west-1`.
    pub name: String,
    /// Whether an account has to enable it.
    pub opt_in: bool,
}

impl Region {
    /// A Region by its name; whether it is an opt-in Region is looked up in [`REGIONS`].
    #[must_use]
    pub fn named(name: &str) -> Self {
        let opt_in = REGIONS.iter().any(|(known, opt_in)| *known == name && *opt_in);
        Self {
            name: name.to_owned(),
            opt_in,
        }
    }

    /// The status in an account that says nothing about it.
    pub(crate) fn usual_status(&self) -> RegionStatus {
        if self.opt_in {
            RegionStatus::Enabled
        } else {
            RegionStatus::EnabledByDefault
        }
    }
}

/// The status of a Region in an account, as `ListRegions` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionStatus {
    /// Not an opt-in Region.
    EnabledByDefault,
    /// Opted in.
    Enabled,
    /// Being enabled; calls are still refused.
    Enabling,
    /// Being disabled; calls still work.
    Disabling,
    /// Off: the Region knows nothing of the account and calls its credentials invalid.
    Disabled,
}

impl RegionStatus {
    /// Whether the Region accepts the account's credentials.
    pub(crate) fn answers(self) -> bool {
        matches!(self, Self::EnabledByDefault | Self::Enabled | Self::Disabling)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EnabledByDefault => "ENABLED_BY_DEFAULT",
            Self::Enabled => "ENABLED",
            Self::Enabling => "ENABLING",
            Self::Disabling => "DISABLING",
            Self::Disabled => "DISABLED",
        }
    }
}

/// Region names and whether each is an opt-in Region, in the order the simulator takes them.
pub const REGIONS: [(&str, bool); 34] = [
    ("us-east-1", false),
    ("eu-west-1", false),
    ("us-west-2", false),
    ("eu-central-1", false),
    ("us-east-2", false),
    ("ap-southeast-2", false),
    ("ap-northeast-1", false),
    ("ca-central-1", false),
    ("ap-south-1", false),
    ("sa-east-1", false),
    ("eu-north-1", false),
    ("eu-west-2", false),
    ("ap-southeast-1", false),
    ("us-west-1", false),
    ("eu-west-3", false),
    ("ap-northeast-2", false),
    ("ap-northeast-3", false),
    ("af-south-1", true),
    ("eu-south-1", true),
    ("ap-east-1", true),
    ("me-south-1", true),
    ("me-central-1", true),
    ("eu-south-2", true),
    ("eu-central-2", true),
    ("ap-south-2", true),
    ("ap-southeast-3", true),
    ("ap-southeast-4", true),
    ("il-central-1", true),
    ("ca-west-1", true),
    ("ap-southeast-5", true),
    ("mx-central-1", true),
    ("ap-southeast-7", true),
    ("ap-east-2", true),
    ("ap-southeast-6", true),
];
