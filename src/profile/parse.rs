//! Parses profile files, and reports unknown keys and values of the wrong type at their place.

use super::file::ProfileFile;
use super::find::ProfileText;
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml;

/// The text of a profile, and its parsed content.
pub(super) struct ParsedProfile {
    pub(super) text: ProfileText,
    pub(super) file: ProfileFile,
}

/// Parses a profile.
///
/// # Errors
/// The first error in the text: broken YAML, an unknown or duplicate key, or a value of the wrong type.
pub(super) fn parse_profile(text: ProfileText) -> Result<ParsedProfile, Box<Diagnostic>> {
    match yaml::parse(&text.content) {
        Ok(file) => Ok(ParsedProfile { text, file }),
        Err(problem) => {
            let error = Diagnostic::error(Code::InvalidYaml, problem.message);
            let provenance = text.provenance_of(&problem.range);
            Err(Box::new(
                error.with_help(problem.help).with_provenance(&provenance),
            ))
        }
    }
}
