//! Expands the codecs that a profile requests, and checks them against those of the library.

use globset::GlobBuilder;

use crate::diagnostic::{Code, Diagnostic};
use crate::did_you_mean;
use crate::graph::CodecAliases;
use crate::manifest::CodecGroup;
use crate::profile::{Profile, RequestedCodec};
use crate::stdlib::Stdlib;
use crate::types::{ModuleName, Version};

/// The group of all codecs.
const ALL: &str = "all";

/// Returns the names of the codecs that a profile requests: by name, by a group, or by a pattern such as `cp125*`.
/// Excluded codecs are left out of groups and patterns.
///
/// # Errors
/// An error for each name that is unknown or excluded, and each pattern that matches nothing.
pub(super) fn requested_codecs(
    profile: &Profile,
    groups: &[CodecGroup],
    codecs: &CodecAliases,
    stdlib: &Stdlib,
    version: Version,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    for codec in &profile.codecs {
        if let Some(group) = groups.iter().find(|group| group.group == codec.name) {
            let available = library_codecs(profile, stdlib);
            let available = available.filter(|name| group.codecs.iter().any(|codec| codec == name));
            names.extend(available.map(str::to_owned));
        } else if codec.name == ALL {
            names.extend(library_codecs(profile, stdlib).map(str::to_owned));
        } else if codec.name.contains(['*', '?', '[']) {
            match matching_codecs(codec, profile, stdlib) {
                Ok(matching) => names.extend(matching),
                Err(error) => errors.push(*error),
            }
        } else {
            let error = check_codec(codec, profile, groups, codecs, stdlib, version);
            errors.extend(error);
            names.push(codec.name.clone());
        }
    }
    if errors.is_empty() {
        Ok(names)
    } else {
        Err(errors)
    }
}

/// Iterates over the names of the codecs of the library that the profile does not exclude.
fn library_codecs<'a>(
    profile: &'a Profile,
    stdlib: &'a Stdlib,
) -> impl Iterator<Item = &'a str> + 'a {
    let modules = stdlib.modules().keys();
    let modules = modules.filter(|module| profile.exclusion_of(module).is_none());
    let codecs = modules.filter_map(|module| module.as_str().strip_prefix("encodings."));
    codecs.filter(|name| *name != "aliases")
}

fn matching_codecs(
    codec: &RequestedCodec,
    profile: &Profile,
    stdlib: &Stdlib,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let pattern = codec.name.to_lowercase().replace('-', "_");
    let error = |message| {
        let error = Diagnostic::error(Code::UnknownCodec, message);
        Box::new(error.with_provenance(&codec.provenance))
    };
    let glob = GlobBuilder::new(&pattern).build();
    let glob = glob.map_err(|problem| {
        error(format!(
            "'{}' is not a pattern: {}",
            codec.name,
            problem.kind()
        ))
    })?;
    let matcher = glob.compile_matcher();
    let names = library_codecs(profile, stdlib).filter(|name| matcher.is_match(name));
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() {
        return Err(error(format!(
            "no codec of the library matches '{}'",
            codec.name
        )));
    }
    Ok(names)
}

/// Returns an error if a codec that is requested by its name is unknown or excluded, so that a bundle could not contain
/// it.
fn check_codec(
    codec: &RequestedCodec,
    profile: &Profile,
    groups: &[CodecGroup],
    codecs: &CodecAliases,
    stdlib: &Stdlib,
    version: Version,
) -> Option<Diagnostic> {
    let name = &codec.name;
    let modules = codecs.modules(name).into_iter();
    let modules = modules.filter(|module| stdlib.get(module).is_some());
    let modules: Vec<ModuleName> = modules.filter_map(|module| module.parse().ok()).collect();
    if modules.is_empty() {
        let message = format!("Python {version} has no codec '{name}'");
        let help = suggest_codec(name, groups, codecs, stdlib);
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
}

fn suggest_codec(
    name: &str,
    groups: &[CodecGroup],
    codecs: &CodecAliases,
    stdlib: &Stdlib,
) -> String {
    let modules = stdlib.modules().keys().map(ModuleName::as_str);
    let modules = modules.filter_map(|module| module.strip_prefix("encodings."));
    let group_names = groups.iter().map(|group| group.group.as_str()).chain([ALL]);
    let known = modules.chain(codecs.aliases()).chain(group_names.clone());
    match did_you_mean::nearest(&name.to_lowercase().replace('-', "_"), known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!(
            "name codecs as in codecs: [cp1252, shift_jis], patterns as in 'cp125*', or a group: {}",
            group_names.collect::<Vec<_>>().join(", ")
        ),
    }
}
