//! Stubs: files in place of missing modules, which raise the reason.

/// The name of the module that stubs share.
pub const STUB_HELPER_NAME: &str = "_not_in_this_bundle";

/// What every stub begins with; its reason's number follows.
pub const STUB_PREFIX: &str = "import _not_in_this_bundle as m;m.missing(__name__,";

/// Whether a file of a zip is a stub. `start` is as much of it as [`STUB_PREFIX`] has.
pub fn is_stub(path: &str, start: &[u8]) -> bool {
    let helper = path.strip_suffix(".py") == Some(STUB_HELPER_NAME);
    helper || (path.ends_with(".py") && start == STUB_PREFIX.as_bytes())
}
