//! Outputs beside those that a page shows.

/// What of a line is compared.
#[derive(Clone, Copy)]
pub(super) enum Compare {
    /// All but how long things took.
    Numbers,
    /// The words: numbers and digests are masked.
    Words,
}

impl Compare {
    fn of(self, line: &str) -> String {
        match self {
            Self::Numbers => without_timings(line).to_owned(),
            Self::Words => masked(line),
        }
    }

    fn same_line(self, expected: &str, actual: &str) -> bool {
        match expected.strip_suffix("...") {
            Some(begin) => self.of(actual).starts_with(&self.of(begin)),
            None => self.of(expected) == self.of(actual),
        }
    }

    /// Whether these are the lines that the page shows. `...` stands for any lines, and at the end of a line for the
    /// rest of it.
    pub(super) fn matches(self, expected: &[&str], actual: &[&str]) -> bool {
        match expected.split_first() {
            None => actual.is_empty(),
            Some((&"...", more)) => {
                (0..=actual.len()).any(|skipped| self.matches(more, &actual[skipped..]))
            }
            Some((line, more)) => actual.split_first().is_some_and(|(first, rest)| {
                self.same_line(line, first) && self.matches(more, rest)
            }),
        }
    }
}

fn without_timings(line: &str) -> &str {
    line.split(" seconds:").next().unwrap_or(line)
}

/// A line with `N` for every number and digest.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    for word in without_timings(line).split_inclusive([' ', ',', ':', '"']) {
        let digest = word.len() >= 10 && word.bytes().take(10).all(|byte| byte.is_ascii_hexdigit());
        if digest {
            masked.push('N');
            continue;
        }
        for letter in word.chars() {
            let number =
                letter.is_ascii_digit() || (masked.ends_with('N') && ",.%".contains(letter));
            match (number, masked.ends_with('N')) {
                (true, true) => {}
                (true, false) => masked.push('N'),
                (false, _) => masked.push(letter),
            }
        }
    }
    masked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of an output, without those that the page leaves out.
pub(super) fn with_ellipses<'a>(expected: &[&'a str], actual: &[&'a str]) -> Vec<&'a str> {
    let words = Compare::Words;
    let mut lines = Vec::new();
    let mut rest = actual;
    for (place, line) in expected.iter().enumerate() {
        if *line == "..." {
            let next = expected.get(place + 1);
            let end = rest
                .iter()
                .position(|line| next.is_some_and(|next| words.same_line(next, line)));
            rest = &rest[end.unwrap_or(rest.len())..];
            lines.push("...");
        } else if let Some((first, more)) = rest.split_first() {
            let shortened = line.ends_with("...") && words.same_line(line, first);
            let timings = first.starts_with("  seconds:");
            lines.push(if shortened || timings { line } else { first });
            rest = more;
        }
    }
    lines.extend(rest);
    lines
}

#[test]
fn only_timings_may_differ() {
    let expected = [
        "56 of 629 modules",
        "  seconds: open 0.04",
        "...",
        "see: ...",
    ];
    let actual = [
        "56 of 629 modules",
        "  seconds: open 1.20",
        "x",
        "y",
        "see: here",
    ];
    assert!(Compare::Numbers.matches(&expected, &actual));
    let other = [
        "57 of 629 modules",
        "  seconds: open 1.20",
        "x",
        "y",
        "see: here",
    ];
    assert!(!Compare::Numbers.matches(&expected, &other));
    assert!(Compare::Words.matches(&expected, &other));
    assert_eq!(with_ellipses(&expected, &other), {
        let mut shown = expected;
        shown[0] = other[0];
        shown
    });
}
