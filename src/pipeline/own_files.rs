//! Tells the files of this program in the folder of an app from those of the app.

use std::path::{Path, PathBuf};

use super::{Inputs, PROJECT_FILE};
use crate::bundle::find_owning_receipt;
use crate::compare::LOCK_FILE;

/// Returns whether a file is one that this program reads or has written: a profile, project or lock, or a file of a
/// bundle. A bundle that depends on itself would differ each time.
pub(super) fn is_of_this_program(inputs: &Inputs, file: &Path) -> bool {
    let is_profile = |profile: &PathBuf| profile.canonicalize().ok() == file.canonicalize().ok();
    let name = file.file_name().unwrap_or_default();
    name == PROJECT_FILE
        || name == LOCK_FILE
        || inputs.profile.files.iter().any(is_profile)
        || find_owning_receipt(file).is_some()
}
