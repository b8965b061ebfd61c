//! Archives put together field by field as the bytes say: what chance does not find, headers that agree on something
//! odd, is reached this way.

use super::archives;
use super::crafted::{Raw, Wide, Zip, extra, wide};

/// Names that a package may have, in any combination.
const GOOD: [&str; 6] = ["manifest.json", "a/b/c", "a/b/d", "a-b", "A", "f.gz"];

const NAMES: [&str; 12] = [
    "a",
    "a/b",
    "pkg/manifest.json",
    "pkg/a",
    "pkg/a/b",
    "my pkg/manifest.json",
    "../a",
    "/a",
    "a//b",
    "a\\b",
    "a.",
    "\u{e4}",
];

pub fn crafted(bytes: &[u8]) {
    let mut program = Program(bytes);
    let mut zip = Zip::default();
    let entries = program.next() % 6;
    for _ in 0..entries {
        let raw = program.entry();
        zip.push(raw);
    }
    if program.next() % 4 == 0 {
        zip.wide = Some(Wide::default());
    }
    let files = archives::zip(&zip.build());
    // Nothing is wrong with it yet but its names, of which only these can be wrong.
    let names: Vec<_> = zip
        .entries
        .iter()
        .map(|raw| String::from_utf8(raw.central.name.clone()).unwrap())
        .collect();
    let is_good = |name: &String| name == "d/e/" || GOOD.contains(&name.as_str());
    let is_unique = |i: usize| !names[..i].contains(&names[i]);
    if names.iter().all(is_good) && (0..names.len()).all(is_unique) {
        assert!(files.is_some(), "{names:?}");
    }
    // Read from the other end, so that there is something left of them.
    let reversed: Vec<_> = bytes.iter().rev().copied().collect();
    let mut edits = Program(&reversed);
    let number = edits.next() % 4;
    for _ in 0..number {
        edits.edit(&mut zip);
    }
    if let Some(files) = archives::zip(&zip.build()) {
        let all = zip
            .entries
            .iter()
            .filter(|raw| !raw.central.name.ends_with(b"/"))
            .count();
        assert_eq!(files, all, "each entry is a file of its own");
    }
}

pub fn programs() -> Vec<Vec<u8>> {
    // Each byte decides something else, so any mixture will do.
    let program = |i: u8| (0..96_u8).map(|j| j.wrapping_mul(2 * i + 1) ^ i).collect();
    (0..32).map(program).collect()
}

/// Bytes as choices; zeros when they end.
struct Program<'a>(&'a [u8]);

impl Program<'_> {
    fn next(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.next() % 16).min(self.0.len());
        let (head, rest) = self.0.split_at(length);
        self.0 = rest;
        head.to_vec()
    }

    /// Mostly values at an edge.
    fn value(&mut self) -> u32 {
        let small = u32::from(self.next());
        match self.next() % 6 {
            0 => small,
            1 => u32::MAX - small,
            2 => 0xffff - small,
            3 => small << 8,
            4 => small << 16,
            _ => small << 24,
        }
    }

    fn entry(&mut self) -> Raw {
        let which = usize::from(self.next());
        let name = match which % 8 {
            0 => NAMES[which / 8 % NAMES.len()],
            _ => GOOD[which / 8 % GOOD.len()],
        };
        let mut raw = match self.next() % 4 {
            0 => Raw::stored(name, &self.bytes()),
            1 => Raw::deflated(name, &self.bytes()),
            2 => Raw::folder("d/e/"),
            _ => Raw::deflated(name, &[self.next(); 600]),
        };
        let how = self.next();
        if how & 1 != 0 && !raw.central.name.ends_with(b"/") {
            raw = raw.streamed(how & 2 != 0, how & 4 != 0);
        }
        if how & 8 != 0 {
            raw.both(|header| header.extra = extra(0x5455, b"\x01\0\0\0\0"));
        }
        if how & 16 != 0 {
            let (size, compressed) = (raw.central.size, raw.central.compressed);
            let local = [raw.local.size, raw.local.compressed].map(u64::from);
            raw.local.extra.extend(wide(&local));
            raw.central.extra.extend(wide(&[size, compressed].map(u64::from)));
            raw.both(|header| (header.size, header.compressed) = (u32::MAX, u32::MAX));
        }
        raw
    }

    fn edit(&mut self, zip: &mut Zip) {
        let (what, which, value) = (self.next(), usize::from(self.next()), self.value());
        let word = u16::try_from(value & 0xffff).unwrap_or(0);
        let bytes = self.bytes();
        let count = zip.entries.len();
        if what % 32 >= 20 || count == 0 {
            match what % 6 {
                0 => zip.end[which % 6] = Some(value),
                1 => zip.before_directory = bytes,
                2 => zip.in_directory = bytes,
                3 => zip.after = bytes,
                4 => zip.wide.get_or_insert_default().end[which % 4] = Some(value.into()),
                _ => zip.wide.get_or_insert_default().locator[which % 3] = Some(value.into()),
            }
            return;
        }
        if what % 32 == 0 {
            let again = zip.entries[which % count].clone();
            zip.push(again);
            return;
        }
        let raw = &mut zip.entries[which % count];
        match what % 32 {
            1 => raw.both(|header| header.size = value),
            2 => raw.both(|header| header.compressed = value),
            3 => raw.both(|header| header.crc = value),
            4 => raw.both(|header| header.method = word),
            5 => raw.both(|header| header.flags ^= word),
            6 => raw.both(|header| header.version = word),
            7 => raw.both(|header| header.name.clone_from(&bytes)),
            8 => raw.both(|header| header.extra.clone_from(&bytes)),
            9 => raw.local.extra = wide(&[value.into(), word.into()]),
            10 => raw.central.extra = wide(&[value.into(), word.into()]),
            11 => raw.local.size = value,
            12 => raw.central.compressed = value,
            13 => raw.data = bytes,
            14 => raw.behind = bytes,
            15 => raw.before = bytes,
            16 => raw.offset = Some(value),
            17 => raw.attributes = value,
            18 => raw.central.name = bytes,
            _ => raw.comment = bytes,
        }
    }
}
