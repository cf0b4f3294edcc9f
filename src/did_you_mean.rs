//! Suggestions for misspelled words.

/// "did you mean 'roots'?" where one of `known` is near, else the list of them.
pub fn suggestion<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    introduction: &str,
) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("{introduction}: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The word among `known` that `word` may be a slip of, if one is near enough.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|&(likeness, _)| likeness > 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
