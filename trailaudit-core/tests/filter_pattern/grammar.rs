//! What is a pattern, how it is written, and where an error is.

use proptest::prelude::*;
use trailaudit_core::filter_pattern::{FilterPattern, MAX_DEPTH, MAX_LENGTH, Problem};

use super::pattern;

#[test]
fn every_form_is_read_and_written() {
    for (text, written) in [
        ("", ""),
        ("  ", ""),
        ("{$.a=b}", r#"{ $.a = "b" }"#),
        (" { $.a != 'y*' } ", r#"{ $.a != "y*" }"#),
        (r#"{ $.a = "say \"hi\" \\" }"#, r#"{ $.a = "say \"hi\" \\" }"#),
        (
            "{ $.sourceIPAddress != 123.123.* }",
            r#"{ $.sourceIPAddress != "123.123.*" }"#,
        ),
        ("{ $.latency = * }", r#"{ $.latency = "*" }"#),
        ("{ $.n[0] = 1e-3 }", "{ $.n[0] = 0.001 }"),
        ("{ $.n > +1000 }", "{ $.n > 1000.0 }"),
        ("{ $.n<=-.5 }", "{ $.n <= -0.5 }"),
        ("{ $.n >= 10e300 }", "{ $.n >= 1e301 }"),
        ("{ $.n < 5. }", "{ $.n < 5.0 }"),
        ("{ $.n = -0 }", "{ $.n = 0.0 }"),
        ("{ $.a = %val.{2}% }", "{ $.a = %val.{2}% }"),
        ("{ $.l[*].x = 1 || $.* = b }", r#"{ $.l[*].x = 1.0 || $.* = "b" }"#),
        ("{ $.['cluster.name'] = c }", r#"{ $['cluster.name'] = "c" }"#),
        (r#"{ $["it's"]['plain'] IS NULL }"#, r"{ $['it\'s'].plain IS NULL }"),
        ("{ $.a is true && $.b Is False }", "{ $.a IS TRUE && $.b IS FALSE }"),
        ("{ $.a NOT EXISTS || $.b exists }", "{ $.a NOT EXISTS || $.b EXISTS }"),
        ("{ $.a-b_c[12][0] = x }", r#"{ $.a-b_c[12][0] = "x" }"#),
        // Precedence is () > && > ||, and parentheses stay where they make a difference to the form.
        ("{ $.a=1 || $.b=2 && $.c=3 }", "{ $.a = 1.0 || $.b = 2.0 && $.c = 3.0 }"),
        (
            "{ ($.a=1 || $.b=2) && (($.c=3)) }",
            "{ ($.a = 1.0 || $.b = 2.0) && $.c = 3.0 }",
        ),
        ("{ NOT ($.a=1 && NOT $.b=2) }", "{ NOT ($.a = 1.0 && NOT $.b = 2.0) }"),
        (
            "{ (NOT $.a=1) || $.a NOT EXISTS }",
            "{ NOT $.a = 1.0 || $.a NOT EXISTS }",
        ),
        ("{ $.NOT = NOTHING }", r#"{ $.NOT = "NOTHING" }"#),
    ] {
        let read = pattern(text);
        assert_eq!(read.to_string(), written, "{text}");
        assert_eq!(pattern(written), read, "{text}");
    }
}

#[test]
fn an_error_says_what_and_where() {
    use Problem::{Escape, Expected, IsNot, NotClosed, NotJson, NumberTooLarge, OrderOfText, TooDeep, TooLong};
    let expected = |what| Expected(what);
    let term = expected("a selector, an opening parenthesis or NOT");
    let value = expected("a text, a number or a regular expression");
    let check = expected("a comparison, IS, EXISTS or NOT EXISTS");
    for (text, position, problem) in [
        ("ERROR", 1, NotJson),
        ("[ip, user]", 1, NotJson),
        ("%regex%", 1, NotJson),
        ("{", 2, term),
        ("{ }", 3, term),
        ("{ $.a = 1", 10, expected("&&, || or a closing brace")),
        ("{ $.a = 1 } x", 13, expected("nothing after the closing brace")),
        ("{ ($.a = 1 }", 12, expected("&&, || or a closing parenthesis")),
        ("{ $ = 1 }", 4, expected("a field after $")),
        ("{ $. = 1 }", 5, expected("the name of a field")),
        ("{ $.a[ = 1 }", 7, expected("an index, * or a name in quotes")),
        ("{ $.a[1 = 1 }", 8, expected("a closing bracket")),
        ("{ $.a[99999999999] = 1 }", 7, NumberTooLarge),
        ("{ $.a 1 }", 7, check),
        ("{ $.a ! 1 }", 7, check),
        ("{ $.a = }", 9, value),
        ("{ $.a = && }", 9, value),
        ("{ $.a & $.b }", 7, check),
        ("{ $.a = 1 & $.b = 2 }", 11, expected("&&")),
        ("{ $.a = 1 | $.b = 2 }", 11, expected("||")),
        ("{ $.a = \"x }", 9, NotClosed),
        ("{ $.a = %x }", 9, NotClosed),
        ("{ $.a = \"\\n\" }", 10, Escape),
        ("{ $.a > x }", 9, OrderOfText),
        ("{ $.a >= \"5\" }", 10, OrderOfText),
        ("{ $.a = 1e999 }", 9, NumberTooLarge),
        ("{ $.a IS NOT NULL }", 10, IsNot),
        ("{ $.a IS 5 }", 10, expected("NULL, TRUE or FALSE")),
        ("{ $.a NOT 5 }", 11, expected("EXISTS")),
        (&" ".repeat(MAX_LENGTH + 1), MAX_LENGTH + 1, TooLong),
        (&format!("{{{}", "(".repeat(4000)), MAX_DEPTH + 2, TooDeep),
        (&format!("{{{}", "NOT ".repeat(1000)), 4 * MAX_DEPTH + 2, TooDeep),
        (&format!("{{$.a{}", "[0]".repeat(1000)), 3 * MAX_DEPTH + 5, TooDeep),
    ] {
        let error = FilterPattern::parse(text).unwrap_err();
        assert_eq!((error.position, error.problem), (position, problem), "{text}: {error}");
    }
    let error = FilterPattern::parse("{ $.a > x }").unwrap_err();
    assert_eq!(
        error.to_string(),
        "only a number can be compared by order, at character 9"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    /// Pieces of the grammar in any order: mostly wrong, often nearly right, sometimes right.
    #[test]
    fn no_text_is_too_much(pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..24), junk in ".{0,8}", at in 0..24_usize) {
        let mut text: String = pieces.iter().take(at).copied().collect();
        text.push_str(&junk);
        text.extend(pieces.iter().skip(at).copied());
        holds_together(&text)?;
        holds_together(&format!("{{{text}}}"))?;
    }

    #[test]
    fn what_is_written_reads_as_the_same(text in term()) {
        let text = format!("{{ {text} }}");
        prop_assert!(FilterPattern::parse(&text).is_ok(), "{text}");
        holds_together(&text)?;
    }
}

const PIECES: [&str; 30] = [
    "{", "}", "(", ")", "$", "$.a", "$.b.c", "[0]", "[*]", ".*", "['x y']", " ", " = ", "!=", "<=", ">", "\"x*\"",
    "'y'", "z", "5", "-1.5e3", "%r%", "&&", "||", " NOT ", " EXISTS", " IS NULL", " IS TRUE", "*", "\\",
];

fn holds_together(text: &str) -> Result<(), TestCaseError> {
    match FilterPattern::parse(text) {
        Ok(read) => {
            let written = read.to_string();
            if written.chars().count() <= MAX_LENGTH {
                prop_assert_eq!(FilterPattern::parse(&written), Ok(read), "{}", written);
            }
        }
        Err(error) => prop_assert!(
            (1..=text.chars().count() + 1).contains(&error.position),
            "{text}: {error}"
        ),
    }
    Ok(())
}

fn term() -> impl Strategy<Value = String> {
    let selector = prop::collection::vec(
        prop_oneof![
            "\\.[a-zA-Z0-9_-]{1,6}",
            "\\[[0-9]{1,4}\\]",
            Just(".*".to_owned()),
            "\\['[^'\\\\]{0,4}'\\]"
        ],
        1..4,
    );
    let selector = selector.prop_map(|steps| format!("${}", steps.concat()));
    let number = any::<f64>().prop_filter("finite", |number| number.is_finite());
    let check = prop_oneof![
        "(=|!=) \"[^\"\\\\]{0,6}\"",
        "(=|!=) [a-z*.]{1,6}",
        "(=|!=) %[^%]{0,6}%",
        number.prop_map(|number| format!(">= {number:?}")),
        prop::sample::select(vec!["EXISTS", "NOT EXISTS", "IS NULL", "IS TRUE", "IS FALSE"]).prop_map(str::to_owned),
    ];
    let test = (selector, check).prop_map(|(selector, check)| format!("{selector} {check}"));
    test.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|terms| format!("({})", terms.join(" && "))),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|terms| format!("({})", terms.join(" || "))),
            inner.prop_map(|term| format!("NOT {term}")),
        ]
    })
}
