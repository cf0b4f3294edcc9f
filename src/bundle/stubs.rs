//! Builds stubs for missing modules: importing one raises `ModuleNotFoundError` with the reason.

use std::collections::BTreeMap;

use super::Entry;
use crate::escape;
use crate::stdlib::{STUB_HELPER_NAME, STUB_PREFIX};
use crate::types::ModuleName;

/// The code that all stubs share. The bundle is first on `sys.path`, so a stub imports an installed module of the same
/// name if there is one.
///
/// Python and Pyodide have their own messages for errors that name a module of the standard library. From 3.15 on,
/// tracebacks show the message in `_missing_stdlib_info` instead of the error's text (`TracebackException` in
/// `Lib/traceback.py`). Pyodide adds a note unless the error is marked as having one (`_pyodide/_importhook.py`). The
/// note that a module can be installed is correct, but the one that it was removed because of browsers is not.
const STUB_HELPER: &str = "\
def error(name, message):
    import sys

    error = ModuleNotFoundError(message, name=name)
    if sys.version_info >= (3, 15):
        try:
            import _missing_stdlib_info as info
        except ImportError:
            info = sys.modules['_missing_stdlib_info'] = type(sys)('_missing_stdlib_info')
        for module in info, sys.modules.get('traceback'):
            if module is not None:
                module.__dict__.setdefault('_MISSING_STDLIB_MODULE_MESSAGES', {})[name] = message
    hook = sys.modules.get('_pyodide._importhook')
    if hook is not None:
        package = getattr(hook, 'REPODATA_PACKAGES_IMPORT_TO_PACKAGE_NAME', {}).get(name)
        if package not in getattr(hook, 'UNVENDORED_STDLIBS_AND_TEST', ()):
            error._PYODIDE_ADDED_NOTE = True
    return error


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
        raise error(name, name + ' is not in this bundle: ' + REASONS[reason]) from None
    sys.modules[name] = module = module_from_spec(spec)
    if spec.loader is not None:
        spec.loader.exec_module(module)


";

/// Builds a stub for each top-level module of `missing`, and the module that the stubs share. All stubs with the same
/// reason have the same bytes, so they add almost nothing to the compressed size.
pub fn build_stubs(missing: &BTreeMap<ModuleName, String>) -> Vec<Entry> {
    let top_level = missing.iter().filter(|(name, _)| name.parent().is_none());
    let mut reasons: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for (name, reason) in top_level {
        let known = reasons.iter().position(|known| known == reason);
        let index = known.unwrap_or_else(|| {
            reasons.push(reason);
            reasons.len() - 1
        });
        let text = format!("{STUB_PREFIX}{index})\n");
        entries.push(Entry {
            path: format!("{name}.py"),
            bytes: text.into_bytes(),
        });
    }
    if !entries.is_empty() {
        let reasons = reasons.into_iter().map(escape::python);
        let lines: String = reasons.map(|reason| format!("    {reason},\n")).collect();
        entries.push(Entry {
            path: format!("{STUB_HELPER_NAME}.py"),
            bytes: format!("{STUB_HELPER}REASONS = [\n{lines}]\n").into_bytes(),
        });
    }
    entries
}
