//! The pages as a reader and as a browser meet them.

use trailaudit_core::assessment::Totals;
use trailaudit_core::evidence::InMemory;

use super::sample::{HOSTILE, Sample};

fn page(sample: &Sample, simulated: bool) -> String {
    changed(sample, simulated, |_| ())
}

/// All pages, one after the other, of numbers that were changed.
fn changed(sample: &Sample, simulated: bool, change: impl FnOnce(&mut Totals)) -> String {
    let pages = pages(sample, simulated, change);
    pages.into_iter().map(|(_, page)| page).collect()
}

/// Every page by its path, the first one first.
fn pages(sample: &Sample, simulated: bool, change: impl FnOnce(&mut Totals)) -> Vec<(String, String)> {
    let hosts = ["127.0.0.1:4566".to_owned()];
    let (mut gathering, full, mut totals) = sample.judged(simulated, &hosts);
    change(&mut totals);
    let paths = gathering.finish(&totals, &InMemory::default()).unwrap();
    let report = gathering.report(&totals);
    let mut first = Vec::new();
    super::write(&report, &mut first).unwrap();
    let mut pages = vec![("report.html".to_owned(), String::from_utf8(first).unwrap())];
    pages.extend(
        full.into_iter()
            .map(|page| (page.path, String::from_utf8(page.bytes).unwrap())),
    );
    for path in paths {
        let mut page = Vec::new();
        super::write_page(&report, &path, &mut page).unwrap();
        pages.push((path, String::from_utf8(page).unwrap()));
    }
    pages
}

/// Where a link on a page leads: a path, and the id of a part.
fn target<'a>(page: &'a str, link: &'a str) -> (String, Option<&'a str>) {
    let (to, part) = link.split_once('#').map_or((link, None), |(to, part)| (to, Some(part)));
    let path = match to.strip_prefix("../") {
        _ if to.is_empty() => page.to_owned(),
        Some(above) => above.to_owned(),
        None if page.starts_with("report/") => format!("report/{to}"),
        None => to.to_owned(),
    };
    (path, part)
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
    let (_, _, totals) = sample.judged(false, &[]);
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
fn the_pages_need_nothing_but_each_other() {
    let pages = pages(&Sample::of(60), true, |_| ());
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    for (path, page) in &pages {
        assert!(page.contains(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"
        )));
        assert!(page.find("Content-Security-Policy") < page.find("<style>"));
        for outside in [
            "<script", "<link", "<img", "<iframe", "@import", "url(", "src=", "http://", "https://", " onclick",
        ] {
            assert!(!page.contains(outside), "{outside} in {path}");
        }
        let links = page.split("href=\"").skip(1);
        for link in links.map(|rest| rest.split('"').next().unwrap()) {
            let (to, part) = target(path, link);
            let (_, page) = pages.iter().find(|(path, _)| *path == to).expect(link);
            let parts = part.map_or(1, |id| page.matches(&format!(" id=\"{id}\"")).count());
            assert_eq!(parts, 1, "{link} in {path}");
        }
    }
    // Nobody has to guess an address.
    for (path, _) in &pages[1..] {
        let name = path.strip_prefix("report/").unwrap();
        let leads = |(from, page): &(String, String)| from != path && page.contains(name);
        assert!(pages.iter().any(leads), "nothing leads to {path}");
    }
}

#[test]
fn headings_and_tables_are_told_apart() {
    for (path, page) in pages(&Sample::of(13), false, |_| ()) {
        headings_and_tables(&path, &page);
    }
}

fn headings_and_tables(path: &str, page: &str) {
    let levels: Vec<_> = page
        .match_indices("<h")
        .filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10))
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{path}: {levels:?}"
    );
    assert!(!page.contains("<th>") && page.matches("<th ").count() == page.matches("<th scope=").count());
    for landmark in ["<header", "<main", "<footer>"] {
        assert_eq!(page.matches(landmark).count(), 1, "{landmark} in {path}");
    }
    for tag in [
        "section", "article", "nav", "main", "table", "tr", "td", "th", "details", "ul", "li", "span", "dl", "dd", "p",
        "code",
    ] {
        let open = page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
        assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag} in {path}");
    }
}

/// Everything that was asked holds; most of what the framework asks for was not asked.
#[test]
fn a_framework_passes_in_nothing_that_was_not_asked() {
    let page = page(&Sample::each(0, 3), false);
    let section = between(&page, "<section id=\"framework-gxp-21-cfr-part-11\"", "</section>");
    let rows: Vec<_> = section.split("<tr role=\"row\">").skip(2).collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let is_open = row.contains("not asked in this run)") || row.contains("No rule decides");
        assert_eq!(row.contains("badge pass"), !is_open, "{row}");
    }
    assert!(
        text(section).contains("8 requirements that sources map to audit trails: "),
        "{}",
        text(section)
    );
    assert!(
        page.contains(
            "<li><a href=\"report/frameworks.html#framework-gxp-21-cfr-part-11\">GxP 21 CFR Part 11</a> <span>"
        )
    );
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
    assert!(text(card).contains("60 more findings with this verdict are on the pages of every finding."));
    assert!(text(&page).contains("60 more accounts that fail are in findings.csv."));
}

/// Also what passes: page after page, each full but the last.
#[test]
fn every_finding_has_its_row() {
    let sample = Sample::of(270);
    let (_, _, totals) = sample.judged(false, &[]);
    let all = pages(&sample, false, |_| ());
    let on = |number| {
        let path = format!("report/findings-{number}.html");
        let page = all.iter().find(|(known, _)| *known == path);
        page.map(|(_, page)| page)
    };
    let rows = |page: &String| page.matches("<tr><th scope=\"row\">").count();
    let (first, last) = (on(1).unwrap(), on(2).unwrap());
    assert!(rows(first) == 1000 && on(3).is_none());
    assert_eq!(rows(first) + rows(last), totals.findings());
    let leads = |page: &String| ["1", "2", "3"].map(|to| page.contains(&format!("findings-{to}.html\"><span>")));
    assert_eq!(
        [leads(first), leads(last)],
        [[false, true, false], [true, false, false]]
    );
    // The rule whose findings are on both says so on the second, and its control leads to where they begin.
    let continued = between(last, "<section id=\"", "\"");
    assert!(between(last, "<h2", "</h2>").contains("continued") && !first.contains("continued"));
    let control = format!("report/control-{continued}.html");
    let control = &all.iter().find(|(path, _)| *path == control).unwrap().1;
    assert!(control.contains(&format!("href=\"findings-1.html#{continued}\"")));
}

/// What is known of a cell is what its worst finding says; what was not read is never in order.
#[test]
fn every_cell_stands_in_the_matrix() {
    let pages = pages(&Sample::of(13), false, |_| ());
    let matrix = &pages
        .iter()
        .find(|(path, _)| path == "report/regions-1.html")
        .unwrap()
        .1;
    let row = |id: &str| {
        let row = between(matrix, &format!("#a-{id}\">"), "</tr>");
        row.split("<td class=\"")
            .skip(1)
            .map(|cell| cell.split(&['>', '<'][..]).nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let rows: Vec<_> = Sample::of(13).ids().map(|id| format!("{id} {}", row(&id))).collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    100000000000 ✓ – ✓ ✓ – ✓ ✓
    100007777777 ✓ – ✓ ✓ – F ✓
    100015555554 ✓ – ✓ ✓ – F ✓
    100023333331 ✓ – ✓ ✓ – F ✓
    100031111108 ✓ – ✓ ✓ – ? ✓
    100038888885 ✓ – ✓ ✓ – F ✓
    100046666662 ✓ – ✓ ? – ✓ ?
    100054444439 F – ✓ ✓ – ✓ ✓
    100062222216 ? ? ? ? ? ? ?
    100069999993 – – – – – – –
    100077777770 ✓ – ✓ ✓ – ✓ ✓
    100085555547 – – – – – – –
    100093333324 ✓ – ✓ ✓ – ✓ ✓
    ");
}

/// One account alone: what fails, what holds, and what was read.
#[test]
fn every_account_has_its_own_words() {
    let page = page(&Sample::of(13), false);
    let article = between(&page, "id=\"a-100038888885\"", "</article>");
    insta::assert_snapshot!(text(article), @"&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;⟨U+202E⟩gnp.exe⟨U+200B⟩⟨U+000A⟩&#34;quoted&#34; &#38; more 100038888885 6 pass 2 fail 0 inconclusive 0 excepted 0 not applicable Organizational unit Root/Security State active Region disabled 2 Regions: ap-east-1, me-south-1 reached 4 Regions: eu-central-1, eu-west-1, us-east-1, us-west-2 What does not hold Control Resource and Region Reason Evidence fail 2. CloudTrail trails should be integrated with CloudWatch logs arn: aws: cloudtrail: us-east-1: 100038888885: trail/ local-trail us-east-1 the trail is stopped: nothing is delivered 1–3 fail 3. Trail is logging arn: aws: cloudtrail: us-east-1: 100038888885: trail/ local-trail us-east-1 the trail is stopped 3 3 exchanges cited above c52028f34e378d1e07b4d5b8d10e4860e99cd3802218acf9391db8ea64fd2899 4ed379d418bb86290a01117e9ceb0debffc4d1b7087db6c04882fbc4e50132f4 073c1634c496cdb649d1afe0a312bbb4b7e1741b271542e4a436c3b8824b1761 3 controls of which nothing here fails or is open 1. CloudTrail trail logs should be encrypted with KMS CMK 2 pass 4. Account has at least one logging trail 1 pass 5. Every active account x enabled region is covered by a logging trail 1 pass");
    for id in Sample::of(13).ids() {
        assert_eq!(page.matches(&format!(" id=\"a-{id}\"")).count(), 1, "{id}");
    }
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
