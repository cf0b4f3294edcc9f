//! The closure of what importing loads.

use crate::scan::{ImportSite, SitePlace};

/// Imports that run on import; of modules that the user `asked_for` himself, the app's, those in
/// functions too.
pub(super) fn follows(site: &ImportSite, asked_for: bool) -> bool {
    site.place == SitePlace::Body || asked_for
}
