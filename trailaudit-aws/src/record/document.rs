//! Whether an XML answer came whole. The SDK reads one that broke off as if what is missing had never been there.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Whether these bytes are one XML document, to its end.
pub(super) fn is_whole(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    // The reader sees to it that each element ends under its own name.
    let mut reader = Reader::from_str(text);
    let (mut open, mut roots) = (0_usize, 0);
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                roots += u32::from(open == 0);
                open += 1;
            }
            Ok(Event::Empty(_)) => roots += u32::from(open == 0),
            Ok(Event::End(_)) => open = open.saturating_sub(1),
            Ok(Event::Eof) => return open == 0 && roots == 1,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<VersioningConfiguration xmlns=\"http://s3/\">\
        <Status>Enabled</Status><MfaDelete>Disabled</MfaDelete><None/></VersioningConfiguration>";

    #[test]
    fn no_part_of_a_document_is_one() {
        assert!(is_whole(ANSWER.as_bytes()) && is_whole(format!("{ANSWER}\n").as_bytes()));
        assert!(is_whole(b"<LocationConstraint/>"));
        for end in 0..ANSWER.len() {
            assert!(!is_whole(&ANSWER.as_bytes()[..end]), "{}", &ANSWER[..end]);
        }
    }

    #[test]
    fn what_is_no_document_is_none() {
        for body in [
            "text",
            "{}",
            "<a></b>",
            "<a/><b/>",
            "</a>",
            "<a>&lt;</a><b>",
            "<p>Back soon<br></p>",
        ] {
            assert!(!is_whole(body.as_bytes()), "{body}");
        }
        assert!(!is_whole(b"<a>\xff</a>"));
    }
}
