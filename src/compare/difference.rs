//! The difference of two snapshots.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{ModuleSnapshot, Snapshot};
use crate::types::{ByteSize, ModuleName};

/// The difference between an old bundle and a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// What they were made with and from, by name: `tool`, `python`, `profile.strip`, `app.NAME`.
    pub inputs: BTreeMap<String, Changed<String>>,
    /// Modules that are only in the new one.
    pub added: BTreeMap<ModuleName, ModuleSnapshot>,
    /// Modules that are only in the old one.
    pub dropped: BTreeMap<ModuleName, ModuleSnapshot>,
    /// Modules whose source is another.
    pub changed: BTreeMap<ModuleName, Changed<ByteSize>>,
    /// Modules of the same source that take other bytes.
    pub repacked: BTreeMap<ModuleName, Changed<ByteSize>>,
    /// Modules whose reason or importer changed.
    pub moved: BTreeMap<ModuleName, ReasonChange>,
    /// Files of which there are others, or with other bytes.
    pub outputs: BTreeMap<String, Changed<Option<ByteSize>>>,
}

/// A value before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed<T> {
    /// In the old bundle.
    pub old: T,
    /// In the new one.
    pub new: T,
}

/// Why a module was needed, and why it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonChange {
    /// The reason, and whose.
    pub old: (String, Option<ModuleName>),
    /// The same now.
    pub new: (String, Option<ModuleName>),
}

impl Difference {
    /// Compares two bundles.
    pub fn new(old: &Snapshot, new: &Snapshot) -> Self {
        let mut difference = Self {
            inputs: inputs(old, new),
            outputs: outputs(old, new),
            ..Self::default()
        };
        for (name, was) in &old.modules {
            match new.modules.get(name) {
                Some(is) => difference.compare(name, was, is),
                None => {
                    difference.dropped.insert(name.clone(), was.clone());
                }
            }
        }
        let added = new.modules.iter();
        let added = added.filter(|(name, _)| !old.modules.contains_key(*name));
        difference.added = added
            .map(|(name, state)| (name.clone(), state.clone()))
            .collect();
        difference
    }

    fn compare(&mut self, name: &ModuleName, was: &ModuleSnapshot, is: &ModuleSnapshot) {
        let (old, new) = (was.bytes, is.bytes);
        if was.source != is.source {
            self.changed.insert(name.clone(), Changed { old, new });
        } else if old != new {
            self.repacked.insert(name.clone(), Changed { old, new });
        }
        if (&was.reason, &was.importer) != (&is.reason, &is.importer) {
            let moved = ReasonChange {
                old: (was.reason.clone(), was.importer.clone()),
                new: (is.reason.clone(), is.importer.clone()),
            };
            self.moved.insert(name.clone(), moved);
        }
    }

    /// Whether the two are the same bundle, made of the same things.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What else differs than these modules' sources, and what follows from that: sizes of modules and files.
    #[must_use]
    pub fn without_accepted(&self, modules: &BTreeSet<ModuleName>) -> Self {
        let mut beyond = self.clone();
        beyond.changed.retain(|name, _| !modules.contains(name));
        if beyond.inputs.is_empty()
            && beyond.added.is_empty()
            && beyond.dropped.is_empty()
            && beyond.changed.is_empty()
            && beyond.repacked.is_empty()
        {
            beyond.outputs.clear();
        }
        beyond
    }
}

fn outputs(old: &Snapshot, new: &Snapshot) -> BTreeMap<String, Changed<Option<ByteSize>>> {
    let names: BTreeSet<&String> = old.outputs.keys().chain(new.outputs.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| old.outputs.get(*name) != new.outputs.get(*name));
    let size = |of: &Snapshot, name| of.outputs.get(name).map(|output| output.bytes);
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
    let value = |of: &BTreeMap<String, String>, name| of.get(name).cloned().unwrap_or_default();
    changed
        .map(|name| {
            let (old, new) = (value(&old, name), value(&new, name));
            (name.clone(), Changed { old, new })
        })
        .collect()
}

/// What a bundle was made with and from, by name.
fn facts(of: &Snapshot) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("tool".to_owned(), of.tool.clone()),
        ("python".to_owned(), of.python.clone()),
        ("target".to_owned(), of.target.clone()),
    ]);
    if let Some(magic) = of.magic {
        facts.insert("magic".to_owned(), magic.to_string());
    }
    for app in &of.app {
        let text = format!("{} files, {}", app.files, app.sha256);
        let mut name = format!("app.{}", app.name);
        // Several may have one name: a/main.py and b/main.py.
        while facts.contains_key(&name) {
            name += "'";
        }
        facts.insert(name, text);
    }
    let profile = of.profile.as_object().into_iter().flatten();
    facts.extend(profile.map(|(key, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (format!("profile.{key}"), value)
    }));
    facts
}
