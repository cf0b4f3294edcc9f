//! Computes the difference between two snapshots.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{ModuleSnapshot, Snapshot};
use crate::bundle::FileDigest;
use crate::types::{ByteSize, ModuleName};

/// The difference between an old bundle and a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// The changed inputs, by name: `tool`, `python`, `profile.strip`, `app.NAME`.
    pub inputs: BTreeMap<String, Changed<String>>,
    /// The modules that are only in the new bundle.
    pub added: BTreeMap<ModuleName, ModuleSnapshot>,
    /// The modules that are only in the old bundle.
    pub dropped: BTreeMap<ModuleName, ModuleSnapshot>,
    /// The modules whose source changed, with their sizes in bytes in the zip.
    pub changed: BTreeMap<ModuleName, Changed<ByteSize>>,
    /// The modules with the same source whose size in bytes in the zip changed.
    pub repacked: BTreeMap<ModuleName, Changed<ByteSize>>,
    /// The modules whose reason, tier or importer changed.
    pub moved: BTreeMap<ModuleName, ReasonChange>,
    /// The added, dropped or changed files in `app.zip` that are not modules, with their sizes in bytes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub app_files: BTreeMap<String, Changed<Option<ByteSize>>>,
    /// The added, dropped or changed files of the bundle, with their sizes in bytes.
    pub outputs: BTreeMap<String, Changed<Option<ByteSize>>>,
}

/// The old and the new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed<T> {
    /// The value in the old bundle.
    pub old: T,
    /// The value in the new bundle.
    pub new: T,
}

/// The change of the reason why a module is kept, with its tier in parentheses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonChange {
    /// The reason and the importer in the old bundle.
    pub old: (String, Option<ModuleName>),
    /// The reason and the importer in the new bundle.
    pub new: (String, Option<ModuleName>),
}

impl Difference {
    /// Compares the snapshots of two bundles.
    pub fn new(old: &Snapshot, new: &Snapshot) -> Self {
        let mut difference = Self {
            inputs: inputs(old, new),
            outputs: changed_files(&old.outputs.iter().collect(), &new.outputs.iter().collect()),
            app_files: changed_files(&old.app_files(), &new.app_files()),
            ..Self::default()
        };
        let (old, new) = (old.all_modules(), new.all_modules());
        for (name, old_module) in &old {
            match new.get(name) {
                Some(new_module) => difference.compare(name, old_module, new_module),
                None => {
                    let (name, module) = ((*name).clone(), (*old_module).clone());
                    difference.dropped.insert(name, module);
                }
            }
        }
        let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
        difference.added = added
            .map(|(name, state)| ((*name).clone(), (*state).clone()))
            .collect();
        difference
    }

    fn compare(&mut self, name: &ModuleName, old: &ModuleSnapshot, new: &ModuleSnapshot) {
        let sizes = Changed {
            old: old.bytes,
            new: new.bytes,
        };
        if old.source != new.source {
            self.changed.insert(name.clone(), sizes);
        } else if old.bytes != new.bytes {
            self.repacked.insert(name.clone(), sizes);
        }
        let reason = |state: &ModuleSnapshot| (state.reason_and_tier(), state.importer.clone());
        let moved = ReasonChange {
            old: reason(old),
            new: reason(new),
        };
        if moved.old != moved.new {
            self.moved.insert(name.clone(), moved);
        }
    }

    /// Returns whether the bundles and their inputs are equal.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the difference without changed sources of `modules`. If no other input or module changed, it also omits
    /// the changed files, which follow from these sources.
    #[must_use]
    pub fn without_accepted(&self, modules: &BTreeSet<ModuleName>) -> Self {
        let mut remaining = self.clone();
        remaining.changed.retain(|name, _| !modules.contains(name));
        if remaining.inputs.is_empty()
            && remaining.added.is_empty()
            && remaining.dropped.is_empty()
            && remaining.changed.is_empty()
            && remaining.repacked.is_empty()
            && remaining.app_files.is_empty()
        {
            remaining.outputs.clear();
        }
        remaining
    }
}

/// Files by name or path.
type Files<'a> = BTreeMap<&'a String, &'a FileDigest>;

fn changed_files(old: &Files<'_>, new: &Files<'_>) -> BTreeMap<String, Changed<Option<ByteSize>>> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).copied().collect();
    let changed = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name));
    let size = |files: &Files<'_>, name| files.get(name).map(|file| file.bytes);
    changed
        .map(|name| {
            let (old, new) = (size(old, name), size(new, name));
            (name.clone(), Changed { old, new })
        })
        .collect()
}

fn inputs(old: &Snapshot, new: &Snapshot) -> BTreeMap<String, Changed<String>> {
    let (old, new) = (facts(old), facts(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name));
    let value =
        |facts: &BTreeMap<String, String>, name| facts.get(name).cloned().unwrap_or_default();
    changed
        .map(|name| {
            let (old, new) = (value(&old, name), value(&new, name));
            (name.clone(), Changed { old, new })
        })
        .collect()
}

/// Returns the inputs of a bundle, by name.
fn facts(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("tool".to_owned(), snapshot.tool.clone()),
        ("python".to_owned(), snapshot.python.clone()),
        ("target".to_owned(), snapshot.target.clone()),
    ]);
    if let Some(magic) = snapshot.magic {
        facts.insert("magic".to_owned(), magic.to_string());
    }
    let app = snapshot.app.iter().map(|input| ("app", input));
    let dependencies = snapshot.dependencies.iter();
    let dependencies = dependencies.map(|input| ("dependency", input));
    for (kind, input) in app.chain(dependencies) {
        let plural = if input.files == 1 { "" } else { "s" };
        let text = format!("{} file{plural}, {}", input.files, input.sha256);
        let mut name = format!("{kind}.{}", input.name);
        // Several apps may have the same name, such as `a/main.py` and `b/main.py`.
        while facts.contains_key(&name) {
            name += "'";
        }
        facts.insert(name, text);
    }
    let profile = snapshot.profile.as_object().into_iter().flatten();
    facts.extend(profile.map(|(key, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (format!("profile.{key}"), value)
    }));
    facts
}
