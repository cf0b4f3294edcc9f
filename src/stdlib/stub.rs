//! The format of stubs, which raise the reason in place of missing modules.

/// The name of the module that all stubs import.
pub const STUB_HELPER_NAME: &str = "_not_in_this_bundle";

/// The module with the messages that tracebacks show for missing modules, from 3.15 on (`TracebackException` in
/// `Lib/traceback.py`). It is made for one build or bundle, and never part of another one's library.
pub const MESSAGES_MODULE: &str = "_missing_stdlib_info";

/// The start of every stub, before the number of its reason.
pub const STUB_PREFIX: &str = "import _not_in_this_bundle as m;m.missing(__name__,";

/// Returns whether a file in a zip is a stub, or the module that stubs import or that has their messages. `start` contains
/// its first bytes, as many as [`STUB_PREFIX`] has.
pub fn is_stub(path: &str, start: &[u8]) -> bool {
    let name = path.strip_suffix(".py");
    let is_helper = name.is_some_and(|name| [STUB_HELPER_NAME, MESSAGES_MODULE].contains(&name));
    is_helper || (path.ends_with(".py") && start == STUB_PREFIX.as_bytes())
}
