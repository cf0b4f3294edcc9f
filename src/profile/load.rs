//! From a profile's name or path to the merged [`Profile`].

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::built_in::BUILT_IN;
use super::choices::{Closure, Compression, Frozen, OnBroken, Optimize, Payload};
use super::diagnostic::{Diagnostic, Severity, Source};
use super::file::{BudgetEntry, ProfileFile};
use super::pattern::Pattern;
use super::{Added, Budget, Budgets, Exclusion, Profile, Root, Roots, WantedCodec, each_once};
use crate::escape;
use crate::manifest::Group;
use crate::types::ModuleName;
use crate::yaml::{self, Placed};

/// How deep profiles may extend each other.
const DEEPEST: usize = 32;

/// Loads the profile called `name`: a built-in one, or the path of a YAML file.
///
/// # Errors
/// Every mistake in it and in the profiles that it extends.
pub fn load(name: &str) -> Result<Profile, Vec<Diagnostic>> {
    let asked = Source::Flag(format!("--profile {name}"));
    let text = find(name, None).map_err(|(message, help)| {
        vec![Diagnostic {
            severity: Severity::Error,
            message,
            help,
            source: asked,
        }]
    })?;
    merged(name, &text)
}

/// Loads a profile as it was written after merging, by the name that it has there; `place` tells whose it is.
///
/// # Errors
/// Every mistake in it.
pub fn load_merged(written: &serde_json::Value, place: &str) -> Result<Profile, Vec<Diagnostic>> {
    let mut keys = written.clone();
    let name = keys.as_object_mut().and_then(|keys| keys.remove("name"));
    let name = name.and_then(|name| Some(name.as_str()?.to_owned()));
    let text = Text {
        label: place.into(),
        content: escape::yaml_of_json(&keys.to_string()).into(),
        path: None,
    };
    merged(&name.unwrap_or_default(), &text)
}

/// Loads a profile from its text, as if it were read from the file `name`.
///
/// # Errors
/// Every mistake in it and in the profiles that it extends.
pub(crate) fn load_text(name: &str, content: &str) -> Result<Profile, Vec<Diagnostic>> {
    let text = Text {
        label: name.into(),
        content: content.into(),
        path: Some(name.into()),
    };
    merged(name, &text)
}

fn merged(name: &str, text: &Text) -> Result<Profile, Vec<Diagnostic>> {
    let mut loader = Loader {
        of_user: text.path.is_some(),
        open: Vec::new(),
        mistakes: Vec::new(),
        profile: empty(name),
    };
    loader.merge(text);
    if loader.mistakes.is_empty() {
        Ok(loader.profile)
    } else {
        Err(loader.mistakes)
    }
}

fn empty(name: &str) -> Profile {
    let stem = Path::new(name).file_stem().unwrap_or_default();
    Profile {
        name: stem.to_string_lossy().into_owned(),
        description: String::new(),
        target: "native".to_owned(),
        target_source: Source::Flag(format!("--profile {name}")),
        roots: Roots::Unsaid,
        run: Vec::new(),
        exclude: Vec::new(),
        closure: Closure::Reachable,
        payload: Payload::Bytecode,
        optimize: Optimize::default(),
        strip: Vec::new(),
        on_broken: OnBroken::Drop,
        frozen: Frozen::Drop,
        robustness: vec![Group::Tracebacks, Group::Warnings, Group::HugeInts],
        also_import: Vec::new(),
        codecs: Vec::new(),
        add: Vec::new(),
        stubs: false,
        compress: vec![Compression::Brotli],
        budget: Budgets::default(),
        files: Vec::new(),
        out: None,
    }
}

/// A profile's text and what it is called.
struct Text {
    label: Arc<str>,
    content: Arc<str>,
    /// The file, for `extends` relative to it; none for built-in profiles.
    path: Option<PathBuf>,
}

impl Text {
    fn at(&self, range: &Range<usize>) -> Source {
        Source::File {
            file: self.label.clone(),
            text: self.content.clone(),
            range: range.clone(),
            built_in: self.path.is_none(),
        }
    }
}

/// Finds a profile by name; the error is a message and its help.
fn find(name: &str, beside: Option<&Path>) -> Result<Text, (String, Option<String>)> {
    if let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        let label = format!("profiles/{name}.yaml (built in)").into();
        return Ok(Text {
            label,
            content: (*text).into(),
            path: None,
        });
    }
    let is_path = name.contains(['/', '\\']) || has_yaml_extension(name);
    let path = beside.unwrap_or(Path::new("")).join(name);
    if !is_path && !path.is_file() {
        let names = BUILT_IN.iter().map(|(name, _)| *name);
        let known = names.clone().collect::<Vec<_>>().join(", ");
        let help = match yaml::nearest(name, names) {
            Some(near) => format!("did you mean '{near}'? Built-in profiles are: {known}"),
            None => format!("built-in profiles are: {known}; or pass the path of a .yaml file"),
        };
        return Err((format!("there is no profile '{name}'"), Some(help)));
    }
    let text = fs::read_to_string(&path).map_err(|error| {
        (
            format!("cannot read the profile '{}': {error}", path.display()),
            None,
        )
    })?;
    let label = path.display().to_string().into();
    Ok(Text {
        label,
        content: text.into(),
        path: Some(path),
    })
}

fn take_budget(budget: &mut Budgets, said: &BudgetEntry) {
    let of_both = Budget {
        zip: said.zip,
        brotli: said.brotli,
    };
    let payloads = [Payload::Bytecode, Payload::Source];
    budget.take(of_both, &payloads);
    budget.take(said.bytecode, &payloads[..1]);
    budget.take(said.source, &payloads[1..]);
}

/// Whether what a profile calls its target is a file, not a name.
pub fn is_target_file(target: &str) -> bool {
    target.contains(['/', '\\']) || has_yaml_extension(target)
}

fn has_yaml_extension(name: &str) -> bool {
    let extension = Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml"))
}

struct Loader {
    /// It is somebody's own profile, whatever it extends.
    of_user: bool,
    /// Labels of the profiles being merged, outermost first.
    open: Vec<Arc<str>>,
    mistakes: Vec<Diagnostic>,
    profile: Profile,
}

impl Loader {
    fn mistake(&mut self, message: String, help: Option<String>, source: Source) {
        let severity = Severity::Error;
        self.mistakes.push(Diagnostic {
            severity,
            message,
            help,
            source,
        });
    }

    /// Merges a profile: first what it extends, in order, then its own keys.
    fn merge(&mut self, text: &Text) {
        let file: ProfileFile = match yaml::parse(&text.content) {
            Ok(file) => file,
            Err(problem) => {
                return self.mistake(problem.message, problem.help, text.at(&problem.range));
            }
        };
        self.profile.files.extend(text.path.clone());
        self.open.push(text.label.clone());
        for parent in &file.extends {
            self.extend(parent, text);
        }
        self.open.pop();
        self.take(file, text);
    }

    fn extend(&mut self, parent: &Placed<String>, text: &Text) {
        let source = text.at(&parent.range);
        let folder = text.path.as_deref().and_then(Path::parent);
        let found = match find(&parent.value, folder) {
            Ok(found) => found,
            Err((message, help)) => return self.mistake(message, help, source),
        };
        if self.open.iter().any(|open| same(open, &found.label)) {
            let mut loop_: Vec<&str> = self.open.iter().map(|label| &**label).collect();
            loop_.push(&found.label);
            let message = format!(
                "profiles extend each other in a loop: {}",
                loop_.join(" → ")
            );
            return self.mistake(message, Some("remove one of the links".to_owned()), source);
        }
        if self.open.len() >= DEEPEST {
            let message = format!("profiles extend each other more than {DEEPEST} deep");
            return self.mistake(message, None, source);
        }
        self.merge(&found);
    }

    fn take(&mut self, file: ProfileFile, text: &Text) {
        self.take_roots(file.roots, text);
        for module in file.run {
            let named = self.module(&module, text);
            self.profile.run.extend(named);
        }
        for module in file.also_import {
            let named = self.module(&module, text);
            self.profile.also_import.extend(named);
        }
        for entry in file.exclude {
            for pattern in entry.modules {
                let source = text.at(&pattern.range);
                match Pattern::new(&pattern.value) {
                    Ok(modules) => {
                        let reason = entry.reason.clone();
                        self.profile.exclude.push(Exclusion {
                            modules,
                            reason,
                            source,
                        });
                    }
                    Err(reason) => self.mistake(reason, None, source),
                }
            }
        }
        let profile = &mut self.profile;
        set(&mut profile.description, file.description);
        if let Some(target) = file.target {
            profile.target_source = text.at(&target.range);
            // A file's place is told relative to the profile's, as in `extends`.
            profile.target = match text.path.as_deref().and_then(Path::parent) {
                Some(folder) if is_target_file(&target.value) => {
                    folder.join(target.value).to_string_lossy().into_owned()
                }
                _ => target.value,
            };
        }
        set(&mut profile.closure, file.closure);
        set(&mut profile.payload, file.payload);
        set(&mut profile.optimize, file.optimize);
        set(&mut profile.on_broken, file.on_broken);
        set(&mut profile.frozen, file.frozen);
        set(&mut profile.robustness, file.robustness);
        profile
            .codecs
            .extend(file.codecs.into_iter().map(|codec| WantedCodec {
                source: text.at(&codec.range),
                name: codec.value,
            }));
        let folder = text.path.as_deref().and_then(Path::parent);
        profile.add.extend(file.add.iter().map(|added| Added {
            file: folder.unwrap_or(Path::new("")).join(&added.value),
            source: text.at(&added.range),
        }));
        set(&mut profile.stubs, file.stubs);
        set(&mut profile.strip, file.strip.as_deref().map(each_once));
        let compress = file.output.compress;
        set(&mut profile.compress, compress.as_deref().map(each_once));
        profile.out = file.output.dir.or(profile.out.take());
        // A built-in profile's budget is for what it is by itself, not for what somebody adds to it.
        if text.path.is_some() || !self.of_user {
            take_budget(&mut profile.budget, &file.budget);
        }
    }

    /// The module that a profile names.
    fn module(&mut self, name: &Placed<String>, text: &Text) -> Option<Root> {
        let source = text.at(&name.range);
        match ModuleName::new(&name.value) {
            Ok(module) => Some(Root { module, source }),
            Err(error) => {
                self.mistake(error.to_string(), None, source);
                None
            }
        }
    }

    fn take_roots(&mut self, roots: Option<Vec<Placed<String>>>, text: &Text) {
        let Some(roots) = roots else { return };
        let mut named = match std::mem::replace(&mut self.profile.roots, Roots::Unsaid) {
            Roots::Named(inherited) => inherited,
            Roots::Unsaid => Vec::new(),
        };
        named.extend(roots.iter().filter_map(|root| self.module(root, text)));
        self.profile.roots = Roots::Named(named);
    }
}

/// What a file does not say is inherited.
fn set<T>(own: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *own = said;
    }
}

/// Whether two labels are of one profile: `./a.yaml` is `a.yaml`.
fn same(a: &str, b: &str) -> bool {
    let file = |label: &str| Path::new(label).canonicalize().ok();
    a == b || file(a).is_some_and(|file_a| file(b) == Some(file_a))
}
