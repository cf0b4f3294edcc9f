//! Follows strings that name codecs.

use petgraph::graph::NodeIndex;

use super::worklist::ModuleId;
use super::{Edge, EdgeKind, Origin, Reachability, Resolved};
use crate::graph::context::ModuleProvider;
use crate::scan::{LookupKind, ScopeId};

impl<S: ModuleProvider> Reachability<'_, S> {
    /// Follows a codec name: imports its modules and marks all their functions live.
    pub(super) fn follow_codec(&mut self, node: NodeIndex, name: &str) {
        for module in self.context.codecs.modules(name) {
            if let Resolved::Module(module, Origin::Stdlib) = self.context.resolve(&module) {
                self.mark_all_live(&module);
                let kind = EdgeKind::Implicit(format!("the codec '{name}' is referenced"));
                let resolved = Resolved::Module(module, Origin::Stdlib);
                self.add_import(node, &resolved, Edge { kind, line: 0 });
            }
        }
    }

    /// Follows the codecs that a scope of a dependency names in an indirect way.
    ///
    /// The name of a codec that a module looks up may be any of its strings, or a string that any dependency passes to a
    /// function.
    pub(super) fn follow_indirect_codecs(&mut self, module: ModuleId, id: ScopeId) {
        let summary = self.worklist.module(module).summary;
        let mut lookups = summary.dynamic_lookups.iter();
        let looks_up = lookups.any(|lookup| {
            let is_codec = matches!(lookup.kind, LookupKind::Codec | LookupKind::NamedCodec);
            is_codec && lookup.scope == id
        });
        let is_first = looks_up && self.worklist.codec_users.is_empty();
        if looks_up && self.worklist.codec_users.insert(module) {
            for scope in self.live_scopes_of(module) {
                self.follow_codec_strings(module, scope);
            }
        }
        if is_first {
            for module in self.worklist.ids() {
                let name = &self.worklist.module(module).name;
                if self.context.is_dependency(name) {
                    for scope in self.live_scopes_of(module) {
                        self.follow_codec_arguments(module, scope);
                    }
                }
            }
        }
        if self.worklist.codec_users.contains(&module) {
            self.follow_codec_strings(module, id);
        } else if !self.worklist.codec_users.is_empty() {
            self.follow_codec_arguments(module, id);
        }
    }

    /// Follows the strings of a scope that name codecs. Those that are not of text, such as `hex`, are only accepted by
    /// functions of the module `codecs`.
    pub(super) fn follow_codec_strings(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        let scope = summary.scope(scope);
        let names = scope.attribute_names.iter().map(|(_, name)| name);
        let mut lookups = summary.dynamic_lookups.iter();
        let uses_codecs = lookups.any(|lookup| lookup.function.iter().any(|name| name == "codecs"));
        for name in names.chain(&scope.strings) {
            if uses_codecs || self.is_text_encoding(name) {
                self.follow_codec(node, name);
            }
        }
    }

    /// Follows the strings that a scope passes to functions and that name codecs.
    fn follow_codec_arguments(&mut self, module: ModuleId, scope: ScopeId) {
        let loaded = self.worklist.module(module);
        let (node, summary) = (loaded.node, loaded.summary);
        for name in &summary.scope(scope).arguments {
            if self.is_text_encoding(name) {
                self.follow_codec(node, name);
            }
        }
    }

    /// Returns whether `name` may be that of a codec between text and bytes. The modules of most others are called so.
    fn is_text_encoding(&self, name: &str) -> bool {
        let modules = self.context.codecs.modules(name);
        !modules.iter().any(|module| module.ends_with("_codec"))
    }
}
