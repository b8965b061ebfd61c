//! The extra fields of headers (APPNOTE.TXT section 4.5).

use super::Fault;
use super::headers::Fields;

/// 64-bit sizes and offset (section 4.5.3).
const ZIP64: u16 = 0x0001;

/// Fields with times and owners, which no package has a use for: NTFS (0x000a), Info-ZIP's Unix (0x5855, 0x7855,
/// 0x7875) and extended timestamp (0x5455).
const IGNORED: [u16; 5] = [0x000a, 0x5455, 0x5855, 0x7855, 0x7875];

/// What Java's `jar` marks its first entry with; it is empty.
const JAR: u16 = 0xcafe;

/// The content of the field with 64-bit sizes, if there is one. A field that is not known to be without effect is
/// refused: some give an entry another name (0x7075), a link's target (0x000d, 0x756e) or another method (0x9901).
pub(super) fn wide(extra: &[u8]) -> Result<Option<&[u8]>, Fault> {
    let mut fields = Fields(extra);
    let mut wide = None;
    while !fields.0.is_empty() {
        let id = fields.u16().ok_or(Fault::MalformedExtra)?;
        let length = fields.u16().ok_or(Fault::MalformedExtra)?;
        let content = fields.bytes(length.into()).ok_or(Fault::MalformedExtra)?;
        match id {
            ZIP64 if wide.is_some() => return Err(Fault::MalformedExtra),
            ZIP64 => wide = Some(content),
            JAR if content.is_empty() => {}
            _ if IGNORED.contains(&id) => {}
            _ => return Err(Fault::Extra(id)),
        }
    }
    Ok(wide)
}

/// The field with these 64-bit values; nothing when there are none.
pub(super) fn to_wide(values: &[u64], out: &mut Vec<u8>) {
    if let Ok(length) = u16::try_from(values.len() * 8)
        && length > 0
    {
        out.extend(ZIP64.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
}
