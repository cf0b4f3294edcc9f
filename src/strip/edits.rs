//! Edits of a source text that do not move any other code.

/// A replacement of a byte range of the text. The rest of the range is filled with blanks, so that the lines and
/// columns after it do not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) new: &'static str,
}

/// Applies `edits` to `text`. Of two that overlap, the one that starts first is applied, or else the longer one.
pub(super) fn apply_edits(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
    let mut result = String::with_capacity(text.len());
    let mut position = 0;
    for Edit { start, end, new } in edits {
        if start < position {
            continue;
        }
        result.push_str(&text[position..start]);
        result.push_str(new);
        let mut replaced = new.len();
        for byte in text[start..end].bytes() {
            match byte {
                b'\n' | b'\r' => result.push(char::from(byte)),
                _ if replaced > 0 => replaced -= 1,
                _ => result.push(' '),
            }
        }
        position = end;
    }
    result.push_str(&text[position..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apply_edits_keeps_later_columns() {
        let edit = |start, end, new| Edit { start, end, new };
        let text = "if a == b:\n  'é'\n  c\n";
        let edits = vec![edit(3, 9, "0"), edit(13, 17, "pass"), edit(3, 5, "x")];
        assert_eq!(apply_edits(text, edits), "if 0     :\n  pass\n  c\n");
        assert_eq!(
            apply_edits("...\n....\n", vec![edit(0, 7, "pass")]),
            "pass\n  .\n"
        );
        assert_eq!(apply_edits("a\nb\r\nc", vec![edit(0, 4, "")]), " \n \r\nc");
    }
}
