//! Repeatable chance: the same seed gives the same population on every machine and in every version.

/// `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another sequence, which this one and the word decide together.
    pub fn within(&self, word: u64) -> Self {
        let mut mixed = Self(self.0 ^ word.rotate_left(32));
        Self(mixed.next() ^ word)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; zero when the bound is.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        // The bias of the remainder is far below what a population shows.
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// One of several; `None` only of nothing.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A word of characters from an alphabet.
    pub fn word(&mut self, length: usize, alphabet: &str) -> String {
        let alphabet = alphabet.as_bytes();
        (0..length)
            .filter_map(|_| self.pick(alphabet).copied())
            .map(char::from)
            .collect()
    }

    pub fn digits(&mut self, length: usize) -> String {
        self.word(length, "0123456789")
    }

    pub fn hex(&mut self, length: usize) -> String {
        self.word(length, "0123456789abcdef")
    }

    pub fn lower(&mut self, length: usize) -> String {
        self.word(length, "abcdefghijklmnopqrstuvwxyz0123456789")
    }

    pub fn uuid(&mut self) -> String {
        let (first, second, third, last) = (self.hex(8), self.hex(4), self.hex(3), self.hex(12));
        let variant = self.word(1, "89ab");
        let fourth = self.hex(3);
        format!("{first}-{second}-4{third}-{variant}{fourth}-{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_never_changes() {
        // The first output of SplitMix64 for seed 0, as published.
        assert_eq!(Random::new(0).next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(Random::new(7).uuid(), Random::new(7).uuid());
        assert_eq!(Random::new(1).pick::<u8>(&[]), None);
    }
}
