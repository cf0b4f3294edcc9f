//! Implicit imports: by C code and computed names, and attributes that C code reads.

use petgraph::graph::NodeIndex;

use super::worklist::UseKind;
use super::{Edge, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::manifest::{HiddenImport, Trigger};
use crate::profile::Closure;
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Follows the hidden imports of a loaded module, now or when a name that triggers them is referenced.
    pub(super) fn follow_hidden_imports_of(&mut self, node: NodeIndex, from: &ModuleName) {
        let context = self.context;
        for hidden in context.hidden_imports.get(from).into_iter().flatten() {
            let referenced = |name: &str| self.worklist.referenced_names.contains(name);
            let now = match (hidden.trigger, hidden.runtime_feature) {
                (Trigger::Import, _) => true,
                _ if !self.follows_names() => continue,
                (Trigger::Codec | Trigger::Call, None) if self.closure == Closure::Everything => {
                    true
                }
                // Codecs are followed where they are named.
                (Trigger::Codec, _) => continue,
                (Trigger::Call, Some(group)) => context.runtime_features.contains(&group),
                (Trigger::Call, None) => {
                    hidden.conditions().next().is_none() || hidden.conditions().any(referenced)
                }
            };
            if now {
                self.follow_hidden_import(node, hidden);
            } else if hidden.runtime_feature.is_none() {
                self.worklist.defer_hidden_import(node, hidden);
            }
        }
    }

    /// An import that no source shows happens.
    pub(super) fn follow_hidden_import(&mut self, node: NodeIndex, hidden: &'a HiddenImport) {
        for name in hidden
            .to
            .iter()
            .flat_map(|to| self.context.expand_pattern(to))
        {
            let resolved = self.context.resolve_or_parent(&name);
            self.add_import(node, &resolved, Edge::hidden(hidden));
            if let Resolved::Module(name, _) = resolved {
                match &hidden.calls {
                    Some(calls) => {
                        for call in calls {
                            self.resolve_in_source(name.as_str(), call, &[], UseKind::Used);
                        }
                    }
                    None => self.mark_all_live(&name),
                }
            }
        }
    }

    /// Adds the attributes that C code of a module, or the interpreter itself, reads of objects.
    pub(super) fn add_c_attribute_reads(&mut self, module: Option<&ModuleName>) {
        let context = self.context;
        let entries = context
            .c_attribute_reads
            .iter()
            .filter(|entry| entry.from.as_ref() == module);
        for name in entries.flat_map(|entry| &entry.attributes) {
            match name.strip_suffix('*') {
                Some(prefix) => self.worklist.add_prefix(prefix),
                None => self.access_attribute(name),
            }
        }
    }

    /// All that a C module can do may be done.
    pub(super) fn mark_c_module_live(&mut self, name: &ModuleName) {
        let context = self.context;
        for hidden in context.hidden_imports.get(name).into_iter().flatten() {
            hidden
                .conditions()
                .for_each(|name| self.reference_name(name));
        }
    }
}
