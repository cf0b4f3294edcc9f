//! The list of the files of an installed distribution (PEP 376, and "Recording installed projects" of PyPA's
//! specifications).

/// The name of the list, in the folder `NAME-VERSION.dist-info`.
pub const RECORD: &str = "RECORD";

/// Returns the paths of the files in a list, which is CSV: path, digest and size. They are relative to the folder around
/// that of the metadata.
pub fn paths_in_record(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(path_in_line)
}

fn path_in_line(line: &str) -> String {
    match line.strip_prefix('"') {
        Some(quoted) => quoted
            .split("\",")
            .next()
            .unwrap_or(quoted)
            .replace("\"\"", "\""),
        None => line.split(',').next().unwrap_or(line).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_be_quoted() {
        let text = "a/b.py,sha256=x,3\n\"a, \"\"b\"\".py\",,\n";
        let paths: Vec<String> = paths_in_record(text).collect();
        assert_eq!(paths, ["a/b.py", "a, \"b\".py"]);
        assert_eq!(path_in_line(""), "");
    }
}
