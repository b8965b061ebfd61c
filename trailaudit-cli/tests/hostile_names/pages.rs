//! What becomes of names on the pages for people, and what would without the page's care.

use std::fs;
use std::path::Path;

use crate::browser;
use crate::listener::Listener;
use crate::names::visible;
use crate::package::Package;

/// The pages with names on them: of the many of one kind, the first two.
pub fn names_on(package: &Package) -> Vec<String> {
    let (mut controls, mut pages): (Vec<_>, Vec<_>) = package
        .pages()
        .into_iter()
        .filter(|(_, page)| page.contains("⟨U+202E⟩"))
        .map(|(file, _)| file)
        .partition(|file| file.contains("/control-"));
    controls.truncate(2);
    pages.extend(controls);
    assert!(pages.len() > 5, "{pages:?}");
    pages
}

/// Opens a page in which nothing may happen; gives its document.
pub fn inert_in_chromium(page: &Path, scratch: &Path) -> String {
    let listener = Listener::silent();
    let (dom, heard) = (browser::open(page, listener.address(), scratch), listener.heard());
    let file = page.file_name().unwrap().to_str().unwrap();
    assert_eq!(heard, [""; 0], "{file} called home");
    assert!(
        !dom.contains("ran!") && !dom.contains(" ranscript ran"),
        "{file}: a script ran"
    );
    for element in [
        "<script",
        "<img",
        "<iframe",
        "<base",
        "<link",
        "<svg onload",
        "<a href=\"javascript",
        "<b onclick",
    ] {
        assert!(!dom.contains(element), "{file} has the element {element}");
    }
    dom
}

pub fn show(what: &str, dom: &str, names: &[&str]) {
    // Where a line may break.
    let dom = dom.replace("</span><wbr><span>", "");
    for name in names {
        let text = as_text(&visible(name));
        assert!(dom.contains(&text), "{what} does not show {text}");
    }
    println!("{what}: {} names shown, nothing ran, nothing asked for", names.len());
}

/// The counterpart: the same page with its escapes undone, first behind its policy, then without.
pub fn policy_holds(page: &Path, scratch: &Path) {
    let listener = Listener::silent();
    let open = |page: &Path| {
        let dom = browser::open(page, listener.address(), scratch);
        (dom, listener.heard())
    };
    let file = page.file_name().unwrap().to_str().unwrap();
    let html = fs::read_to_string(page).unwrap();
    let raw = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        // No policy keeps a page from going elsewhere, and then there is nothing left to look at.
        ("http-equiv=refresh", "http-equiv=none"),
    ];
    let raw = raw.into_iter().fold(html, |html, (escape, c)| html.replace(escape, c));
    let (start, end) = raw.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let bare = format!("{start}{}", end.split_once('>').unwrap().1);
    let control = scratch.join("control.html");
    fs::write(&control, &raw).unwrap();
    let (dom, heard) = open(&control);
    assert!(!dom.contains("ran!"), "{file}: the policy lets a script run");
    // A connection may be opened ahead of a request that is then not allowed.
    let asked = heard.iter().any(|line| line.starts_with("GET "));
    assert!(!asked, "{file}: the policy lets {heard:?} through");
    fs::write(&control, &bare).unwrap();
    let (dom, heard) = open(&control);
    let ran = dom.matches("ran!").count();
    assert!(
        heard.iter().any(|line| line.starts_with("GET /")),
        "{file}, bare: {heard:?}"
    );
    assert!(ran > 0, "{file}, bare: no script ran");
    println!("{file}, bare: {} requests", heard.len());
}

/// As the document's own text is written.
fn as_text(text: &str) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\u{a0}", "&nbsp;")]
        .into_iter()
        .fold(text.to_owned(), |text, (c, escape)| text.replace(c, escape))
}
