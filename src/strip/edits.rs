//! Edits of a text that keep everything else at its place.

/// A part of the text, in bytes, and what takes its place; what the new text is shorter by is blanked, so that no
/// line or column after it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) new: &'static str,
}

/// The text with `edits` made. Where two meet, the one that starts first and reaches further holds.
pub(super) fn blanked(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for Edit { start, end, new } in edits {
        if start < done {
            continue;
        }
        result.push_str(&text[done..start]);
        result.push_str(new);
        let mut taken = new.len();
        for byte in text[start..end].bytes() {
            match byte {
                b'\n' | b'\r' => result.push(char::from(byte)),
                _ if taken > 0 => taken -= 1,
                _ => result.push(' '),
            }
        }
        done = end;
    }
    result.push_str(&text[done..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_after_an_edit_moves() {
        let edit = |start, end, new| Edit { start, end, new };
        let text = "if a == b:\n  'é'\n  c\n";
        let edits = vec![edit(3, 9, "0"), edit(13, 17, "pass"), edit(3, 5, "x")];
        assert_eq!(blanked(text, edits), "if 0     :\n  pass\n  c\n");
        assert_eq!(
            blanked("...\n....\n", vec![edit(0, 7, "pass")]),
            "pass\n  .\n"
        );
        assert_eq!(blanked("a\nb\r\nc", vec![edit(0, 4, "")]), " \n \r\nc");
    }
}
