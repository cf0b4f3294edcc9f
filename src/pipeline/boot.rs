//! Checks that the target could start with a bundle of these inputs.

use super::{Inputs, PackError, PackRequest};
use crate::compile::PythonCommand;
use crate::profile::{Payload, is_target_file};

/// Refuses a library without the modules that the program around the target's interpreter imports, and bytecode that the
/// interpreter does not read.
pub(super) fn check_boot(request: &PackRequest, opened: &Inputs) -> Result<(), PackError> {
    let Inputs {
        profile,
        manifests,
        stdlib,
        python,
        target,
        ..
    } = opened;
    let Some(manifest) = manifests.target(&target.name) else {
        return Ok(());
    };
    // What one interpreter was seen to start with, another library may do without.
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
    // Of an interpreter that compiles for itself, and of a build, nobody knows better.
    let of_release = manifest.is_webassembly()
        && matches!(python.command, PythonCommand::Native(_))
        && request.cpython_build.is_none();
    let facts = &python.facts;
    let release = manifests.version(target.version);
    let release = release.filter(|release| release.version == facts.version);
    match release {
        Some(release)
            if of_release
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
