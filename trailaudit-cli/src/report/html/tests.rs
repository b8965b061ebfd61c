//! The page as a reader and as a browser meet it.

use trailaudit_core::assessment::Totals;

use super::sample::{HOSTILE, Sample};

fn page(sample: &Sample, simulated: bool) -> String {
    changed(sample, simulated, |_| ())
}

/// The page of numbers that were changed.
fn changed(sample: &Sample, simulated: bool, change: impl FnOnce(&mut Totals)) -> String {
    let hosts = ["127.0.0.1:4566".to_owned()];
    let (mut gathering, mut totals) = sample.judged(simulated, &hosts);
    change(&mut totals);
    let mut page = Vec::new();
    super::write(&gathering.report(&totals), &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// What is read between the tags, each run of blanks as one.
fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        let (tag, rest) = piece.split_once('>').unwrap_or(("", piece));
        if !matches!(
            tag.split(' ').next(),
            Some("b" | "/b" | "strong" | "/strong" | "time" | "/time" | "code" | "/code")
        ) {
            text.push(' ');
        }
        text.push_str(rest);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

fn opinion(sample: &Sample) -> String {
    text(between(&page(sample, false), "class=\"sentence\">", "</p>"))
}

/// The verdict word that stands over the opinion.
fn stamp(sample: &Sample) -> String {
    between(&page(sample, false), "class=\"opinion ", "\"").to_owned()
}

#[test]
fn the_opinion_says_what_was_read_and_what_holds() {
    insta::assert_snapshot!(opinion(&Sample::each(0, 3)), @"As of 22 November 2026, 12:00:00 UTC, with 3 of 3 accounts and 12 of 12 cells read in organization o-exampleorg1, all 5 controls hold; every cell that was to be read was read.");
    insta::assert_snapshot!(opinion(&Sample::of(13)), @"As of 22 November 2026, 12:00:00 UTC, with 10 of 13 accounts and 38 of 41 cells read in organization o-exampleorg1, none of the 5 controls holds; 3 cells could not be read; 12 findings are inconclusive.");
    insta::assert_snapshot!(opinion(&Sample::each(1, 2)), @"As of 22 November 2026, 12:00:00 UTC, with 2 of 2 accounts and 8 of 8 cells read in organization o-exampleorg1, 4 of 5 controls hold and 1 does not hold; every cell that was to be read was read.");
    insta::assert_snapshot!(opinion(&Sample::each(4, 2)), @"As of 22 November 2026, 12:00:00 UTC, with 2 of 2 accounts and 8 of 8 cells read in organization o-exampleorg1, 4 of 5 controls hold and 1 cannot be concluded; 1 finding is inconclusive.");
    insta::assert_snapshot!(opinion(&Sample::each(0, 3).cut_account_list()), @"As of 22 November 2026, 12:00:00 UTC, with 3 of 3 accounts and 12 of 13 cells read in organization o-exampleorg1, none of the 5 controls can be concluded; the list of accounts could not be read to its end; 1 cell could not be read.");
}

#[test]
fn nothing_passes_where_something_is_inconclusive() {
    assert_eq!(stamp(&Sample::each(0, 3)), "pass");
    assert_eq!(stamp(&Sample::of(13)), "fail");
    // A key, a Region or an account that was not read; or the list of accounts.
    for unread in [
        Sample::each(4, 2),
        Sample::each(6, 2),
        Sample::each(8, 2),
        Sample::each(0, 3).cut_account_list(),
    ] {
        assert_eq!(stamp(&unread), "inconclusive");
    }
    // The Regions that were not read are recorded by a trail of every Region: each finding passes, yet not the control.
    let page = page(&Sample::each(6, 2), false);
    let card = between(&page, "id=\"control-every-region-covered\"", "</article>");
    assert!(text(card).contains("2 pass 0 fail 0 inconclusive"), "{}", text(card));
    assert!(
        text(card).contains("but 2 cells of the plan could not be read or decided: so the control is not concluded")
    );
    assert!(card.contains("badge inconclusive") && !card.contains("badge pass"));
}

#[test]
fn every_planned_cell_is_accounted_for() {
    let sample = Sample::of(13);
    let (_, totals) = sample.judged(false, &[]);
    let page = page(&sample, false);
    for control in &totals.controls {
        let (rule, accounting) = (control.rule, control.accounting);
        let card = text(between(&page, &format!("id=\"control-{}\"", rule.id), "</article>"));
        let sum = format!(
            "{} evaluated + {} inherited + {} not applicable + {} inconclusive = {total} of {total} planned cells",
            accounting.evaluated,
            accounting.inherited,
            accounting.not_applicable,
            accounting.inconclusive,
            total = totals.planned,
        );
        assert!(card.contains(&sum), "{card}");
    }
    assert!(!page.contains("This does not add up"));
}

#[test]
fn an_account_that_does_not_add_up_is_not_a_pass() {
    let sample = Sample::each(0, 3);
    let page = changed(&sample, false, |totals| totals.controls[0].accounting.evaluated -= 1);
    assert!(page.contains("This does not add up") && page.contains("class=\"opinion inconclusive\""));
}

#[test]
fn names_stay_names() {
    let page = page(&Sample::of(13), true);
    assert!(!page.contains(HOSTILE) && !page.contains("<script") && !page.contains("alert('x')"));
    assert!(page.contains("⟨U+202E⟩gnp.exe⟨U+200B⟩⟨U+000A⟩&#34;quoted&#34; &#38; more"));
    assert!(
        !page
            .chars()
            .any(|c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    );
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = page(&Sample::of(13), true);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    assert!(page.contains(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"
    )));
    assert!(page.find("Content-Security-Policy") < page.find("<style>"));
    for outside in [
        "<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "http://", "https://", " onclick",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    for target in page
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        let id = target.strip_prefix('#').unwrap();
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{target}");
    }
}

#[test]
fn headings_and_tables_are_told_apart() {
    let page = page(&Sample::of(13), false);
    let levels: Vec<_> = page
        .match_indices("<h")
        .filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10))
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    assert!(!page.contains("<th>") && page.matches("<th ").count() == page.matches("<th scope=").count());
    for landmark in ["<header", "<nav ", "<main>", "<footer>"] {
        assert_eq!(page.matches(landmark).count(), 1, "{landmark}");
    }
    for tag in [
        "section", "article", "table", "tr", "td", "th", "details", "ul", "li", "span", "dl", "dd", "p", "code",
    ] {
        let open = page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_simulation_says_so_loudly() {
    let (simulated, real) = (page(&Sample::of(2), true), page(&Sample::of(2), false));
    assert!(simulated.contains("<aside class=\"simulated\"") && simulated.contains("<title>SIMULATED: "));
    assert!(simulated.contains("--allow-simulated"));
    assert!(
        !real.contains("<aside class=\"simulated\"")
            && !real.contains("SIMULATED")
            && !real.contains("--allow-simulated")
    );
}

#[test]
fn members_stand_beside_what_they_inherit() {
    let page = page(&Sample::without_key(5), false);
    let card = between(&page, "id=\"control-trail-encrypted-with-customer-key\"", "</article>");
    assert_eq!(card.matches("<tr role=\"row\"><th scope=\"row\"").count(), 1);
    assert!(card.contains("4 member accounts inherit this") && text(card).contains("5 findings"));
    assert!(text(&page).contains("5 of 5 accounts have at least one finding that fails"));
}

#[test]
fn long_lists_end_with_what_was_left_out() {
    let page = page(&Sample::each(7, 261), false);
    let card = between(&page, "id=\"control-account-has-logging-trail\"", "</article>");
    assert_eq!(card.matches("<tr role=\"row\"><th scope=\"row\"").count(), super::ROWS);
    assert!(text(card).contains("60 more findings with this verdict are in findings.csv."));
    assert!(text(&page).contains("60 more accounts that fail are in findings.csv."));
}

#[test]
fn the_worst_account_comes_first() {
    let page = page(&Sample::of(13), false);
    let accounts = text(between(&page, "<table class=\"accounts\"", "</table>"));
    // Two controls, one of them critical; one critical control; none critical.
    let places = ["100038888885", "100007777777", "100054444439"].map(|id| accounts.find(id).unwrap());
    assert!(places.is_sorted(), "{accounts}");
}

#[test]
fn equal_reports_are_equal_bytes() {
    assert_eq!(page(&Sample::of(30), true), page(&Sample::of(30), true));
}
