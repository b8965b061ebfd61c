//! Text chosen by others, made harmless and honest: nothing becomes markup, and nothing hides.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

use crate::visible::write_legible;

/// Escapes as HTML text and attributes need it, and writes what cannot be seen as its code point: `⟨U+202E⟩`.
///
/// An account's name may hold a right-to-left override or a line break; read on a page, it would be another name.
#[derive(Clone, Copy)]
pub(crate) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        write_legible(&mut out, text, |out, plain| Html.write_escaped_str(out, plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        Visible.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn markup_is_text() {
        insta::assert_snapshot!(shown(r#"<script>alert("1" & '2')</script>"#), @"&#60;script&#62;alert(&#34;1&#34; &#38; &#39;2&#39;)&#60;/script&#62;");
    }

    #[test]
    fn what_hides_is_shown() {
        insta::assert_snapshot!(shown("pay\u{202e}lor\u{200b}\n\0\u{85}"), @"pay⟨U+202E⟩lor⟨U+200B⟩⟨U+000A⟩⟨U+0000⟩⟨U+0085⟩");
        for hidden in
            "\u{202a}\u{202b}\u{202c}\u{202d}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}\u{200d}\t\r\u{7f}".chars()
        {
            let code = format!("⟨U+{:04X}⟩", u32::from(hidden));
            assert_eq!(shown(&format!("a{hidden}b")), format!("a{code}b"));
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "Zürich / Ops (prod) #1", "東京", "שלום", "🔐 vault", "a b"] {
            assert_eq!(shown(text), text);
        }
    }
}
