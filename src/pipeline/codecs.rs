//! The codecs that a profile asks for, held against those that there are.

use crate::did_you_mean;
use crate::graph::Codecs;
use crate::profile::{Diagnostic, Profile, RequestedCodec, Severity};
use crate::stdlib::Stdlib;
use crate::types::{ModuleName, Version};

/// Codecs of the profile that no look-up would find in a bundle: of a name that there is not, or excluded.
pub(super) fn check_codecs(
    profile: &Profile,
    codecs: &Codecs,
    stdlib: &Stdlib,
    version: Version,
) -> Vec<Diagnostic> {
    let mistake = |codec: &RequestedCodec, message, help| Diagnostic {
        severity: Severity::Error,
        message,
        help,
        provenance: codec.provenance.clone(),
    };
    let check = |codec: &RequestedCodec| {
        let name = &codec.name;
        let modules = codecs.modules(name).into_iter();
        let modules = modules.filter(|module| stdlib.get(module).is_some());
        let modules: Vec<ModuleName> = modules.filter_map(|module| module.parse().ok()).collect();
        if modules.is_empty() {
            let message = format!("Python {version} has no codec '{name}'");
            return Some(mistake(
                codec,
                message,
                Some(suggest_codec(name, codecs, stdlib)),
            ));
        }
        let exclusions = modules.iter().map(|module| profile.exclusion_of(module));
        let exclusion = exclusions.collect::<Option<Vec<_>>>()?.first().copied()?;
        let message = format!("the codec '{name}' is excluded: {}", exclusion.reason);
        let help = format!(
            "take it out of the codecs, or narrow the pattern '{}' at {}",
            exclusion.pattern, exclusion.provenance
        );
        Some(mistake(codec, message, Some(help)))
    };
    profile.codecs.iter().filter_map(check).collect()
}

fn suggest_codec(name: &str, codecs: &Codecs, stdlib: &Stdlib) -> String {
    let modules = stdlib.modules().keys().map(ModuleName::as_str);
    let modules = modules.filter_map(|module| module.strip_prefix("encodings."));
    let known = modules.chain(codecs.aliases());
    match did_you_mean::nearest(&name.to_lowercase().replace('-', "_"), known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "each codec is named, as in codecs: [cp1252, shift_jis]".to_owned(),
    }
}
