//! The vectors of RFC 8785: its own examples, and the files its author publishes beside it (cyberphone's
//! json-canonicalization, `testdata`). Ours is JCS without fractions, so of the numbers only integers apply; each
//! vector that has fractions must be refused as a whole, never rounded.

use serde_json::Value;
use trailaudit_core::evidence::jcs::{canonical, parse_canonical};

/// (name, input, output)
const VECTORS: [(&str, &str, &str); 5] = [
    (
        "arrays",
        "[\n  56,\n  {\n    \"d\": true,\n    \"10\": null,\n    \"1\": [ ]\n  }\n]",
        r#"[56,{"1":[],"10":null,"d":true}]"#,
    ),
    (
        "french",
        r#"{"pêche": "but canonicalization MUST", "sin": "ignore locale", "péché": "is wrong according to French", "peach": "This sorting order"}"#,
        r#"{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}"#,
    ),
    // As published it has 56.0 for 56, which is a fraction to us: see below.
    (
        "structures",
        r#"{"1": {"f": {"f": "hi","F": 5} ,"\n": 56}, "10": { }, "": "empty", "a": { }, "111": [ { } ], "A": { }}"#,
        r#"{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}"#,
    ),
    // No normalization: two code points stay two.
    (
        "unicode",
        r#"{"Unnormalized Unicode":"\u1e0d\u0307"}"#,
        "{\"Unnormalized Unicode\":\"\u{1e0d}\u{307}\"}",
    ),
    (
        "weird",
        r#"{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One", "\u0080": "Control\u007f", "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis", "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}"#,
        "{\"\\n\":\"Newline\",\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7f}\",\"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\"\u{1f602}\":\"Smiley\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
    ),
];

#[test]
fn what_applies_comes_out_as_published() {
    for (name, input, output) in VECTORS {
        let value: Value = serde_json::from_str(input).unwrap();
        assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), output, "{name}");
        assert!(parse_canonical::<Value>(output.as_bytes()).is_ok(), "{name}");
        assert!(
            input == output || parse_canonical::<Value>(input.as_bytes()).is_err(),
            "{name}"
        );
    }
}

/// RFC 8785 section 3.2.2 ("values"), without its numbers.
#[test]
fn values_come_out_as_in_the_rfc() {
    let input = r#"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
    let value: Value = serde_json::from_str(input).unwrap();
    let output = r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), output);
}

/// RFC 8785 section 3.2.2 and appendix B: fractions and exponents, and integers beyond 2^53 - 1, whatever their value.
#[test]
fn fractions_and_large_numbers_are_refused() {
    for number in [
        "333333333.33333329",
        "1E30",
        "4.50",
        "2e-3",
        "0.000000000000000000000000001",
        "56.0",
        "-0.0",
        "5e-324",
        "1.7976931348623157e308",
        "9007199254740992",
        "-9007199254740992",
        "295147905179352830000",
        "1e21",
        "0.1",
    ] {
        let value: Value = serde_json::from_str(number).unwrap();
        assert!(canonical(&value).is_err(), "{number}");
        assert!(parse_canonical::<Value>(number.as_bytes()).is_err(), "{number}");
    }
    for number in ["0", "9007199254740991", "-9007199254740991"] {
        assert_eq!(parse_canonical::<Value>(number.as_bytes()).unwrap().to_string(), number);
    }
    // Minus zero is zero (appendix B), and so not the canonical form of itself.
    assert!(parse_canonical::<Value>(b"-0").is_err());
}
