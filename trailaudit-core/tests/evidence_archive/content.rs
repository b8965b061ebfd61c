//! Content that is not what the directory says.

use std::io::{ErrorKind, Read as _};

use trailaudit_core::evidence::Files as _;
use trailaudit_core::evidence::archive::ArchiveError;

use crate::crafted::{Raw, Zip};
use crate::open;

/// What the directory cannot show: the content is checked while it is read, and no byte beyond its size is given.
#[test]
fn content_that_is_not_as_declared() {
    let reads = |raw: Raw| {
        let zip = Zip {
            entries: vec![raw],
            ..Zip::default()
        };
        let bytes = zip.build();
        let archive = open(&bytes).unwrap();
        let declared = archive.paths().unwrap()[0].size;
        let mut all: Vec<u8> = Vec::new();
        let mut reader = archive.open("a").unwrap();
        let error = loop {
            let mut chunk = [0; 3];
            match reader.read(&mut chunk) {
                Ok(0) => break None,
                Ok(length) => all.extend(&chunk[..length]),
                Err(error) => break Some(error),
            }
        };
        assert!(all.len() as u64 <= declared);
        error.map_or("-".to_owned(), |error| {
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert_eq!(error.to_string(), reader.read(&mut [0]).unwrap_err().to_string());
            match error.get_ref().and_then(|error| error.downcast_ref()) {
                Some(ArchiveError::Entry { name, fault }) => format!("{fault:?} {name}"),
                other => panic!("{other:?}"),
            }
        })
    };
    let deflated = || Raw::deflated("a", b"some content, some content");
    let change = |mut raw: Raw, change: &dyn Fn(&mut Raw)| {
        change(&mut raw);
        reads(raw)
    };
    assert_eq!(reads(deflated()), "-");
    assert_eq!(reads(Raw::deflated("a", b"")), "-");
    assert_eq!(reads(Raw::stored("a", b"")), "-");
    assert_eq!(change(deflated(), &|raw| raw.both(|header| header.crc ^= 1)), "Crc a");
    assert_eq!(
        change(Raw::stored("a", b""), &|raw| raw.both(|header| header.crc ^= 1)),
        "Crc a"
    );
    assert_eq!(change(Raw::stored("a", b"abc"), &|raw| raw.data[0] ^= 1), "Crc a");
    assert_eq!(
        change(deflated(), &|raw| raw.both(|header| header.size -= 1)),
        "TooLong a"
    );
    assert_eq!(
        change(deflated(), &|raw| raw.both(|header| header.size = 0)),
        "TooLong a"
    );
    assert_eq!(
        change(deflated(), &|raw| raw.both(|header| header.size += 1)),
        "TooShort a"
    );
    let longer = |raw: &mut Raw| {
        raw.data.push(0);
        raw.both(|header| header.compressed += 1);
    };
    assert_eq!(change(deflated(), &longer), "Deflate a");
    let cut = |raw: &mut Raw| {
        raw.data.pop();
        raw.both(|header| header.compressed -= 1);
    };
    assert_eq!(change(deflated(), &cut), "Deflate a");
    assert_eq!(change(deflated(), &|raw| raw.data.fill(0xff)), "Deflate a");
    // A block that is not the last one: all content is there, the stream has no end.
    let open_ended = |raw: &mut Raw| {
        raw.data = [&[0, 3, 0, 0xfc, 0xff], &b"abc"[..]].concat();
        raw.both(|header| header.compressed = 8);
    };
    let mut raw = Raw::deflated("a", b"abc");
    open_ended(&mut raw);
    assert_eq!(reads(raw), "Deflate a");
}
