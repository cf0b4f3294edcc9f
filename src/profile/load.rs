//! Loads profiles and merges those that they extend.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::file::BudgetEntry;
use super::find::{ProfileLocation, ProfileText, is_target_file};
use super::options::{Closure, Compression, Frozen, OnUnimportable, Optimize, Payload, StartTier};
use super::overrides::parse_entry_point;
use super::parse::{ParsedProfile, parse_profile};
use super::pattern::Pattern;
use super::{
    Budget, Budgets, Exclusion, Exclusions, ExtraModule, Output, Profile, RequestedCodec, Root,
    Roots, encodings, sorted_unique,
};
use crate::diagnostic::{Code, Diagnostic, Provenance, Sourced};
use crate::escape;
use crate::manifest::RuntimeFeature;
use crate::types::ModuleName;
use crate::yaml::Spanned;

/// The maximum depth of `extends`.
const MAX_EXTENDS_DEPTH: usize = 32;

/// The maximum number of `extends` entries that are followed for one profile, including repetitions.
const MAX_EXTENDED: usize = 256;

/// Loads a profile. `name` is a built-in name or the path of a YAML file.
///
/// # Errors
/// All errors in the profile and in those that it extends.
pub fn load(name: &str) -> Result<Profile, Vec<Diagnostic>> {
    let name = Sourced::of_flag("--profile", name, name.to_owned());
    load_beside(&name, Path::new(""))
}

/// Loads a built-in profile, or one whose path is relative to `folder`.
///
/// # Errors
/// All errors in the profile and in those that it extends.
pub fn load_beside(name: &Sourced<String>, folder: &Path) -> Result<Profile, Vec<Diagnostic>> {
    let location = ProfileLocation::new(&name.value, Some(folder));
    let text = location.and_then(ProfileLocation::read);
    let text = text.map_err(|error| vec![error.with_provenance(&name.provenance)])?;
    load_and_merge(&name.value, text)
}

/// Loads a merged profile from its serialized form, which includes its name. `label` names it in messages.
///
/// # Errors
/// All errors in the profile.
pub fn load_merged(profile: &serde_json::Value, label: &str) -> Result<Profile, Vec<Diagnostic>> {
    let mut keys = profile.clone();
    let name = keys.as_object_mut().and_then(|keys| keys.remove("name"));
    let name = name.and_then(|name| Some(name.as_str()?.to_owned()));
    let text = ProfileText {
        label: label.into(),
        content: (&*escape::yaml_of_json(&keys.to_string())).into(),
        path: None,
    };
    load_and_merge(&name.unwrap_or_default(), text)
}

/// Loads a profile from its text, as if the file `name` contained it.
///
/// # Errors
/// All errors in the profile and in those that it extends.
pub(crate) fn load_text(name: &str, content: &str) -> Result<Profile, Vec<Diagnostic>> {
    let text = ProfileText {
        label: name.into(),
        content: content.into(),
        path: Some(name.into()),
    };
    load_and_merge(name, text)
}

fn load_and_merge(name: &str, text: ProfileText) -> Result<Profile, Vec<Diagnostic>> {
    let path = text.path.clone();
    let mut loader = Loader {
        is_user_profile: path.is_some(),
        parsed: HashMap::new(),
        merging: Vec::new(),
        extends_count: 0,
        exclude: Vec::new(),
        errors: Vec::new(),
        profile: empty(name),
    };
    let identity = path.map_or_else(PathBuf::new, |path| ProfileLocation::File(path).identity());
    if let Some(parsed) = loader.parse(identity.clone(), text) {
        loader.merge(&identity, &parsed, true);
    }
    let exclude = std::mem::take(&mut loader.exclude);
    match Exclusions::new(exclude) {
        Ok(exclude) => loader.profile.exclude = exclude,
        Err(error) => loader.errors.push(*error),
    }
    if loader.errors.is_empty() {
        Ok(loader.profile)
    } else {
        Err(loader.errors)
    }
}

fn empty(name: &str) -> Profile {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    Profile {
        name: stem.to_string_lossy().into_owned(),
        description: String::new(),
        target: "native".to_owned(),
        target_provenance: Provenance::Flag(format!("--profile {name}")),
        roots: Roots::Default,
        run_modules: Vec::new(),
        entry_points: Vec::new(),
        app_exclude: Vec::new(),
        exclude: Exclusions::default(),
        closure: Closure::Reachable,
        tiers: None,
        payload: Payload::Bytecode,
        optimize: Optimize::default(),
        strip: Vec::new(),
        on_unimportable: OnUnimportable::Drop,
        frozen: Frozen::Drop,
        runtime_features: vec![
            RuntimeFeature::Tracebacks,
            RuntimeFeature::Warnings,
            RuntimeFeature::HugeInts,
        ],
        hidden_imports: Vec::new(),
        codecs: Vec::new(),
        extra_modules: Vec::new(),
        dependencies: Vec::new(),
        missing_module_stubs: false,
        output: Output {
            compress: vec![Compression::Brotli],
            app: false,
            app_strip: Vec::new(),
        },
        budget: Budgets::default(),
        files: Vec::new(),
        out: None,
    }
}

fn apply_budget(budget: &mut Budgets, entry: &BudgetEntry) {
    let both = Budget {
        zip: entry.zip,
        brotli: entry.brotli,
        packed: entry.packed,
    };
    let payloads = [Payload::Bytecode, Payload::Source];
    budget.override_with(both, &payloads);
    budget.override_with(entry.bytecode, &payloads[..1]);
    budget.override_with(entry.source, &payloads[1..]);
    budget.app.override_with(entry.app);
    budget.later.override_with(entry.later);
    budget.rest.override_with(entry.rest);
}

struct Loader {
    /// Whether the loaded profile is a user's, not a built-in one.
    is_user_profile: bool,
    /// The parsed profiles by identity; `None` if parsing failed, which was reported.
    parsed: HashMap<PathBuf, Option<Rc<ParsedProfile>>>,
    /// The profiles that are being merged, outermost first.
    merging: Vec<PathBuf>,
    /// The number of `extends` entries that were followed.
    extends_count: usize,
    exclude: Vec<Exclusion>,
    errors: Vec<Diagnostic>,
    profile: Profile,
}

impl Loader {
    /// Parses a profile, and remembers the result.
    fn parse(&mut self, identity: PathBuf, text: ProfileText) -> Option<Rc<ParsedProfile>> {
        let parsed = match parse_profile(text) {
            Ok(parsed) => Some(Rc::new(parsed)),
            Err(error) => {
                self.errors.push(*error);
                None
            }
        };
        self.parsed.insert(identity, parsed.clone());
        parsed
    }

    /// Merges a profile: first the profiles that it extends, in order, then its own keys. If it was merged before, it
    /// sets its single values again, but does not add its lists again.
    fn merge(&mut self, identity: &Path, parsed: &ParsedProfile, is_new: bool) {
        self.merging.push(identity.to_owned());
        for parent in &parsed.file.extends {
            self.extend(parent, &parsed.text);
        }
        self.merging.pop();
        if is_new {
            self.profile.files.extend(parsed.text.path.clone());
            self.add_lists(parsed);
        }
        self.set_values(parsed);
    }

    fn extend(&mut self, parent: &Spanned<String>, text: &ProfileText) {
        self.extends_count += 1;
        if self.extends_count > MAX_EXTENDED {
            // The error is reported once.
            if self.extends_count == MAX_EXTENDED + 1 {
                let message = format!("profiles extend each other more than {MAX_EXTENDED} times");
                let error = Diagnostic::error(Code::InvalidProfile, message);
                let error = error.with_help("name each profile once".to_owned());
                self.errors
                    .push(error.with_provenance(&text.provenance_of(&parent.range)));
            }
            return;
        }
        if let Err(error) = self.try_extend(parent, text) {
            self.errors
                .push(error.with_provenance(&text.provenance_of(&parent.range)));
        }
    }

    fn try_extend(
        &mut self,
        parent: &Spanned<String>,
        text: &ProfileText,
    ) -> Result<(), Box<Diagnostic>> {
        let location = ProfileLocation::new(&parent.value, text.folder())?;
        let identity = location.identity();
        if self.merging.contains(&identity) {
            let merging = self
                .merging
                .iter()
                .filter_map(|merging| self.parsed.get(merging)?.as_ref());
            let labels = merging.map(|parsed| parsed.text.label.clone());
            let labels: Vec<_> = labels.chain([location.label()]).collect();
            let message = format!(
                "profiles extend each other in a loop: {}",
                labels.join(" → ")
            );
            let error = Diagnostic::error(Code::InvalidProfile, message);
            return Err(error.with_help("remove one of the links".to_owned()).into());
        }
        if self.merging.len() >= MAX_EXTENDS_DEPTH {
            let message = format!("profiles extend each other more than {MAX_EXTENDS_DEPTH} deep");
            return Err(Diagnostic::error(Code::InvalidProfile, message).into());
        }
        let cached = self.parsed.get(&identity).cloned();
        let is_new = cached.is_none();
        let parsed = match cached {
            Some(parsed) => parsed,
            None => self.parse(identity.clone(), location.read()?),
        };
        if let Some(parsed) = parsed {
            self.merge(&identity, &parsed, is_new);
        }
        Ok(())
    }

    /// Appends the lists of a profile to the merged ones.
    fn add_lists(&mut self, parsed: &ParsedProfile) {
        let ParsedProfile { text, file } = parsed;
        self.add_roots(file.roots.as_deref(), text);
        for module in &file.run_modules {
            let root = self.module(module, text);
            self.profile.run_modules.extend(root);
        }
        for object in &file.entry_points {
            let object = Sourced {
                value: object.value.clone(),
                provenance: text.provenance_of(&object.range),
            };
            match parse_entry_point(&object) {
                Ok(entry_point) => self.profile.entry_points.push(entry_point),
                Err(error) => self.errors.push(*error),
            }
        }
        for module in &file.hidden_imports {
            let root = self.module(module, text);
            self.profile.hidden_imports.extend(root);
        }
        for entry in &file.exclude {
            for pattern in &entry.modules {
                let source = text.provenance_of(&pattern.range);
                match Pattern::new(&pattern.value) {
                    Ok(modules) => self.exclude.push(Exclusion {
                        pattern: modules,
                        reason: entry.reason.clone(),
                        unless_needed: entry.unless_needed,
                        provenance: source,
                    }),
                    Err(reason) => self.errors.push(
                        Diagnostic::error(Code::InvalidPattern, reason.to_string())
                            .with_provenance(&source),
                    ),
                }
            }
        }
        let profile = &mut self.profile;
        profile.app_exclude.extend(file.app_exclude.iter().cloned());
        profile
            .codecs
            .extend(file.codecs.iter().map(|codec| RequestedCodec {
                provenance: text.provenance_of(&codec.range),
                name: codec.value.clone(),
            }));
        let folder = text.folder().unwrap_or(Path::new(""));
        let dependencies = file.dependencies.iter().map(|path| folder.join(path));
        profile.dependencies.extend(dependencies);
        profile
            .extra_modules
            .extend(file.extra_modules.iter().map(|extra| ExtraModule {
                file: folder.join(&extra.value),
                provenance: text.provenance_of(&extra.range),
            }));
    }

    /// Replaces the merged single values with those that the profile sets.
    fn set_values(&mut self, parsed: &ParsedProfile) {
        let ParsedProfile { text, file } = parsed;
        let profile = &mut self.profile;
        set_if_some(&mut profile.description, file.description.clone());
        if let Some(target) = &file.target {
            profile.target_provenance = text.provenance_of(&target.range);
            // The path of a target file is relative to the profile's folder, as in `extends`.
            profile.target = match text.folder() {
                Some(folder) if is_target_file(&target.value) => {
                    folder.join(&target.value).to_string_lossy().into_owned()
                }
                _ => target.value.clone(),
            };
        }
        set_if_some(&mut profile.closure, file.closure);
        if let Some(tiers) = &file.tiers {
            let mut tiers = tiers.clone();
            if let StartTier::Recorded(file) = &mut tiers.start {
                *file = text.folder().unwrap_or(Path::new("")).join(&*file);
            }
            profile.tiers = Some(tiers);
        }
        set_if_some(&mut profile.payload, file.payload);
        set_if_some(&mut profile.optimize, file.optimize);
        set_if_some(&mut profile.on_unimportable, file.on_unimportable);
        set_if_some(&mut profile.frozen, file.frozen);
        set_if_some(&mut profile.runtime_features, file.runtime_features.clone());
        set_if_some(&mut profile.missing_module_stubs, file.missing_module_stubs);
        set_if_some(&mut profile.strip, file.strip.as_deref().map(sorted_unique));
        let compress = file.output.compress.as_deref();
        set_if_some(&mut profile.output.compress, compress.map(encodings));
        set_if_some(&mut profile.output.app, file.output.app);
        let app_strip = file.output.app_strip.as_deref();
        set_if_some(&mut profile.output.app_strip, app_strip.map(sorted_unique));
        profile.out = file.output.dir.clone().or(profile.out.take());
        // The budget of a built-in profile only applies to that profile itself.
        if text.path.is_some() || !self.is_user_profile {
            apply_budget(&mut profile.budget, &file.budget);
        }
    }

    /// Parses a module name in a profile; reports an invalid one.
    fn module(&mut self, name: &Spanned<String>, text: &ProfileText) -> Option<Root> {
        let source = text.provenance_of(&name.range);
        match ModuleName::new(&name.value) {
            Ok(module) => Some(Root {
                module,
                provenance: source,
            }),
            Err(error) => {
                let error = Diagnostic::error(Code::InvalidModuleName, error.to_string());
                self.errors.push(error.with_provenance(&source));
                None
            }
        }
    }

    fn add_roots(&mut self, roots: Option<&[Spanned<String>]>, text: &ProfileText) {
        let Some(roots) = roots else { return };
        let mut merged = match std::mem::replace(&mut self.profile.roots, Roots::Default) {
            Roots::Named(inherited) => inherited,
            Roots::Default => Vec::new(),
        };
        merged.extend(roots.iter().filter_map(|root| self.module(root, text)));
        self.profile.roots = Roots::Named(merged);
    }
}

/// Replaces an inherited value if the file sets one.
fn set_if_some<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}
