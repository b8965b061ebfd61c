//! What covers what, case by case; `exhaustive` tries all there is.

use std::time::{Duration, Instant};

use trailaudit_core::filter_pattern::{Coverage, FilterPattern, Unclear, covers};

use super::pattern;

#[test]
fn the_same_meaning_in_another_form_is_the_same() {
    for (a, b) in [
        ("$.a = x && $.b = y", "$.b = y && $.a = x"),
        ("$.a = x || $.b = y || $.a = x", "($.b = y) || ($.a = x)"),
        (
            "$.a = x && ($.b = y || $.b = z)",
            "($.a = x && $.b = y) || ($.a = x && $.b = z)",
        ),
        ("NOT ($.a = x || $.b = y)", "NOT $.a = x && NOT $.b = y"),
        ("NOT ($.a = x && $.b NOT EXISTS)", "NOT $.a = x || $.b EXISTS"),
        ("$.a = x", "$.a = 'x' && ($.a = x || $.b = y)"),
        ("$.a IS TRUE || $.a IS FALSE", "$.a IS FALSE || $.a IS TRUE"),
        ("$.n > 5 || $.n = 5", "$.n >= 5"),
        ("$.n >= 5 && $.n <= 5", "$.n = 5"),
        ("$.a = x && $.a = 'x*'", "$.a = x"),
        ("$['a'][0] = x", "$.a[0] = x"),
        ("$.a = %re% && $.b = y", "$.b = y && $.a = %re%"),
        ("$.l[*] = x && $.b = y", "$.b = y && $.l[*] = x"),
    ] {
        let [a, b] = [a, b].map(|text| pattern(&format!("{{ {text} }}")));
        assert_eq!(covers(&a, &b), Coverage::Covers, "{a} {b}");
        assert_eq!(covers(&b, &a), Coverage::Covers, "{b} {a}");
    }
}

#[test]
fn a_wider_filter_covers_and_a_narrower_one_shows_what_slips_by() {
    for (wide, narrow, witness) in [
        (
            "{ $.eventName = 'Delete*' }",
            "{ $.eventName = DeleteTrail }",
            r#"an event with $.eventName = "DeleteOther""#,
        ),
        ("{ $.a = 'x*' }", "{ $.a = 'xy*' }", r#"an event with $.a = "xOther""#),
        ("{ $.a = '*' }", "{ $.a = 'x' }", r#"an event with $.a = "Other""#),
        ("{ $.a = x || $.a = y }", "{ $.a = y }", r#"an event with $.a = "x""#),
        (
            "{ $.a = x }",
            "{ $.a = x && $.b = y }",
            r#"an event with $.a = "x", $.b = "Other""#,
        ),
        (
            "{ $.a = x }",
            "{ $.a = x && $.b.c NOT EXISTS }",
            r#"an event with $.a = "x", $.b.c = "Other""#,
        ),
        (
            "{ $.a = x }",
            "{ $.a = x && $.b != y }",
            r#"an event with $.a = "x", $.b = "y""#,
        ),
        ("{ $.a != 'xy' }", "{ $.a != 'x*' }", r#"an event with $.a = "xOther""#),
        ("{ $.n > 5 }", "{ $.n > 6 }", "an event with $.n = 6"),
        ("{ $.n >= 5 }", "{ $.n = 5 || $.n >= 6 }", "an event with $.n = 5.5"),
        (
            "{ $.a = 'x*' && $.a = '*y' }",
            "{ $.a = xy }",
            r#"an event with $.a = "xay""#,
        ),
        (
            "{ $.a = '*x*' && $.a = '*y*' }",
            "{ $.a = '*x*' && $.a = '*y*' && $.a != 'xy*' && $.a != 'yx*' && $.a != 'z*' }",
            r#"an event with $.a = "xyOther""#,
        ),
        ("{ $.n > 1e300 }", "{ $.n > 1e301 }", "an event with $.n = 1e+301"),
        (
            "{ $.a = x || $.b = y && $.c = z }",
            "{ ($.a = x || $.b = y) && $.c = z }",
            r#"an event with $.a = "x", $.c = "Other""#,
        ),
        ("", "{ $.a = x }", r#"an event with $.a = "Other""#),
        (
            "{ $.a IS NULL || $.a NOT EXISTS }",
            "{ $.a IS NULL }",
            "an event without $.a",
        ),
        (
            "{ $.l[1] = x }",
            "{ $.l[0] = y && $.l[1] = x }",
            r#"an event with $.l[1] = "x", $.l[0] = "Other""#,
        ),
    ] {
        let (wide, narrow) = (pattern(wide), pattern(narrow));
        assert_eq!(covers(&wide, &narrow), Coverage::Covers, "{wide} {narrow}");
        let Coverage::Misses(found) = covers(&narrow, &wide) else {
            panic!("{narrow} {wide}")
        };
        assert_eq!(
            (wide.matches(&found.event), narrow.matches(&found.event)),
            (Some(true), Some(false)),
            "{found:?}"
        );
        assert_eq!(found.words, witness, "{narrow} {wide}");
    }
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let opaque = |term: &str| Unclear::Opaque(term.to_owned());
    for (filter, required, why) in [
        (
            "{ $.a = %Delete.*% }",
            "{ $.a = DeleteTrail }",
            opaque("$.a = %Delete.*%"),
        ),
        ("{ $.a = x }", "{ $.a = %x% }", opaque("$.a = %x%")),
        ("{ $.* = x }", "{ $.a = x }", opaque("$.* = \"x\"")),
        ("{ $.l[*] = x }", "{ $.l[0] = x }", opaque("$.l[*] = \"x\"")),
        ("{ $.a EXISTS }", "{ $.a != x }", Unclear::Undocumented),
        ("{ $.a = a*b }", "{ $.a = ab }", Unclear::Undocumented),
        ("{ $.a = 5 }", "{ $.a = '5' }", Unclear::Undocumented),
    ] {
        let (filter, required) = (pattern(filter), pattern(required));
        assert_eq!(
            covers(&filter, &required),
            Coverage::Unclear(why),
            "{filter} {required}"
        );
    }
    // An event that slips by whatever the expression is.
    let filter = pattern("{ $.a = %x% && $.b NOT EXISTS }");
    assert!(matches!(covers(&filter, &pattern("{ $.a = x }")), Coverage::Misses(_)));
    // No event at all matches: whatever the filter is, it covers.
    for nothing in [
        "{ $.a = x && $.a = y }",
        "{ $.a = x && $.a.b = y }",
        "{ $.a.b = x && $.a[0] = y }",
        "{ $.a EXISTS && $.a NOT EXISTS }",
    ] {
        assert_eq!(
            covers(&pattern("{ $.z = z }"), &pattern(nothing)),
            Coverage::Covers,
            "{nothing}"
        );
    }
}

/// Patterns made to take long: each ends, with an answer or without.
#[test]
fn hostile_patterns_end_soon() {
    let pairs = |n: usize, between: &str, each: &dyn Fn(usize) -> String| {
        let terms: Vec<_> = (0..n).map(each).collect();
        format!("{{ {} }}", terms.join(between))
    };
    let cases = [
        // A formula of parities, of which every branch has to be walked.
        (
            pairs(60, " && ", &|i| format!("($.a{i}=1||$.a{}=2||$.b{i}=3)", i + 1)),
            pairs(60, " && ", &|i| format!("($.a{i}=2||$.b{i}=4||$.c{i}=1)")),
        ),
        (
            pairs(100, " || ", &|i| format!("$.a='*{i}*x{i}*'")),
            pairs(100, " && ", &|i| format!("$.a!='*{}*'", i * 7)),
        ),
        (
            pairs(40, " || ", &|i| format!("$.a='*{}*'", "ab".repeat(i))),
            pairs(30, " && ", &|i| format!("$.a='*{}b*'", "ba".repeat(i))),
        ),
        (
            format!("{{ {}$.a=1{} }}", "(".repeat(60), ")".repeat(60)),
            format!("{{ {} $.a=1 }}", "NOT ".repeat(60)),
        ),
        (
            pairs(300, " || ", &|i| format!("$.n>{i}")),
            pairs(300, " && ", &|i| format!("$.n!={i}")),
        ),
        (
            format!("{{ $.a{} = 1 }}", "[4294967295]".repeat(60)),
            "{ $.a[0] = 1 && $.a[999999999] = 2 }".to_owned(),
        ),
        (
            format!("{{ $.a{} = 1 }}", "[*]".repeat(63)),
            format!("{{ $.a{} = 1 }}", ".b".repeat(63)),
        ),
        ("{ $.a = 1 }".to_owned(), format!("{{ $.a = '{}' }}", "*x".repeat(2000))),
    ];
    for (filter, required) in cases {
        let (filter, required) = (pattern(&filter), pattern(&required));
        for (a, b) in [(&filter, &required), (&required, &filter)] {
            let start = Instant::now();
            let answer = covers(a, b);
            let took = start.elapsed();
            assert!(took < Duration::from_secs(30), "{took:?} for {answer:?}");
            if let Coverage::Misses(found) = answer {
                assert_eq!(
                    (b.matches(&found.event), a.matches(&found.event)),
                    (Some(true), Some(false))
                );
            }
        }
    }
}

#[test]
fn a_pattern_covers_itself_and_the_empty_one_covers_all() {
    for text in [
        "",
        "{ $.a = 'x*y' && $.b != 5 || $.c IS NULL }",
        "{ $.a = %x% && $.* = 1 }",
    ] {
        let read: FilterPattern = pattern(text);
        assert_eq!(covers(&read, &read), Coverage::Covers, "{text}");
        assert_eq!(covers(&pattern(""), &read), Coverage::Covers, "{text}");
    }
}

#[test]
fn filters_cover_together_what_none_covers_alone() {
    let parts = [
        "{ $.a = x }",
        "{ $.a = y || $.a = z && $.b = c }",
        "{ $.a = z && $.b != c }",
    ]
    .map(pattern);
    let required = pattern("{ $.a = x || $.a = y || $.a = z && $.b = 'c*' }");
    assert!(
        parts
            .iter()
            .all(|part| matches!(covers(part, &required), Coverage::Misses(_)))
    );
    let together = FilterPattern::any_of(&parts).unwrap();
    assert_eq!(covers(&together, &required), Coverage::Covers);
    assert_eq!(pattern(&together.to_string()), together);
    assert!(matches!(
        covers(&FilterPattern::any_of(&parts[1..]).unwrap(), &required),
        Coverage::Misses(_)
    ));
    assert_eq!(FilterPattern::any_of(&parts[..1]).as_ref(), Some(&parts[0]));
    assert_eq!(
        FilterPattern::any_of(&[parts[0].clone(), pattern("")]),
        Some(pattern(""))
    );
    assert_eq!(FilterPattern::any_of(&[]), None);
}
