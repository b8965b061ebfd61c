//! Lists in sentences.

/// `a, b and c`; of many the first five.
pub(super) fn listed(items: impl IntoIterator<Item = impl ToString>) -> String {
    let mut items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.dedup();
    let rest = items.len().saturating_sub(5);
    if rest > 1 {
        items.truncate(5);
        items.push(format!("{rest} more"));
    }
    match items.pop() {
        None => String::new(),
        Some(only) if items.is_empty() => only,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn many_are_cut_short() {
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        assert_eq!(listed((1..=6).map(|n| n.to_string())), "1, 2, 3, 4, 5 and 6");
        assert_eq!(listed((1..=9).map(|n| n.to_string())), "1, 2, 3, 4, 5 and 4 more");
        assert_eq!(listed(Vec::<String>::new()), "");
    }
}
