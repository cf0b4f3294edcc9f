//! Loads a profile and merges what it extends.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::file::{BudgetEntry, ProfileFile};
use super::find::{ProfileLocation, ProfileText, is_target_file};
use super::options::{Closure, Compression, Frozen, OnUnimportable, Optimize, Payload};
use super::pattern::Pattern;
use super::{
    Budget, Budgets, Exclusion, Exclusions, ExtraModule, Profile, RequestedCodec, Root, Roots,
    sorted_unique,
};
use crate::diagnostic::{Code, Diagnostic, Provenance, Sourced};
use crate::escape;
use crate::manifest::RuntimeFeature;
use crate::types::ModuleName;
use crate::yaml::{self, Spanned};

/// How deep profiles may extend each other.
const MAX_EXTENDS_DEPTH: usize = 32;

/// How many profiles one may extend, with those that they extend, each as often as it is named.
const MAX_EXTENDED: usize = 256;

/// Loads the profile called `name`: a built-in one, or the path of a YAML file.
///
/// # Errors
/// Every error in it and in the profiles that it extends.
pub fn load(name: &str) -> Result<Profile, Vec<Diagnostic>> {
    let name = Sourced::of_flag("--profile", name, name.to_owned());
    load_beside(&name, Path::new(""))
}

/// Loads a built-in profile, or one whose path is relative to `folder`.
///
/// # Errors
/// Every error in it and in the profiles that it extends.
pub fn load_beside(name: &Sourced<String>, folder: &Path) -> Result<Profile, Vec<Diagnostic>> {
    let location = ProfileLocation::new(&name.value, Some(folder));
    let text = location.and_then(ProfileLocation::read);
    let text = text.map_err(|error| vec![error.at(&name.provenance)])?;
    load_and_merge(&name.value, text)
}

/// Loads a profile as it was written after merging, by the name that it has there; `place` labels it in messages.
///
/// # Errors
/// Every error in it.
pub fn load_merged(written: &serde_json::Value, place: &str) -> Result<Profile, Vec<Diagnostic>> {
    let mut keys = written.clone();
    let name = keys.as_object_mut().and_then(|keys| keys.remove("name"));
    let name = name.and_then(|name| Some(name.as_str()?.to_owned()));
    let text = ProfileText {
        label: place.into(),
        content: (&*escape::yaml_of_json(&keys.to_string())).into(),
        path: None,
    };
    load_and_merge(&name.unwrap_or_default(), text)
}

/// Loads a profile from its text, as if it were read from the file `name`.
///
/// # Errors
/// Every error in it and in the profiles that it extends.
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
        of_user: path.is_some(),
        read: HashMap::new(),
        open: Vec::new(),
        extended: 0,
        exclude: Vec::new(),
        errors: Vec::new(),
        profile: empty(name),
    };
    let identity = path.map_or_else(PathBuf::new, |path| ProfileLocation::File(path).identity());
    if let Some(written) = loader.parsed(identity.clone(), text) {
        loader.merge(&identity, &written, true);
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
        exclude: Exclusions::default(),
        closure: Closure::Reachable,
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
        missing_module_stubs: false,
        compress: vec![Compression::Brotli],
        budget: Budgets::default(),
        files: Vec::new(),
        out: None,
    }
}

fn apply_budget(budget: &mut Budgets, said: &BudgetEntry) {
    let of_both = Budget {
        zip: said.zip,
        brotli: said.brotli,
    };
    let payloads = [Payload::Bytecode, Payload::Source];
    budget.override_with(of_both, &payloads);
    budget.override_with(said.bytecode, &payloads[..1]);
    budget.override_with(said.source, &payloads[1..]);
}

/// A profile's text, and what stands in it.
struct ParsedProfile {
    text: ProfileText,
    file: ProfileFile,
}

struct Loader {
    /// It is a user's profile, not a built-in one.
    of_user: bool,
    /// What was read; none where it has a mistake, which was reported.
    read: HashMap<PathBuf, Option<Rc<ParsedProfile>>>,
    /// The profiles being merged, outermost first.
    open: Vec<PathBuf>,
    /// How many profiles were extended.
    extended: usize,
    exclude: Vec<Exclusion>,
    errors: Vec<Diagnostic>,
    profile: Profile,
}

impl Loader {
    /// Parses a profile, once.
    fn parsed(&mut self, identity: PathBuf, text: ProfileText) -> Option<Rc<ParsedProfile>> {
        let written = match yaml::parse(&text.content) {
            Ok(file) => Some(Rc::new(ParsedProfile { text, file })),
            Err(problem) => {
                let error = Diagnostic::error(Code::InvalidYaml, problem.message);
                let place = text.provenance_of(&problem.range);
                self.errors.push(error.with_help(problem.help).at(&place));
                None
            }
        };
        self.read.insert(identity, written.clone());
        written
    }

    /// Merges a profile: first what it extends, in order, then its own keys. What was merged before replaces single
    /// values again; its lists are there already.
    fn merge(&mut self, identity: &Path, written: &ParsedProfile, is_new: bool) {
        self.open.push(identity.to_owned());
        for parent in &written.file.extends {
            self.extend(parent, &written.text);
        }
        self.open.pop();
        if is_new {
            self.profile.files.extend(written.text.path.clone());
            self.add_lists(written);
        }
        self.set_values(written);
    }

    fn extend(&mut self, parent: &Spanned<String>, text: &ProfileText) {
        self.extended += 1;
        if self.extended > MAX_EXTENDED {
            // Once is enough.
            if self.extended == MAX_EXTENDED + 1 {
                let message = format!("profiles extend each other more than {MAX_EXTENDED} times");
                let error = Diagnostic::error(Code::InvalidProfile, message);
                let error = error.with_help("name each profile once".to_owned());
                self.errors
                    .push(error.at(&text.provenance_of(&parent.range)));
            }
            return;
        }
        if let Err(error) = self.try_extend(parent, text) {
            self.errors
                .push(error.at(&text.provenance_of(&parent.range)));
        }
    }

    fn try_extend(
        &mut self,
        parent: &Spanned<String>,
        text: &ProfileText,
    ) -> Result<(), Box<Diagnostic>> {
        let found = ProfileLocation::new(&parent.value, text.folder())?;
        let identity = found.identity();
        if self.open.contains(&identity) {
            let open = self
                .open
                .iter()
                .filter_map(|open| self.read.get(open)?.as_ref());
            let labels = open.map(|written| written.text.label.clone());
            let labels: Vec<_> = labels.chain([found.label()]).collect();
            let message = format!(
                "profiles extend each other in a loop: {}",
                labels.join(" → ")
            );
            let error = Diagnostic::error(Code::InvalidProfile, message);
            return Err(error.with_help("remove one of the links".to_owned()).into());
        }
        if self.open.len() >= MAX_EXTENDS_DEPTH {
            let message = format!("profiles extend each other more than {MAX_EXTENDS_DEPTH} deep");
            return Err(Diagnostic::error(Code::InvalidProfile, message).into());
        }
        let known = self.read.get(&identity).cloned();
        let is_new = known.is_none();
        let written = match known {
            Some(written) => written,
            None => self.parsed(identity.clone(), found.read()?),
        };
        if let Some(written) = written {
            self.merge(&identity, &written, is_new);
        }
        Ok(())
    }

    /// Adds the lists of a profile to those that are there.
    fn add_lists(&mut self, written: &ParsedProfile) {
        let ParsedProfile { text, file } = written;
        self.add_roots(file.roots.as_deref(), text);
        for module in &file.run_modules {
            let named = self.module(module, text);
            self.profile.run_modules.extend(named);
        }
        for module in &file.hidden_imports {
            let named = self.module(module, text);
            self.profile.hidden_imports.extend(named);
        }
        for entry in &file.exclude {
            for pattern in &entry.modules {
                let source = text.provenance_of(&pattern.range);
                match Pattern::new(&pattern.value) {
                    Ok(modules) => self.exclude.push(Exclusion {
                        pattern: modules,
                        reason: entry.reason.clone(),
                        provenance: source,
                    }),
                    Err(reason) => self.errors.push(
                        Diagnostic::error(Code::InvalidPattern, reason.to_string()).at(&source),
                    ),
                }
            }
        }
        let profile = &mut self.profile;
        profile
            .codecs
            .extend(file.codecs.iter().map(|codec| RequestedCodec {
                provenance: text.provenance_of(&codec.range),
                name: codec.value.clone(),
            }));
        let folder = text.folder().unwrap_or(Path::new(""));
        profile
            .extra_modules
            .extend(file.extra_modules.iter().map(|added| ExtraModule {
                file: folder.join(&added.value),
                provenance: text.provenance_of(&added.range),
            }));
    }

    /// Puts the single values of a profile in place of those that are there.
    fn set_values(&mut self, written: &ParsedProfile) {
        let ParsedProfile { text, file } = written;
        let profile = &mut self.profile;
        set_if_some(&mut profile.description, file.description.clone());
        if let Some(target) = &file.target {
            profile.target_provenance = text.provenance_of(&target.range);
            // A file is relative to the profile's folder, as in `extends`.
            profile.target = match text.folder() {
                Some(folder) if is_target_file(&target.value) => {
                    folder.join(&target.value).to_string_lossy().into_owned()
                }
                _ => target.value.clone(),
            };
        }
        set_if_some(&mut profile.closure, file.closure);
        set_if_some(&mut profile.payload, file.payload);
        set_if_some(&mut profile.optimize, file.optimize);
        set_if_some(&mut profile.on_unimportable, file.on_unimportable);
        set_if_some(&mut profile.frozen, file.frozen);
        set_if_some(&mut profile.runtime_features, file.runtime_features.clone());
        set_if_some(&mut profile.missing_module_stubs, file.missing_module_stubs);
        set_if_some(&mut profile.strip, file.strip.as_deref().map(sorted_unique));
        let compress = file.output.compress.as_deref();
        set_if_some(&mut profile.compress, compress.map(sorted_unique));
        profile.out = file.output.dir.clone().or(profile.out.take());
        // A built-in profile's budget applies only to that profile unchanged.
        if text.path.is_some() || !self.of_user {
            apply_budget(&mut profile.budget, &file.budget);
        }
    }

    /// The module that a profile names.
    fn module(&mut self, name: &Spanned<String>, text: &ProfileText) -> Option<Root> {
        let source = text.provenance_of(&name.range);
        match ModuleName::new(&name.value) {
            Ok(module) => Some(Root {
                module,
                provenance: source,
            }),
            Err(error) => {
                let error = Diagnostic::error(Code::InvalidModuleName, error.to_string());
                self.errors.push(error.at(&source));
                None
            }
        }
    }

    fn add_roots(&mut self, roots: Option<&[Spanned<String>]>, text: &ProfileText) {
        let Some(roots) = roots else { return };
        let mut named = match std::mem::replace(&mut self.profile.roots, Roots::Default) {
            Roots::Named(inherited) => inherited,
            Roots::Default => Vec::new(),
        };
        named.extend(roots.iter().filter_map(|root| self.module(root, text)));
        self.profile.roots = Roots::Named(named);
    }
}

/// What a file does not say is inherited.
fn set_if_some<T>(own: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *own = said;
    }
}
