//! Checks the codecs that a profile requests against those of the library.

use crate::diagnostic::{Code, Diagnostic};
use crate::did_you_mean;
use crate::graph::CodecAliases;
use crate::profile::{Profile, RequestedCodec};
use crate::stdlib::Stdlib;
use crate::types::{ModuleName, Version};

/// Returns an error for each codec of the profile that is unknown or excluded, so that a bundle could not contain it.
pub(super) fn check_codecs(
    profile: &Profile,
    codecs: &CodecAliases,
    stdlib: &Stdlib,
    version: Version,
) -> Vec<Diagnostic> {
    let check = |codec: &RequestedCodec| {
        let name = &codec.name;
        let modules = codecs.modules(name).into_iter();
        let modules = modules.filter(|module| stdlib.get(module).is_some());
        let modules: Vec<ModuleName> = modules.filter_map(|module| module.parse().ok()).collect();
        if modules.is_empty() {
            let message = format!("Python {version} has no codec '{name}'");
            let help = suggest_codec(name, codecs, stdlib);
            let error = Diagnostic::error(Code::UnknownCodec, message).with_help(help);
            return Some(error.with_provenance(&codec.provenance));
        }
        let exclusions = modules.iter().map(|module| profile.exclusion_of(module));
        let exclusion = exclusions.collect::<Option<Vec<_>>>()?.first().copied()?;
        let message = format!("the codec '{name}' is excluded: {}", exclusion.reason);
        let help = format!(
            "remove it from the codecs, or narrow the pattern '{}' at {}",
            exclusion.pattern, exclusion.provenance
        );
        let error = Diagnostic::error(Code::ExcludedCodec, message).with_help(help);
        Some(error.with_provenance(&codec.provenance))
    };
    profile.codecs.iter().filter_map(check).collect()
}

fn suggest_codec(name: &str, codecs: &CodecAliases, stdlib: &Stdlib) -> String {
    let modules = stdlib.modules().keys().map(ModuleName::as_str);
    let modules = modules.filter_map(|module| module.strip_prefix("encodings."));
    let known = modules.chain(codecs.aliases());
    match did_you_mean::nearest(&name.to_lowercase().replace('-', "_"), known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "each codec is named, as in codecs: [cp1252, shift_jis]".to_owned(),
    }
}
