//! The `__main__` of `app.zip`, which `python app.zip` runs.

use std::sync::Arc;

use super::{AppZipModule, ModuleContent, Owner};
use crate::app::App;
use crate::explain::KeptBecause;
use crate::profile::Profile;
use crate::stdlib::ModuleKind;
use crate::types::{ModuleName, ObjectReference};

/// The path of `__main__` in the zip.
const PATH: &str = "__main__.py";

/// Returns the `__main__` of a program whose app has none: it calls the only entry point, is the only script, or runs
/// the only run module that is in the zip. `None` if there is no such start, or several.
pub(super) fn main_module(
    profile: &Profile,
    apps: &[App],
    is_in_zip: impl Fn(&ModuleName) -> bool,
) -> Option<AppZipModule> {
    let generated =
        |text: String, because| main(text.into_bytes().into(), Owner::Generated, because);
    if let Some(entry) = only(profile.entry_points.iter()) {
        return Some(generated(call(&entry.object), KeptBecause::EntryPoint));
    }
    if !profile.entry_points.is_empty() {
        return None;
    }
    let run_modules = profile.run_modules.iter().map(|run| &run.module);
    if let Some(module) = only(run_modules.filter(|module| is_in_zip(module))) {
        return Some(generated(run(module), KeptBecause::RunModule));
    }
    let scripts = apps.iter().enumerate().filter(|(_, app)| app.is_script);
    let (index, script) = only(scripts)?;
    let source = script.modules.values().next()?.source.as_slice();
    Some(main(source.into(), Owner::App(index), KeptBecause::App))
}

fn main(source: Arc<[u8]>, owner: Owner, because: KeptBecause) -> AppZipModule {
    AppZipModule {
        path: PATH.to_owned(),
        kind: ModuleKind::Module,
        owner,
        content: ModuleContent::Source(source),
        because,
    }
}

/// Returns the source that calls a function like the script of an entry point (Python packaging specifications, "Entry
/// points"), or imports a module.
fn call(object: &ObjectReference) -> String {
    let module = &object.module;
    match object.attributes.split_first() {
        None => format!("import {module}\n"),
        Some((first, _)) => {
            let function = object.attributes.join(".");
            format!("import sys\nfrom {module} import {first}\nsys.exit({function}())\n")
        }
    }
}

/// Returns the source that runs a module like `python -m`.
fn run(module: &ModuleName) -> String {
    format!("import runpy\nrunpy.run_module('{module}', run_name='__main__', alter_sys=True)\n")
}

/// Returns the only item of an iterator.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_are_called_with_their_result_as_exit_code() {
        let call = |text| call(&ObjectReference::parse(text).unwrap());
        assert_eq!(call("a.b"), "import a.b\n");
        assert_eq!(
            call("a.b:C.run"),
            "import sys\nfrom a.b import C\nsys.exit(C.run())\n"
        );
    }
}
