//! Stand-ins for what a bundle lacks: importing one raises `ModuleNotFoundError` with the reason.

use std::collections::BTreeMap;

use super::Entry;
use crate::escape;
use crate::types::ModuleName;

/// What all stubs share. A stub stands before everything else on `sys.path`: a module of its name
/// that somebody installed is imported in its place.
const SHARED: &str = "\
def missing(name, reason):
    import sys
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    here = __file__.rpartition(__name__)[0][:-1]
    path = [place for place in sys.path if place != here]
    spec = PathFinder.find_spec(name, path)
    later = sys.meta_path[sys.meta_path.index(PathFinder) + 1:] if PathFinder in sys.meta_path else []
    for finder in later:
        try:
            spec = spec or finder.find_spec(name, None)
        except ImportError:
            pass
    if spec is None:
        message = name + ' is not in this bundle: ' + REASONS[reason]
        raise ModuleNotFoundError(message, name=name) from None
    sys.modules[name] = module = module_from_spec(spec)
    if spec.loader is not None:
        spec.loader.exec_module(module)


";

/// The name of the module with [`SHARED`].
const SHARED_NAME: &str = "_not_in_this_bundle";

/// What every stub begins with; its reason's number follows.
const START: &str = "import _not_in_this_bundle as m;m.missing(__name__,";

/// Whether a file in a zip stands in for a module that is not there. `start` are its first [`STUB_START`] bytes.
pub fn is_stub(path: &str, start: &[u8]) -> bool {
    let shared = path.strip_suffix(".py") == Some(SHARED_NAME);
    shared || (path.ends_with(".py") && start == START.as_bytes())
}

/// How many bytes tell a stub.
pub const STUB_START: usize = START.len();

/// The stubs of the top-level names of `missing`, and what they share. All stubs with one reason
/// have the same bytes, which cost next to nothing once compressed.
pub fn stubs(missing: &BTreeMap<ModuleName, String>) -> Vec<Entry> {
    let top_level = missing.iter().filter(|(name, _)| name.parent().is_none());
    let mut reasons: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for (name, reason) in top_level {
        let known = reasons.iter().position(|known| known == reason);
        let place = known.unwrap_or_else(|| {
            reasons.push(reason);
            reasons.len() - 1
        });
        let text = format!("{START}{place})\n");
        entries.push(Entry {
            path: format!("{name}.py"),
            bytes: text.into_bytes(),
        });
    }
    if !entries.is_empty() {
        let reasons = reasons.into_iter().map(escape::python);
        let lines: String = reasons.map(|reason| format!("    {reason},\n")).collect();
        entries.push(Entry {
            path: format!("{SHARED_NAME}.py"),
            bytes: format!("{SHARED}REASONS = [\n{lines}]\n").into_bytes(),
        });
    }
    entries
}
