//! Checks that a target can start with a bundle of the given inputs.

use super::{Inputs, PackError, PackRequest};
use crate::compile::PythonCommand;
use crate::profile::{Payload, is_target_file};

/// Checks that the library has the modules that the program around the target's interpreter imports, and that the
/// interpreter can read the bytecode.
///
/// # Errors
/// [`PackError::MissingStartupModule`] or [`PackError::Magic`].
pub(super) fn check_boot(request: &PackRequest, inputs: &Inputs) -> Result<(), PackError> {
    let Inputs {
        profile,
        manifests,
        stdlib,
        python,
        target,
        ..
    } = inputs;
    let Some(manifest) = manifests.target(&target.name) else {
        return Ok(());
    };
    // A probed target file lists what one interpreter imported at startup. Another library may work without it.
    if is_target_file(&request.profile.target) {
        return Ok(());
    }
    let entries = manifest.startup.iter();
    let entries = entries.filter(|entry| entry.versions.contains(target.version));
    let mut modules = entries.flat_map(|entry| &entry.modules);
    if let Some(module) = modules.find(|module| stdlib.get(module.as_str()).is_none()) {
        return Err(PackError::MissingStartupModule {
            target: target.name.clone(),
            module: module.clone(),
        });
    }
    // The expected magic number is unknown for a build of CPython. An interpreter that compiles for itself can read its
    // own bytecode.
    let needs_release_magic = manifest.is_webassembly()
        && matches!(python.command, PythonCommand::Native(_))
        && request.cpython_build.is_none();
    let facts = &python.facts;
    let release = manifests.version(target.version);
    let release = release.filter(|release| release.version == facts.version);
    match release {
        Some(release)
            if needs_release_magic
                && profile.payload == Payload::Bytecode
                && release.magic != facts.magic =>
        {
            Err(PackError::Magic {
                command: python.command.to_string(),
                magic: facts.magic,
                target: target.name.clone(),
                version: target.version,
                expected: release.magic,
            })
        }
        _ => Ok(()),
    }
}
