//! Joins the Python texts of a file into one source.

use super::indent::dedent;
use super::{Place, Text};
use crate::scan::{Scanned, SourceOrigin, scan_text};

/// The source that the Python texts of a file make up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// The source.
    pub code: String,
    /// The place of each line of the source.
    pub places: Vec<Place>,
    /// The texts that are not valid Python and not in the source.
    pub rejected: Vec<Rejected>,
}

/// A text that is not valid Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The place of the first error.
    pub place: Place,
    /// The message of the parser.
    pub message: String,
}

/// Joins texts. They run in one namespace, and an invalid one fails alone.
pub fn join(texts: &[Text]) -> Joined {
    let mut joined = Joined::default();
    for text in texts {
        let code = dedent(&text.code);
        // A byte order mark is nothing at the start of a text, and an error anywhere else.
        let code = code.strip_prefix('\u{feff}').unwrap_or(&code);
        match first_error(code) {
            Some((line, message)) => joined.rejected.push(Rejected {
                place: text.places.get(line).copied().unwrap_or_default(),
                message,
            }),
            None => {
                joined.code.push_str(code);
                joined.code.push('\n');
                joined.places.extend(&text.places);
            }
        }
    }
    joined
}

/// Returns the line of the first syntax error, from 0, and its message.
fn first_error(code: &str) -> Option<(usize, String)> {
    match scan_text(code, None, SourceOrigin::App) {
        Scanned::Summary(_) => None,
        Scanned::Rejected(error) => {
            let line = usize::try_from(error.line).unwrap_or_default();
            Some((line.saturating_sub(1), error.message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: u32, code: &str) -> Text {
        Text::starting_at(Place { cell: 0, line }, code.to_owned())
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        let joined = join(&[text(1, "a"), text(2, "\u{feff}b")]);
        assert_eq!(joined.code, "a\nb\n");
    }

    #[test]
    fn invalid_texts_are_left_out() {
        let joined = join(&[text(3, "  a\n  b"), text(8, "c\nd e"), text(20, "f")]);
        assert_eq!(joined.code, "a\nb\nf\n");
        let lines: Vec<u32> = joined.places.iter().map(|place| place.line).collect();
        assert_eq!(lines, [3, 4, 20]);
        let rejected: Vec<u32> = joined.rejected.iter().map(|r| r.place.line).collect();
        assert_eq!(rejected, [9]);
    }
}
