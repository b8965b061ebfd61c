//! One of several collections that share an Organization among them, each on a machine of its own.

use std::fmt;
use std::str::FromStr;

use serde_json::{Value, json};
use trailaudit_core::evidence::Digest;
use trailaudit_core::organization::AccountId;

/// Shard `index` of `of`, counted from 1 and written `2/4`.
///
/// Which shard an account falls to depends on its id and the number of shards alone, never on the order of a listing or
/// on what other accounts there are: so shards that list the Organization at different moments still agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    index: u32,
    of: u32,
}

/// What is no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shard is K/N: K from 1 to N, and N at most {}", Shard::MOST)]
pub struct NotAShard;

impl Shard {
    /// The most shards there may be: as many as AWS Batch runs as one array job.
    pub const MOST: u32 = 10_000;

    /// Shard `index` of `of`.
    ///
    /// # Errors
    /// When `index` is not from 1 to `of`, or `of` is more than [`Shard::MOST`].
    pub fn new(index: u32, of: u32) -> Result<Self, NotAShard> {
        if (1..=of).contains(&index) && of <= Self::MOST {
            Ok(Self { index, of })
        } else {
            Err(NotAShard)
        }
    }

    /// Which one, from 1.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether it is the only one, and so the whole.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Whether the account falls to this shard.
    #[must_use]
    pub fn holds(self, account: &AccountId) -> bool {
        Self::holder(account, self.of) == self.index
    }

    /// Which of `of` shards the account falls to: the first eight bytes of the SHA-256 of its id, as a number, modulo
    /// `of`, and one.
    pub(crate) fn holder(account: &AccountId, of: u32) -> u32 {
        let digest = Digest::of(account.as_str().as_bytes());
        let number = digest.as_bytes()[..8]
            .iter()
            .fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        // What is left over is smaller than `of`, which is no more than 32 bits.
        u32::try_from(number % u64::from(of.max(1))).map_or(1, |rest| rest + 1)
    }

    /// As the run log has it.
    pub(crate) fn to_json(self) -> Value {
        json!({"index": self.index, "of": self.of})
    }

    /// What [`Shard::to_json`] wrote; nothing else is read.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let number = |name: &str| u32::try_from(value[name].as_u64()?).ok();
        let shard = Self::new(number("index")?, number("of")?).ok()?;
        (*value == shard.to_json()).then_some(shard)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or(NotAShard)
        };
        let (index, of) = text.split_once('/').ok_or(NotAShard)?;
        Self::new(number(index)?, number(of)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        for text in ["1/1", "2/4", "4/4", "10000/10000"] {
            let shard: Shard = text.parse().unwrap();
            assert_eq!(shard.to_string(), text);
            assert_eq!(Shard::from_json(&shard.to_json()), Some(shard));
        }
        for text in [
            "", "1", "0/1", "2/1", "1/0", "0/0", "-1/2", "+1/2", "1/2/3", " 1/2", "1/2 ", "a/b", "1/10001",
        ] {
            assert_eq!(text.parse::<Shard>(), Err(NotAShard), "{text:?}");
        }
        let others = [
            json!(null),
            json!("1/2"),
            json!({"index": 1}),
            json!({"index": 3, "of": 2}),
            json!({"index": 1, "of": 2, "x": 1}),
        ];
        for value in others {
            assert_eq!(Shard::from_json(&value), None, "{value}");
        }
    }

    /// Checked with `sha256sum` for two, three and seven shards.
    const HOLDERS: [[u32; 3]; 5] = [[2, 1, 3], [1, 2, 5], [2, 3, 5], [1, 3, 7], [1, 2, 1]];

    /// A published rule: shards that two versions collected must not leave an account between them.
    #[test]
    fn who_falls_where_never_changes() {
        let holders = [
            "000000000000",
            "111111111111",
            "222222222222",
            "333333333333",
            "999999999999",
        ]
        .map(|id| [2, 3, 7].map(|of| Shard::holder(&id.into(), of)));
        assert_eq!(holders, HOLDERS);
    }

    #[test]
    fn shards_are_about_as_large_as_each_other() {
        for of in 2..=6 {
            let mut sizes = vec![0_u32; 6];
            for account in 0..6_000_u64 {
                let holder = Shard::holder(&format!("{:012}", account * 7_919).into(), of);
                sizes[holder as usize - 1] += 1;
            }
            let fair = 6_000 / of;
            let (used, unused) = sizes.split_at(of as usize);
            assert!(
                used.iter().all(|size| size.abs_diff(fair) < fair / 5),
                "{of}: {sizes:?}"
            );
            assert!(unused.iter().all(|size| *size == 0), "{of}: {sizes:?}");
        }
    }

    proptest! {
        #[test]
        fn each_account_falls_to_exactly_one_shard(id in "[0-9]{12}", of in 1..=6_u32) {
            let account = AccountId::from(id);
            let holders = (1..=of).filter(|index| Shard::new(*index, of).unwrap().holds(&account));
            prop_assert_eq!(holders.collect::<Vec<_>>(), [Shard::holder(&account, of)]);
        }
    }
}
