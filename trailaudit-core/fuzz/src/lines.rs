//! Lines of records and of the index, and the gzip around them.

use serde_json::json;
use trailaudit_core::evidence::records::{self, Header, Limits, Lines};
use trailaudit_core::evidence::{AccountLeaf, Answer, Digest, Exchange, Transport, accounts};

use super::forms::is_canonical;
use super::provider::salt;
use super::sample::Sample;

pub fn exchange(bytes: &[u8]) {
    if let Ok((id, exchange)) = Exchange::from_line(bytes) {
        assert_eq!(exchange.to_line().unwrap(), (id, bytes.to_vec()));
        assert_eq!(exchange.id().unwrap(), id);
        is_canonical(bytes);
        // The transport is no part of the id, all else is.
        let other = Exchange {
            transport: Transport::default(),
            ..exchange.clone()
        };
        assert_eq!(other.id().unwrap(), id);
        let other = Exchange {
            operation: exchange.operation.clone() + "2",
            ..exchange
        };
        assert_ne!(other.id().unwrap(), id);
    }
}

pub fn exchanges() -> Vec<Vec<u8>> {
    let transport = Transport {
        principal: "arn:aws:sts::111122223333:assumed-role/Auditor/ada".into(),
        sent_at: "2026-11-22T01:00:00.000Z".into(),
        attempts: 2,
        status: Some(200),
        request_id: Some("r".into()),
        date: Some("Sun, 22 Nov 2026 01:00:00 GMT".into()),
    };
    let exchange = |answer, transport| Exchange {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        service: "cloudtrail".into(),
        operation: "DescribeTrails".into(),
        parameters: json!({"includeShadowTrails": true}),
        answer,
        transport,
    };
    let trail = json!({"trailList": [{"Name": "a\u{20ac}", "IsMultiRegionTrail": true, "n": -1}], "next": null});
    let refusal = Answer::Error {
        code: "AccessDenied".into(),
        message: "\"no\"\n".into(),
    };
    let all = [
        exchange(Answer::Ok(trail), transport),
        exchange(refusal, Transport::default()),
    ];
    all.map(|exchange| exchange.to_line().unwrap().1).into()
}

/// The index and the first lines of record files.
pub fn index(bytes: &[u8]) {
    let limits = Limits {
        line: 1 << 10,
        total: 1 << 20,
    };
    let lines: Result<Vec<_>, _> = Lines::new(bytes, limits).collect();
    let Ok(lines) = lines else { return };
    let written: Vec<u8> = lines.iter().flat_map(|line| [&line[..], b"\n"].concat()).collect();
    assert_eq!(written, bytes);
    for line in &lines {
        if let Ok(leaf) = AccountLeaf::parse(line) {
            assert_eq!(leaf.to_line().unwrap(), *line);
            is_canonical(line);
        }
        if let Ok(header) = Header::parse(line) {
            assert_eq!(header.to_line().unwrap(), *line);
            is_canonical(line);
        }
    }
    let leaves: Result<Vec<_>, _> = lines.iter().map(|line| AccountLeaf::parse(line)).collect();
    if let Ok(leaves) = leaves
        && leaves.is_sorted_by(|a, b| a.account < b.account)
    {
        assert_eq!(accounts::write_index(&leaves).unwrap(), bytes);
        accounts::accounts_root(&leaves).unwrap();
    }
}

pub fn indexes() -> Vec<Vec<u8>> {
    let header = |header: Header| [header.to_line().unwrap(), b"\n".to_vec()].concat();
    vec![
        accounts::write_index(&Sample::new().leaves()).unwrap(),
        header(Header::of_organization("o-example")),
        header(Header::of_account("111122223333".into(), salt(1))),
    ]
}

/// Gzip over lines. There are many ways to pack the same lines; what was unpacked is packed and unpacked again.
pub fn records(bytes: &[u8]) {
    let limits = Limits {
        line: 1 << 12,
        total: 1 << 16,
    };
    let mut lines = Vec::new();
    let mut total = 0;
    for line in records::read_lines_within(bytes, limits) {
        let Ok(line) = line else { return };
        assert!(line.len() <= limits.line);
        total += line.len() as u64 + 1;
        assert!(total <= limits.total);
        lines.push(line);
    }
    let packed = records::write(&lines).unwrap();
    let again: Result<Vec<_>, _> = records::read_lines_within(&packed[..], limits).collect();
    assert_eq!(again.unwrap(), lines);
    assert_eq!(Digest::of(&packed), Digest::of(&records::write(&lines).unwrap()));
}

pub fn record_files() -> Vec<Vec<u8>> {
    let mut seeds = vec![records::write([b""; 0]).unwrap(), records::write(exchanges()).unwrap()];
    seeds.push(records::write([&[b'x'; 4_096][..]; 15]).unwrap());
    seeds
}
