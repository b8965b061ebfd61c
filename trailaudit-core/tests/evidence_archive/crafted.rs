//! Archives made by hand, field by field, so that each can be wrong.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

pub const STREAMED: u16 = 8;

/// An archive about to be put together.
#[derive(Clone, Default)]
pub struct Zip {
    pub entries: Vec<Raw>,
    pub before_directory: Vec<u8>,
    pub in_directory: Vec<u8>,
    /// The end record: parts, entries here, entries, length, start; `None` is what is right.
    pub end: [Option<u32>; 6],
    pub comment: Vec<u8>,
    pub wide: Option<Wide>,
    pub after: Vec<u8>,
}

/// The 64-bit end record and its locator; `None` is what is right.
#[derive(Clone, Default)]
pub struct Wide {
    pub record_length: Option<u64>,
    pub parts: [u32; 2],
    pub end: [Option<u64>; 4],
    pub before_locator: Vec<u8>,
    pub locator: [Option<u64>; 3],
}

#[derive(Clone)]
pub struct Raw {
    pub before: Vec<u8>,
    pub local: Header,
    pub data: Vec<u8>,
    pub behind: Vec<u8>,
    pub central: Header,
    pub comment: Vec<u8>,
    pub part: u16,
    pub attributes: u32,
    pub offset: Option<u32>,
}

#[derive(Clone)]
pub struct Header {
    pub signature: u32,
    pub version: u16,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub compressed: u32,
    pub size: u32,
    pub name: Vec<u8>,
    pub extra: Vec<u8>,
}

impl Zip {
    /// `manifest.json` and `a`, deflated.
    pub fn new() -> Self {
        let entries = vec![Raw::deflated("manifest.json", b"{}"), Raw::deflated("a", b"aaaaaaaaaa")];
        Self {
            entries,
            ..Self::default()
        }
    }

    pub fn a(&mut self) -> &mut Raw {
        &mut self.entries[1]
    }

    pub fn push(&mut self, raw: Raw) {
        self.entries.push(raw);
    }

    pub fn build(&self) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for raw in &self.entries {
            out.extend(&raw.before);
            let offset = raw.offset.unwrap_or(word(out.len()));
            raw.local.write(&[], &mut out);
            out.extend(&raw.local.extra);
            out.extend(&raw.data);
            out.extend(&raw.behind);
            let mut tail = Vec::new();
            tail.extend(u16::try_from(raw.comment.len()).unwrap().to_le_bytes());
            tail.extend(raw.part.to_le_bytes());
            tail.extend([0; 2]);
            tail.extend(raw.attributes.to_le_bytes());
            tail.extend(offset.to_le_bytes());
            raw.central.write(&tail, &mut directory);
            directory.extend(&raw.central.extra);
            directory.extend(&raw.comment);
        }
        out.extend(&self.before_directory);
        directory.extend(&self.in_directory);
        let start = out.len();
        let right = [self.entries.len(), self.entries.len(), directory.len(), start];
        out.extend(directory);
        if let Some(wide) = &self.wide {
            wide.write(right, &mut out);
        }
        out.extend(0x0605_4b50_u32.to_le_bytes());
        let right = [&[0, 0], &right[..]].concat();
        for (i, (right, wrong)) in right.into_iter().zip(self.end).enumerate() {
            let value = wrong.unwrap_or(word(right)).to_le_bytes();
            out.extend(if i < 4 { &value[..2] } else { &value[..] });
        }
        out.extend(u16::try_from(self.comment.len()).unwrap().to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.after);
        out
    }
}

impl Wide {
    fn write(&self, right: [usize; 4], out: &mut Vec<u8>) {
        let start = out.len() as u64;
        out.extend(0x0606_4b50_u32.to_le_bytes());
        out.extend(self.record_length.unwrap_or(44).to_le_bytes());
        out.extend([45, 0, 45, 0]);
        out.extend(self.parts.iter().flat_map(|part| part.to_le_bytes()));
        for (right, wrong) in right.into_iter().zip(self.end) {
            out.extend(wrong.unwrap_or(right as u64).to_le_bytes());
        }
        out.extend(&self.before_locator);
        out.extend(0x0706_4b50_u32.to_le_bytes());
        let [part, at, parts] = self.locator;
        out.extend(&part.unwrap_or(0).to_le_bytes()[..4]);
        out.extend(at.unwrap_or(start).to_le_bytes());
        out.extend(&parts.unwrap_or(1).to_le_bytes()[..4]);
    }
}

impl Raw {
    pub fn stored(name: &str, content: &[u8]) -> Self {
        Self::packed(name, 0, content, content.to_vec())
    }

    pub fn deflated(name: &str, content: &[u8]) -> Self {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::new(6));
        deflate.write_all(content).unwrap();
        Self::packed(name, 8, content, deflate.finish().unwrap())
    }

    pub fn folder(name: &str) -> Self {
        Self {
            attributes: 0o040_755 << 16 | 0x10,
            ..Self::stored(name, b"")
        }
    }

    fn packed(name: &str, method: u16, content: &[u8], data: Vec<u8>) -> Self {
        let mut crc = Crc::new();
        crc.update(content);
        let local = Header {
            signature: 0x0403_4b50,
            version: 20,
            flags: 0,
            method,
            crc: crc.sum(),
            compressed: word(data.len()),
            size: word(content.len()),
            name: name.into(),
            extra: Vec::new(),
        };
        Self {
            before: Vec::new(),
            central: Header {
                signature: 0x0201_4b50,
                ..local.clone()
            },
            local,
            data,
            behind: Vec::new(),
            comment: Vec::new(),
            part: 0,
            attributes: 0o100_644 << 16,
            offset: None,
        }
    }

    /// Both headers alike.
    pub fn both(&mut self, change: impl Fn(&mut Header)) {
        change(&mut self.local);
        change(&mut self.central);
    }

    /// As written into a pipe: nothing in front, everything behind, with or without signature, in 32 or 64 bits.
    pub fn streamed(mut self, has_signature: bool, is_wide: bool) -> Self {
        self.both(|header| header.flags |= STREAMED);
        let central = &self.central;
        if has_signature {
            self.behind.extend(0x0807_4b50_u32.to_le_bytes());
        }
        self.behind.extend(central.crc.to_le_bytes());
        for size in [central.compressed, central.size] {
            self.behind
                .extend(&u64::from(size).to_le_bytes()[..if is_wide { 8 } else { 4 }]);
        }
        (self.local.crc, self.local.compressed, self.local.size) = (0, 0, 0);
        self
    }
}

impl Header {
    fn write(&self, tail: &[u8], out: &mut Vec<u8>) {
        out.extend(self.signature.to_le_bytes());
        if self.signature == 0x0201_4b50 {
            out.extend([20, 3]);
        }
        for field in [self.version, self.flags, self.method, 0, 0x21] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.compressed, self.size] {
            out.extend(field.to_le_bytes());
        }
        for length in [self.name.len(), self.extra.len()] {
            out.extend(u16::try_from(length).unwrap().to_le_bytes());
        }
        out.extend(tail);
        out.extend(&self.name);
    }
}

/// An extra field.
pub fn extra(id: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    [&id.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// An extra field with 64-bit values.
pub fn wide(values: &[u64]) -> Vec<u8> {
    let content: Vec<_> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    extra(1, &content)
}

fn word(value: usize) -> u32 {
    u32::try_from(value).unwrap()
}
