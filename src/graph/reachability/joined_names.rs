//! Follows names that are joined from that of a package and that of a module in it: `f"{app}.migrations"`.

use petgraph::graph::NodeIndex;

use super::Reachability;
use super::string_refs::is_test;
use crate::graph::context::ModuleProvider;
use crate::stdlib::ModuleKind;
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Records that a string names a module, to which another string may be appended if it is a package.
    pub(super) fn record_named_package(&mut self, name: &str) {
        let Ok(name) = ModuleName::new(name) else {
            return;
        };
        let is_package = self.context.is_dependency(&name)
            && self.context.dependencies.kind(name.as_str()) != Some(ModuleKind::Module);
        let joined = &mut self.worklist.joined_names;
        if is_package && joined.packages.insert(name.clone()) {
            let parts: Vec<_> = joined
                .parts
                .iter()
                .map(|(part, node)| (*part, *node))
                .collect();
            for (part, node) in parts {
                self.follow_joined(node, &name, part);
            }
        }
    }

    /// Records a string in a module of a dependency that imports by computed names.
    pub(super) fn record_name_part(&mut self, node: NodeIndex, part: &'a str) {
        let joined = &mut self.worklist.joined_names;
        if joined.parts.contains_key(part) {
            return;
        }
        joined.parts.insert(part, node);
        for package in joined.packages.clone() {
            self.follow_joined(node, &package, part);
        }
    }

    /// Records that code that imports by computed names lists the modules of packages: `iter_modules(module.__path__)`.
    pub(super) fn record_listing(&mut self) {
        let joined = &mut self.worklist.joined_names;
        if !std::mem::replace(&mut joined.lists_packages, true) {
            for (package, node) in joined.joined.clone() {
                self.follow_modules_in(node, &package);
            }
        }
    }

    fn follow_joined(&mut self, node: NodeIndex, package: &ModuleName, part: &str) {
        if !self.may_be_module(part) {
            return;
        }
        let Ok(name) = ModuleName::new(&format!("{package}.{part}")) else {
            return;
        };
        if !self.context.is_dependency(&name) || is_test(name.as_str()) {
            return;
        }
        self.follow_module_string(node, name.as_str());
        let is_package = self.context.dependencies.kind(name.as_str()) != Some(ModuleKind::Module);
        let joined = &mut self.worklist.joined_names;
        if is_package && joined.joined.insert(name.clone(), node).is_none() && joined.lists_packages
        {
            self.follow_modules_in(node, &name);
        }
    }

    /// Follows the modules directly in a package, except for tests.
    fn follow_modules_in(&mut self, node: NodeIndex, package: &ModuleName) {
        let stem = format!("{package}.");
        let mut names = self.context.dependencies.starting_with(&stem);
        names.retain(|name| !name[stem.len()..].contains('.') && !is_test(name));
        for name in names {
            self.follow_module_string(node, &name);
        }
    }
}
