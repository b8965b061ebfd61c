//! Text with `*`, any text, and `?`, any one character.

/// Whether the text matches the pattern, with case.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut retry = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('*') => {
                retry = Some((place + 1, at));
                place += 1;
            }
            Some(c) if *c == '?' || *c == text[at] => {
                at += 1;
                place += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (place, at) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[place..].iter().all(|c| *c == '*')
}

/// Whether an ARN matches a pattern, each of its six parts for itself.
pub fn matches_arn(pattern: &str, arn: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) = (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| matches(pattern, part))
}

/// Whether an ARN matches, where it is not told whether wildcards reach across colons; none where that matters.
pub fn matches_either_way(pattern: &str, arn: &str) -> Option<bool> {
    let (whole, by_part) = (matches(pattern, arn), pattern == "*" || matches_arn(pattern, arn));
    (whole == by_part).then_some(whole)
}

/// Whether an action matches; actions have no case.
pub fn matches_action(pattern: &str, action: &str) -> bool {
    matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_the_user_guide_says() {
        for (pattern, text, whole) in [
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a*c", "abbc", true),
            ("a*c", "ac", true),
            ("a?c", "ac", false),
            ("a?c", "abc", true),
            ("**a", "ba", true),
            ("*ab*ab", "abab", true),
            ("A", "a", false),
        ] {
            assert_eq!(matches(pattern, text), whole, "{pattern} {text}");
        }
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:log-stream:one";
        for (pattern, answer) in [
            ("*", Some(true)),
            ("arn:aws:logs:*:111122223333:log-group:trail:*", Some(true)),
            ("arn:aws:logs:eu-west-1:111122223333:*", Some(true)),
            ("arn:aws:logs:eu-west-1:111122223333:log-group:other:*", Some(false)),
            ("arn:aws:logs:*:trail:*", None),
            ("arn:*", None),
            ("arn:aws:s3:*", Some(false)),
        ] {
            assert_eq!(matches_either_way(pattern, arn), answer, "{pattern}");
        }
        assert!(matches_action(
            "KMS:generatedatakey*",
            "kms:GenerateDataKeyWithoutPlaintext"
        ));
    }
}
