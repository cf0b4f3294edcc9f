//! Follows implicit imports by C code and computed names, and C attribute reads.

use petgraph::graph::NodeIndex;

use super::worklist::UseKind;
use super::{Edge, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::manifest::{HiddenImport, Trigger};
use crate::profile::Closure;
use crate::types::ModuleName;

impl<'a, S: ModuleProvider> Reachability<'a, S> {
    /// Follows the hidden imports of a loaded module, or defers them until a name that triggers them is referenced.
    pub(super) fn follow_hidden_imports_of(&mut self, node: NodeIndex, from: &ModuleName) {
        let context = self.context;
        for hidden in context.hidden_imports.get(from).into_iter().flatten() {
            let is_referenced = |name: &str| self.worklist.referenced_names.contains(name);
            let is_triggered = match (hidden.trigger, hidden.runtime_feature) {
                (Trigger::Import, _) => true,
                _ if !self.follows_names() => continue,
                (Trigger::Codec | Trigger::Call, None) if self.closure == Closure::Everything => {
                    true
                }
                // `follow_codec` follows codecs when they are referenced.
                (Trigger::Codec, _) => continue,
                (Trigger::Call, Some(feature)) => context.runtime_features.contains(&feature),
                (Trigger::Call, None) => {
                    hidden.conditions().next().is_none() || hidden.conditions().any(is_referenced)
                }
            };
            if is_triggered {
                self.follow_hidden_import(node, hidden);
            } else if hidden.runtime_feature.is_none() {
                self.worklist.defer_hidden_import(node, hidden);
            }
        }
    }

    /// Follows a hidden import and marks what it calls live.
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

    /// Adds the attributes that the C code of a module, or of the interpreter, reads from objects.
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

    /// Marks the whole API of a C module live, so that all its hidden imports are followed.
    pub(super) fn mark_c_module_live(&mut self, name: &ModuleName) {
        let context = self.context;
        for hidden in context.hidden_imports.get(name).into_iter().flatten() {
            hidden
                .conditions()
                .for_each(|name| self.reference_name(name));
        }
    }
}
