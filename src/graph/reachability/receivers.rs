//! Activates the methods that a method may read from its receiver by a computed name.
//!
//! The receiver is an instance of the method's class or of one that is derived from it, so the name is one of a class in
//! the hierarchy of one of these. Classes are related by the names of their bases alone, which relates too many of them
//! rather than too few. If a base is unknown, the receiver may be an instance of any class.

use std::collections::{BTreeMap, BTreeSet};

use super::Reachability;
use super::worklist::{ModuleId, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::graph::resolve::{Origin, Resolved};
use crate::scan::{Binding, ClassId, Identifier, NameChain};

/// A class of a loaded module.
type ClassKey = (ModuleId, ClassId);

/// The bases of each class, their bases and so on, and whether all of them are known.
type Ancestors = BTreeMap<ClassKey, (BTreeSet<ClassKey>, bool)>;

/// The loaded classes by name, and the names of the bases of each; `None` if a base is unknown.
struct Hierarchy {
    by_name: BTreeMap<Identifier, Vec<ClassKey>>,
    bases: BTreeMap<ClassKey, Option<BTreeSet<Identifier>>>,
    /// The names of the bases of classes in functions, which are in no hierarchy.
    local_bases: BTreeSet<Identifier>,
}

impl Hierarchy {
    /// Returns the class and its bases, their bases and so on, and whether all of them are known.
    fn ancestors(&self, class: ClassKey) -> (BTreeSet<ClassKey>, bool) {
        let (mut found, mut is_complete) = (BTreeSet::from([class]), true);
        let mut pending = vec![class];
        while let Some(class) = pending.pop() {
            let bases = self.bases.get(&class).and_then(Option::as_ref);
            is_complete &= bases.is_some();
            for base in bases.into_iter().flatten() {
                for &base in self.by_name.get(base).into_iter().flatten() {
                    if found.insert(base) {
                        pending.push(base);
                    }
                }
            }
        }
        (found, is_complete)
    }
}

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Activates the methods that match the computed names that live methods read from their receivers. Returns whether
    /// there were any.
    pub(super) fn activate_receiver_names(&mut self) -> bool {
        if self.worklist.receiver_names.is_empty() {
            return false;
        }
        let hierarchy = self.hierarchy();
        let classes = hierarchy.bases.keys().copied();
        let ancestors: Ancestors = classes
            .map(|class| (class, hierarchy.ancestors(class)))
            .collect();
        let mut activated = Vec::new();
        for (class, prefix, suffix) in &self.worklist.receiver_names {
            let related = self.related_classes(*class, &hierarchy, &ancestors);
            self.worklist.visit_waiting_methods(|name, module, scope| {
                let class = self.worklist.module(module).summary.scope(scope).class;
                let is_related = related.as_ref().is_none_or(|related| {
                    class.is_some_and(|class| related.contains(&(module, class)))
                });
                if name.starts_with(&**prefix) && name.ends_with(&**suffix) && is_related {
                    activated.push(WorkItem::Method(module, scope));
                }
            });
        }
        let is_live = |item: &WorkItem<'_>| match item {
            WorkItem::Method(module, scope) => {
                self.worklist.live_scopes.contains(&(*module, *scope))
            }
            _ => false,
        };
        activated.retain(|item| !is_live(item));
        let any = !activated.is_empty();
        self.worklist.items.extend(activated);
        any
    }

    /// Returns the classes that the receiver of a method of `class` may have methods of; `None` if it may be any class.
    fn related_classes(
        &self,
        class: ClassKey,
        hierarchy: &Hierarchy,
        ancestors: &Ancestors,
    ) -> Option<BTreeSet<ClassKey>> {
        let name = self.class_name(class);
        if hierarchy.local_bases.contains(&name) {
            return None;
        }
        let (mut related, is_complete) = ancestors.get(&class)?.clone();
        if !is_complete {
            return None;
        }
        for (others, is_complete) in ancestors.values() {
            // A class with an unknown base may be derived from any class.
            if others.contains(&class) || !is_complete {
                related.extend(others);
            }
        }
        Some(related)
    }

    /// Returns the hierarchy of the classes of all loaded modules.
    fn hierarchy(&self) -> Hierarchy {
        let mut hierarchy = Hierarchy {
            by_name: BTreeMap::new(),
            bases: BTreeMap::new(),
            local_bases: BTreeSet::new(),
        };
        for module in self.worklist.ids() {
            let summary = self.worklist.module(module).summary;
            hierarchy
                .local_bases
                .extend(summary.local_bases.iter().cloned());
            for class in self.worklist.classes_of(module) {
                let name = self.class_name((module, class));
                let classes = hierarchy.by_name.entry(name).or_default();
                classes.push((module, class));
                let bases = summary.class(class).bases.iter();
                let names: Option<Vec<_>> =
                    bases.map(|base| self.base_names(module, base)).collect();
                let names = names.map(|names| names.into_iter().flatten().collect());
                hierarchy.bases.insert((module, class), names);
            }
        }
        // A base that no loaded module defines is unknown, unless C code defines it.
        let known: BTreeSet<Identifier> = hierarchy.by_name.keys().cloned().collect();
        for names in hierarchy.bases.values_mut() {
            if names.as_ref().is_some_and(|names| !names.is_subset(&known)) {
                *names = None;
            }
        }
        hierarchy
    }

    fn class_name(&self, (module, class): ClassKey) -> Identifier {
        let name = &self.worklist.module(module).summary.class(class).name;
        Identifier::new(name.rsplit('.').next().unwrap_or(name))
    }

    /// Returns the names of the classes that a base may be, which are none for a class that C code defines. `None` if
    /// they are unknown.
    fn base_names(&self, module: ModuleId, base: &NameChain) -> Option<Vec<Identifier>> {
        let summary = self.worklist.module(module).summary;
        let [name, rest @ ..] = &*base.chain else {
            return None;
        };
        if summary.assigned.contains(name) || name == "type" {
            return None;
        }
        if let Some(last) = rest.last() {
            // An attribute of a module or a class. A module of C code has no classes with methods in Python.
            let is_c = |binding: &Binding| match binding {
                Binding::Module(module) => self.is_c_module(module),
                _ => false,
            };
            let bindings = summary.bindings.get(name);
            let is_c = bindings.is_some_and(|bindings| bindings.iter().all(is_c));
            return Some(if is_c { Vec::new() } else { vec![last.clone()] });
        }
        let Some(bindings) = summary.bindings.get(name) else {
            // A builtin, or from a star import.
            let from_python = summary.stars.iter().any(|site| {
                let source = self.source_of(module, *site);
                source.is_none_or(|source| !self.is_c_module(&source))
            });
            return Some(if from_python {
                vec![name.clone()]
            } else {
                Vec::new()
            });
        };
        let mut names = Vec::new();
        for binding in bindings {
            match binding {
                Binding::Class(_) => names.push(name.clone()),
                Binding::From(site, real) => {
                    let source = self.source_of(module, *site)?;
                    if !self.is_c_module(&source) {
                        names.push(real.clone());
                    }
                }
                Binding::Function(_) | Binding::Module(_) => return None,
            }
        }
        Some(names)
    }

    fn is_c_module(&self, name: &str) -> bool {
        matches!(
            self.context.resolve(name),
            Resolved::Module(_, Origin::C) | Resolved::BuildDependent(_)
        )
    }
}
