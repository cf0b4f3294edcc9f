//! The format of stubs, which raise the reason in place of missing modules.

/// The name of the module that all stubs import.
pub const STUB_HELPER_NAME: &str = "_not_in_this_bundle";

/// The start of every stub, before the number of its reason.
pub const STUB_PREFIX: &str = "import _not_in_this_bundle as m;m.missing(__name__,";

/// Returns whether a file in a zip is a stub or the module that stubs import. `start` contains its first bytes, as many
/// as [`STUB_PREFIX`] has.
pub fn is_stub(path: &str, start: &[u8]) -> bool {
    let is_helper = path.strip_suffix(".py") == Some(STUB_HELPER_NAME);
    is_helper || (path.ends_with(".py") && start == STUB_PREFIX.as_bytes())
}
