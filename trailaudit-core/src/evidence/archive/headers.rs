//! The structures of an archive as they stand in it, little-endian. Sections are those of APPNOTE.TXT 6.3.10.

/// Section 4.3.7.
pub(super) const LOCAL: u32 = 0x0403_4b50;
/// Section 4.3.12.
pub(super) const CENTRAL: u32 = 0x0201_4b50;
/// Section 4.3.16.
pub(super) const END: u32 = 0x0605_4b50;
/// Section 4.3.14.
pub(super) const END_64: u32 = 0x0606_4b50;
/// Section 4.3.15.
pub(super) const LOCATOR: u32 = 0x0706_4b50;
/// Section 4.3.9.
pub(super) const DESCRIPTOR: u32 = 0x0807_4b50;

/// The length of a local header without name and extra fields.
pub(super) const LOCAL_LENGTH: usize = 30;
/// The length of an entry of the central directory without name, extra fields and comment.
pub(super) const CENTRAL_LENGTH: usize = 46;
/// The length of the end record without its comment.
pub(super) const END_LENGTH: usize = 22;
/// The length of the 64-bit end record of version 1.
pub(super) const END_64_LENGTH: usize = 56;
/// The length of the locator of the 64-bit end record.
pub(super) const LOCATOR_LENGTH: usize = 20;

/// Flag bit 0 (section 4.4.4): the data are encrypted.
pub(super) const ENCRYPTED: u16 = 1;
/// Flag bits 6 and 13: strong encryption, hidden headers.
pub(super) const STRONGLY_ENCRYPTED: u16 = 1 << 6 | 1 << 13;
/// Flag bit 3: CRC and sizes stand behind the data.
pub(super) const STREAMED: u16 = 1 << 3;
/// Flags that say nothing about the meaning: how hard deflate tried (bits 1 and 2), and that the name is UTF-8 (11).
pub(super) const HARMLESS: u16 = 1 << 1 | 1 << 2 | 1 << 11;

/// What the local header and the directory's entry have in common, in the same order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shared {
    pub(super) version: u16,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u16,
    pub(super) date: u16,
    pub(super) crc: u32,
    pub(super) compressed: u32,
    pub(super) size: u32,
    pub(super) name_length: u16,
    pub(super) extra_length: u16,
}

impl Shared {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            version: fields.u16()?,
            flags: fields.u16()?,
            method: fields.u16()?,
            time: fields.u16()?,
            date: fields.u16()?,
            crc: fields.u32()?,
            compressed: fields.u32()?,
            size: fields.u32()?,
            name_length: fields.u16()?,
            extra_length: fields.u16()?,
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for word in [self.version, self.flags, self.method, self.time, self.date] {
            out.extend(word.to_le_bytes());
        }
        for word in [self.crc, self.compressed, self.size] {
            out.extend(word.to_le_bytes());
        }
        out.extend(self.name_length.to_le_bytes());
        out.extend(self.extra_length.to_le_bytes());
    }

    /// A local header; `None` when the bytes are none.
    pub(super) fn read_local(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == LOCAL).then_some(())?;
        Self::read(&mut fields)
    }
}

/// An entry of the central directory, up to its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Central {
    pub(super) shared: Shared,
    pub(super) comment_length: u16,
    pub(super) part: u16,
    pub(super) attributes: u32,
    pub(super) offset: u32,
}

impl Central {
    /// `None` when the bytes are no such entry.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == CENTRAL).then_some(())?;
        let _made_by = fields.u16()?;
        let shared = Shared::read(&mut fields)?;
        let (comment_length, part) = (fields.u16()?, fields.u16()?);
        let _internal_attributes = fields.u16()?;
        Some(Self {
            shared,
            comment_length,
            part,
            attributes: fields.u32()?,
            offset: fields.u32()?,
        })
    }

    /// The entry up to its name; made by a Unix system, whose attributes these are (section 4.4.2).
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(CENTRAL.to_le_bytes());
        out.extend((3 << 8 | self.shared.version).to_le_bytes());
        self.shared.write(out);
        for word in [self.comment_length, self.part, 0] {
            out.extend(word.to_le_bytes());
        }
        out.extend(self.attributes.to_le_bytes());
        out.extend(self.offset.to_le_bytes());
    }
}

/// The end record, or the 64-bit one: both say the same, in fields of different widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The number of this part, and of the part the directory starts in.
    pub(super) parts: [u32; 2],
    /// Entries in this part.
    pub(super) entries_here: u64,
    /// Entries.
    pub(super) entries: u64,
    /// The length of the directory.
    pub(super) length: u64,
    /// Where the directory starts.
    pub(super) start: u64,
}

impl End {
    /// The end record and the length of its comment; `None` when the bytes are none.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, u16)> {
        let mut fields = Fields(bytes);
        (fields.u32()? == END).then_some(())?;
        let end = Self {
            parts: [fields.u16()?.into(), fields.u16()?.into()],
            entries_here: fields.u16()?.into(),
            entries: fields.u16()?.into(),
            length: fields.u32()?.into(),
            start: fields.u32()?.into(),
        };
        Some((end, fields.u16()?))
    }

    /// The 64-bit end record of version 1, which has nothing after its fields; `None` when the bytes are none.
    pub(super) fn read_64(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        (fields.u32()? == END_64).then_some(())?;
        (fields.u64()? == END_64_LENGTH as u64 - 12).then_some(())?;
        let _versions = fields.u32()?;
        Some(Self {
            parts: [fields.u32()?, fields.u32()?],
            entries_here: fields.u64()?,
            entries: fields.u64()?,
            length: fields.u64()?,
            start: fields.u64()?,
        })
    }
}

/// Reads fields from the front of bytes; `None` when they end too early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }
}

/// Whether an entry's attributes are those of a file, or of a folder. The upper half is the Unix mode, where there is
/// one; the lower half has the attributes of Windows (MS-FSCC section 2.6).
pub(super) fn is_regular(attributes: u32, is_folder: bool) -> bool {
    const VOLUME: u32 = 0x08;
    const FOLDER: u32 = 0x10;
    const DEVICE: u32 = 0x40;
    const REPARSE_POINT: u32 = 0x400;
    let expected = if is_folder { 0o4 } else { 0o10 };
    let mode_type = attributes >> 28;
    let is_marked_folder = attributes & FOLDER != 0;
    (mode_type == 0 || mode_type == expected)
        && attributes & (VOLUME | DEVICE | REPARSE_POINT) == 0
        && (is_folder || !is_marked_folder)
}
