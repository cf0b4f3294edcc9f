//! Removes the indentation that all lines share, as Pyodide and PyScript do before they run a text.

/// Returns `text` without the leading white space that all lines with code share (`textwrap.dedent`). The number of
/// lines stays the same.
pub(super) fn dedent(text: &str) -> String {
    let lines = || text.split('\n');
    let margins = lines().filter(|line| !line.trim().is_empty()).map(margin);
    let shared = margins.reduce(shared_prefix).unwrap_or_default();
    if shared.is_empty() {
        return text.to_owned();
    }
    let dedented: Vec<&str> = lines()
        .map(|line| line.strip_prefix(shared).unwrap_or_default())
        .collect();
    dedented.join("\n")
}

fn margin(line: &str) -> &str {
    let is_code = |c: char| c != ' ' && c != '\t';
    &line[..line.find(is_code).unwrap_or(line.len())]
}

fn shared_prefix<'a>(left: &'a str, right: &str) -> &'a str {
    // Margins are ASCII.
    let pairs = left.bytes().zip(right.bytes());
    &left[..pairs.take_while(|(left, right)| left == right).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_indentation_is_removed() {
        assert_eq!(dedent("\n  if a:\n    b\n  \n"), "\nif a:\n  b\n\n");
        assert_eq!(dedent("a\n  b"), "a\n  b");
        assert_eq!(dedent("\ta\n  b"), "\ta\n  b");
    }
}
