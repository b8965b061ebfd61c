//! Every way an archive can be wrong, each with the answer it gets.

use trailaudit_core::evidence::Files as _;
use trailaudit_core::evidence::archive::ArchiveError;

use crate::crafted::{Raw, STREAMED, Wide, Zip, extra, wide};
use crate::open;

const MAX: u32 = u32::MAX;

/// What the archive is told to be: `Fault name`, or the error that names no entry; `-` when it is taken.
fn told(zip: &Zip) -> String {
    match open(&zip.build()) {
        Err(ArchiveError::Entry { name, fault }) => format!("{fault:?} {name}"),
        Err(error) => format!("{error:?}"),
        Ok(_) => "-".into(),
    }
}

type Row<'a> = (&'a str, &'a dyn Fn(&mut Zip));

fn check(table: &[Row<'_>]) {
    assert_eq!(told(&Zip::new()), "-");
    for (i, (expected, change)) in table.iter().enumerate() {
        let mut zip = Zip::new();
        change(&mut zip);
        assert_eq!(told(&zip), *expected, "row {i}");
    }
}

#[test]
fn names_that_are_no_paths_of_a_package() {
    let name = |name: &[u8]| {
        let mut zip = Zip::new();
        zip.a().both(|header| header.name = name.to_vec());
        told(&zip)
    };
    assert_eq!(name(b"/etc/passwd"), "Unsafe(Absolute) /etc/passwd");
    assert_eq!(name(b"../a"), "Unsafe(Segment) ../a");
    assert_eq!(name(b"a/../../b"), "Unsafe(Segment) a/../../b");
    assert_eq!(name(b"./a"), "Unsafe(Segment) ./a");
    assert_eq!(name(b"a//b"), "Unsafe(Segment) a//b");
    assert_eq!(name(b""), "Unsafe(Segment) ");
    assert_eq!(name(b"a\\b"), "Unsafe(Backslash) a\\b");
    assert_eq!(name(b"C:/a"), "Unsafe(DriveLetter) C:/a");
    assert_eq!(name(b"a\0b"), "Unsafe(Control) a\0b");
    assert_eq!(name(b"a\x1bb"), "Unsafe(Control) a\x1bb");
    assert_eq!(name("ä".as_bytes()), "Unsafe(Character('ä')) ä");
    assert_eq!(name(b"\xe4"), "NotUtf8 \u{fffd}");
    assert_eq!(name(&[b'a'; 201]), format!("Unsafe(TooLong) {}", "a".repeat(201)));
    check(&[
        ("Duplicate a", &|zip| zip.push(Raw::stored("a", b""))),
        ("Duplicate d", &|zip| {
            zip.entries.extend([Raw::folder("d/"), Raw::folder("d/")]);
        }),
        ("FileAndFolder a", &|zip| zip.push(Raw::folder("a/"))),
        ("FileAndFolder a/b/c", &|zip| {
            zip.entries.extend([Raw::stored("a-b", b""), Raw::stored("a/b/c", b"")]);
        }),
        ("Unsafe(Segment) ", &|zip| zip.push(Raw::folder("/"))),
        ("Unsafe(Segment) d/", &|zip| zip.push(Raw::folder("d//"))),
    ]);
}

#[test]
fn entries_that_are_no_plain_files() {
    check(&[
        ("NotRegular a", &|zip| zip.a().attributes = 0o120_777 << 16),
        ("NotRegular a", &|zip| zip.a().attributes = 0o010_600 << 16),
        ("NotRegular a", &|zip| zip.a().attributes = 0o040_755 << 16),
        ("NotRegular a", &|zip| zip.a().attributes = 0x10),
        ("NotRegular a", &|zip| zip.a().attributes = 0x400),
        ("NotRegular a", &|zip| zip.a().attributes = 0x08),
        ("-", &|zip| zip.a().attributes = 0x20),
        ("-", &|zip| zip.a().attributes = 0o600 << 16),
        ("NotRegular d/", &|zip| {
            zip.push(Raw {
                attributes: 0o120_777 << 16,
                ..Raw::folder("d/")
            });
        }),
        ("Sizes d/", &|zip| {
            zip.push(Raw {
                attributes: 0,
                ..Raw::stored("d/", b"x")
            });
        }),
        ("Encrypted a", &|zip| zip.a().both(|header| header.flags = 1)),
        ("Encrypted a", &|zip| zip.a().both(|header| header.flags = 1 << 6)),
        ("Encrypted a", &|zip| zip.a().both(|header| header.flags = 1 << 13)),
        ("Flags(32) a", &|zip| zip.a().both(|header| header.flags = 1 << 5)),
        ("-", &|zip| zip.a().both(|header| header.flags = 1 << 11 | 6)),
        ("Method(9) a", &|zip| zip.a().both(|header| header.method = 9)),
        ("Method(99) a", &|zip| zip.a().both(|header| header.method = 99)),
        ("Version(63) a", &|zip| zip.a().both(|header| header.version = 63)),
        ("Comment a", &|zip| zip.a().comment = b"c".to_vec()),
        ("Part a", &|zip| zip.a().part = 1),
        ("Sizes a", &|zip| zip.a().both(|header| header.method = 0)),
        ("Expansion a", &|zip| {
            zip.a().both(|header| header.size = header.compressed * 400 + 1);
        }),
        ("-", &|zip| zip.a().both(|header| header.size = header.compressed * 400)),
        ("Extra(28789) a", &|zip| {
            zip.a().central.extra = extra(0x7075, b"\x01\0\0\0\0b");
        }),
        ("Extra(28789) a", &|zip| {
            zip.a().local.extra = extra(0x7075, b"\x01\0\0\0\0b");
        }),
        ("Extra(51966) a", &|zip| zip.a().central.extra = extra(0xcafe, b"x")),
        ("-", &|zip| {
            zip.a().central.extra = [extra(0xcafe, b""), extra(0x5455, b"\x03\0\0\0\0")].concat();
        }),
        ("MalformedExtra a", &|zip| {
            zip.a().central.extra = b"\x55\x54\x05\0\x03".to_vec();
        }),
        ("MalformedExtra a", &|zip| zip.a().central.extra = b"\x55".to_vec()),
        ("MalformedExtra a", &|zip| {
            zip.a().local.extra = b"\x55\x54\x01".to_vec();
        }),
    ]);
}

#[test]
fn headers_that_disagree() {
    check(&[
        ("LocalHeader(\"signature\") a", &|zip| {
            zip.a().local.signature = 0x0403_4b51;
        }),
        ("LocalHeader(\"name\") a", &|zip| zip.a().local.name = b"b".to_vec()),
        ("LocalHeader(\"name\") a", &|zip| zip.a().local.name = b"aa".to_vec()),
        ("LocalHeader(\"set of flags\") a", &|zip| zip.a().local.flags = STREAMED),
        ("LocalHeader(\"set of flags\") a", &|zip| {
            zip.a().central.flags = 1 << 11;
        }),
        ("LocalHeader(\"method\") a", &|zip| zip.a().local.method = 0),
        ("LocalHeader(\"CRC-32\") a", &|zip| zip.a().local.crc ^= 1),
        ("LocalHeader(\"CRC-32\") a", &|zip| zip.a().local.crc = 0),
        ("LocalHeader(\"size\") a", &|zip| zip.a().local.size += 1),
        ("LocalHeader(\"size\") a", &|zip| zip.a().local.compressed += 1),
        ("LocalHeader(\"size\") a", &|zip| zip.a().local.compressed = 0),
    ]);
}

#[test]
fn descriptors() {
    let streamed = |signature, wide| Raw::deflated("b", b"content").streamed(signature, wide);
    for (signature, wide) in [(false, false), (false, true), (true, false), (true, true)] {
        let with = |change: &dyn Fn(&mut Raw)| {
            let (mut last, mut inside) = (Zip::new(), Zip::new());
            let mut raw = streamed(signature, wide);
            change(&mut raw);
            last.push(raw.clone());
            inside.entries.insert(1, raw);
            assert_eq!(told(&last), told(&inside));
            told(&last)
        };
        assert_eq!(with(&|_| {}), "-");
        for i in 0..streamed(signature, wide).behind.len() {
            assert_eq!(with(&|raw| raw.behind[i] ^= 1), "Descriptor b", "{i}");
        }
        assert_eq!(with(&|raw| raw.behind.clear()), "Descriptor b");
        assert_eq!(with(&|raw| raw.behind.push(0)), "Descriptor b");
        assert_eq!(with(&|raw| raw.local.size = 7), "-");
        assert_eq!(with(&|raw| raw.local.size = 8), "LocalHeader(\"size\") b");
        assert_eq!(with(&|raw| raw.local.crc = 8), "LocalHeader(\"CRC-32\") b");
    }
}

#[test]
fn bytes_that_belong_to_nothing_or_to_two() {
    check(&[
        ("Gap manifest.json", &|zip| zip.entries[0].before = b"MZ".to_vec()),
        ("Gap a", &|zip| zip.a().before = vec![0]),
        ("Gap a", &|zip| zip.entries[0].behind = vec![0]),
        ("Gap", &|zip| zip.before_directory = vec![0]),
        ("Gap", &|zip| zip.before_directory = zip.entries.pop().unwrap().data),
        ("Directory", &|zip| zip.in_directory = vec![0]),
        ("End", &|zip| zip.comment = b"c".to_vec()),
        ("End", &|zip| zip.after = vec![0]),
        ("Overlap a", &|zip| zip.a().offset = Some(0)),
        ("Overlap a", &|zip| zip.a().offset = Some(20)),
        ("Overlap a", &|zip| zip.entries[0].both(|header| header.compressed += 1)),
        ("Gap a", &|zip| zip.a().offset = Some(60)),
        ("Outside a", &|zip| zip.a().offset = Some(1 << 20)),
        ("Outside a", &|zip| zip.a().both(|header| header.compressed += 1)),
        ("Outside a", &|zip| {
            zip.a().both(|header| (header.compressed, header.size) = (MAX - 1, 1));
        }),
        // The same data under two names, as a bomb has it.
        ("Overlap b", &|zip| {
            let mut other = zip.a().clone();
            other.both(|header| header.name = b"b".to_vec());
            other.offset = Some(47);
            zip.push(other);
        }),
    ]);
}

#[test]
fn ends_that_do_not_fit() {
    let wide_with = |change: &dyn Fn(&mut Wide)| {
        let mut zip = Zip {
            wide: Some(Wide::default()),
            ..Zip::new()
        };
        change(zip.wide.as_mut().unwrap());
        told(&zip)
    };
    check(&[
        ("Parts", &|zip| zip.end[0] = Some(1)),
        ("Parts", &|zip| zip.end[1] = Some(1)),
        ("Parts", &|zip| zip.end[2] = Some(1)),
        ("Directory", &|zip| (zip.end[2], zip.end[3]) = (Some(1), Some(1))),
        ("Directory", &|zip| (zip.end[2], zip.end[3]) = (Some(3), Some(3))),
        ("Directory", &|zip| zip.end[4] = Some(3)),
        ("Directory", &|zip| zip.end[5] = Some(3)),
        ("Directory", &|zip| zip.a().central.signature ^= 1),
        ("End64", &|zip| (zip.end[2], zip.end[3]) = (Some(0xffff), Some(0xffff))),
        ("End64", &|zip| zip.end[4] = Some(MAX)),
        ("End64", &|zip| zip.end[5] = Some(MAX)),
        ("LongDirectory(268435457)", &|zip| zip.end[4] = Some((256 << 20) + 1)),
        ("-", &|zip| (zip.wide, zip.end[5]) = (Some(Wide::default()), Some(MAX))),
        ("End64", &|zip| {
            (zip.wide, zip.end[5]) = (Some(Wide::default()), Some(7));
        }),
        ("End64", &|zip| {
            (zip.wide, zip.end[3]) = (Some(Wide::default()), Some(7));
        }),
    ]);
    assert_eq!(wide_with(&|_| {}), "-");
    assert_eq!(wide_with(&|wide| wide.record_length = Some(45)), "End64");
    assert_eq!(wide_with(&|wide| wide.parts = [1, 0]), "End64");
    assert_eq!(wide_with(&|wide| wide.end[0] = Some(3)), "End64");
    assert_eq!(wide_with(&|wide| wide.end[3] = Some(0)), "End64");
    assert_eq!(wide_with(&|wide| wide.before_locator = vec![0]), "End64");
    assert_eq!(wide_with(&|wide| wide.locator[0] = Some(1)), "Parts");
    assert_eq!(wide_with(&|wide| wide.locator[1] = Some(0)), "End64");
    assert_eq!(wide_with(&|wide| wide.locator[2] = Some(2)), "Parts");
    let mut many = Zip {
        wide: Some(Wide::default()),
        ..Zip::new()
    };
    (many.end[2], many.end[3]) = (Some(0xffff), Some(0xffff));
    many.wide.as_mut().unwrap().end[..2].fill(Some((1 << 20) + 1));
    assert_eq!(told(&many), "TooManyEntries(1048577)");
    for bytes in [&b""[..], b"PK", b"PK\x05\x06", &[0; 22]] {
        assert!(matches!(open(bytes), Err(ArchiveError::End)));
    }
    assert!(open(&Zip::default().build()).unwrap().paths().unwrap().is_empty());
}

#[test]
fn wide_sizes_that_do_not_fit() {
    let sizes = |zip: &mut Zip| {
        let raw = zip.a();
        let (size, compressed) = (raw.local.size, raw.local.compressed);
        raw.both(|header| (header.size, header.compressed) = (MAX, MAX));
        (u64::from(size), u64::from(compressed))
    };
    let with = |local: &dyn Fn(u64, u64) -> Vec<u8>, central: &dyn Fn(u64, u64) -> Vec<u8>| {
        let mut zip = Zip::new();
        let (size, compressed) = sizes(&mut zip);
        zip.a().local.extra = local(size, compressed);
        zip.a().central.extra = central(size, compressed);
        told(&zip)
    };
    let right = |size, compressed| wide(&[size, compressed]);
    assert_eq!(with(&right, &right), "-");
    assert_eq!(with(&|_, _| Vec::new(), &right), "Zip64 a");
    assert_eq!(with(&right, &|_, _| Vec::new()), "Zip64 a");
    assert_eq!(with(&right, &|size, _| wide(&[size])), "Zip64 a");
    assert_eq!(
        with(&right, &|size, compressed| wide(&[size, compressed, 0])),
        "Zip64 a"
    );
    assert_eq!(
        with(&|size, compressed| wide(&[size, compressed, 0]), &right),
        "Zip64 a"
    );
    assert_eq!(with(&|size, _| wide(&[size]), &right), "Zip64 a");
    assert_eq!(with(&|size, _| wide(&[size, 1]), &right), "LocalHeader(\"size\") a");
    let longest = |size, _| wide(&[size, u64::MAX]);
    assert_eq!(with(&right, &longest), "LocalHeader(\"size\") a");
    assert_eq!(with(&longest, &longest), "Outside a");
    assert_eq!(
        with(&right, &|_, compressed| wide(&[u64::MAX, compressed])),
        "Expansion a"
    );
    assert_eq!(
        with(&right, &|size, compressed| [
            right(size, compressed),
            right(size, compressed)
        ]
        .concat()),
        "MalformedExtra a"
    );
    check(&[
        ("Zip64 a", &|zip| zip.a().central.extra = wide(&[10])),
        ("Zip64 a", &|zip| zip.a().local.extra = wide(&[9, 9])),
        ("Zip64 a", &|zip| zip.a().offset = Some(MAX)),
        ("-", &|zip| {
            zip.a().offset = Some(MAX);
            zip.a().central.extra = wide(&[47]);
        }),
        ("Outside a", &|zip| {
            zip.a().offset = Some(MAX);
            zip.a().central.extra = wide(&[u64::MAX]);
        }),
    ]);
}
