//! Activates the methods that a method may read from its receiver by a computed name.
//!
//! The receiver is an instance of the method's class or of one that is derived from it, so the name is one of a class in
//! the hierarchy of one of these. Classes are related by the names of their bases alone, which relates too many of them
//! rather than too few. If a base is unknown, the receiver may be an instance of any class.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::Reachability;
use super::worklist::{ModuleId, WorkItem};
use crate::graph::context::ModuleProvider;
use crate::graph::resolve::{Origin, Resolved};
use crate::scan::{Binding, ClassId, Identifier, NameChain};

/// A class of a loaded module.
type ClassKey = (ModuleId, ClassId);

/// The loaded classes, and how they are related by the names of their bases.
#[derive(Default)]
struct Hierarchy {
    /// The classes, by index.
    classes: Vec<HierarchyClass>,
    index: HashMap<ClassKey, usize>,
    /// The classes with each name, and those that have a base with this name.
    names: HashMap<Identifier, (Vec<usize>, Vec<usize>)>,
    /// The names of the bases of classes in functions, which are in no hierarchy.
    local_bases: BTreeSet<Identifier>,
}

/// A class in the hierarchy.
struct HierarchyClass {
    name: Identifier,
    /// The names of the bases; `None` if a base is unknown.
    bases: Option<BTreeSet<Identifier>>,
}

/// A set of classes, by index.
type ClassSet = Vec<bool>;

impl Hierarchy {
    fn add(&mut self, key: ClassKey, name: Identifier, bases: Option<BTreeSet<Identifier>>) {
        let index = self.classes.len();
        self.index.insert(key, index);
        self.names.entry(name.clone()).or_default().0.push(index);
        for base in bases.iter().flatten() {
            self.names.entry(base.clone()).or_default().1.push(index);
        }
        self.classes.push(HierarchyClass { name, bases });
    }

    /// Forgets the bases of classes of which one is unknown: no loaded module defines it.
    fn forget_unknown_bases(&mut self) {
        for class in &mut self.classes {
            let is_unknown = |base: &Identifier| self.names[base].0.is_empty();
            if class.bases.iter().flatten().any(is_unknown) {
                class.bases = None;
            }
        }
    }

    /// Returns the classes that `next` leads to from `start`, and from those, and so on, with `start`.
    fn closure<'h>(
        &'h self,
        start: impl IntoIterator<Item = usize>,
        next: impl Fn(&'h HierarchyClass) -> Vec<&'h [usize]>,
    ) -> ClassSet {
        let mut found = vec![false; self.classes.len()];
        let mut pending: Vec<usize> = start.into_iter().collect();
        while let Some(class) = pending.pop() {
            if !std::mem::replace(&mut found[class], true) {
                for classes in next(&self.classes[class]) {
                    pending.extend(classes.iter().filter(|&&class| !found[class]));
                }
            }
        }
        found
    }

    /// Returns the classes, their bases, the bases of those, and so on.
    fn ancestors(&self, classes: impl IntoIterator<Item = usize>) -> ClassSet {
        self.closure(classes, |class| {
            let bases = class.bases.iter().flatten();
            bases.map(|base| &*self.names[base].0).collect()
        })
    }

    /// Returns the classes that the receiver of a method of `class` may have methods of, apart from `incomplete` classes
    /// and their ancestors; `None` if it may be any class.
    fn related(&self, class: ClassKey, incomplete: &ClassSet) -> Option<ClassSet> {
        let &class = self.index.get(&class)?;
        if incomplete[class] || self.local_bases.contains(&self.classes[class].name) {
            return None;
        }
        Some(self.ancestors(members(&self.descendants([class]))))
    }

    /// Returns the classes, those that are derived from them, and so on.
    fn descendants(&self, classes: impl IntoIterator<Item = usize>) -> ClassSet {
        self.closure(classes, |class| vec![&*self.names[&class.name].1])
    }
}

/// Returns the indices of the classes in a set.
fn members(set: &ClassSet) -> impl Iterator<Item = usize> {
    let members = set.iter().enumerate().filter(|(_, is_member)| **is_member);
    members.map(|(class, _)| class)
}

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Activates the methods that match the computed names that live methods read from their receivers. Returns whether
    /// there were any.
    pub(super) fn activate_receiver_names(&mut self) -> bool {
        if self.worklist.receiver_names.is_empty() {
            return false;
        }
        let hierarchy = self.hierarchy();
        let has_unknown_base = |class: &usize| hierarchy.classes[*class].bases.is_none();
        // Classes with an unknown base, and all that are derived from them.
        let incomplete =
            hierarchy.descendants((0..hierarchy.classes.len()).filter(has_unknown_base));
        // Such a class may be derived from any class.
        let always_related = hierarchy.ancestors(members(&incomplete));
        let mut activated = Vec::new();
        let mut related: Option<(ClassKey, Option<ClassSet>)> = None;
        for (class, prefix, suffix) in &self.worklist.receiver_names {
            let (_, related) = match related.take() {
                Some(known) if known.0 == *class => related.insert(known),
                _ => related.insert((*class, hierarchy.related(*class, &incomplete))),
            };
            self.worklist.visit_waiting_methods(|name, module, scope| {
                if !name.starts_with(&**prefix) || !name.ends_with(&**suffix) {
                    return;
                }
                let class = self.worklist.module(module).summary.scope(scope).class;
                let class = class.and_then(|class| hierarchy.index.get(&(module, class)));
                let is_related = related.as_ref().is_none_or(|related| {
                    class.is_some_and(|&class| related[class] || always_related[class])
                });
                if is_related {
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

    /// Returns the hierarchy of the classes of all loaded modules.
    fn hierarchy(&self) -> Hierarchy {
        let mut hierarchy = Hierarchy::default();
        for module in self.worklist.ids() {
            let summary = self.worklist.module(module).summary;
            let local_bases = summary.local_bases.iter().cloned();
            hierarchy.local_bases.extend(local_bases);
            for class in self.worklist.classes_of(module) {
                let bases = summary.class(class).bases.iter();
                let names: Option<Vec<_>> =
                    bases.map(|base| self.base_names(module, base)).collect();
                let names = names.map(|names| names.into_iter().flatten().collect());
                let name = self.class_name((module, class));
                hierarchy.add((module, class), name, names);
            }
        }
        hierarchy.forget_unknown_bases();
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
