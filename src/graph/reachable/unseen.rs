//! What no source shows: imports by C code and computed names, members that others read.

use petgraph::graph::NodeIndex;

use super::state::How;
use super::{Edge, Reachable, Resolved};
use crate::graph::world::Modules;
use crate::manifest::{HiddenImport, Moment};
use crate::types::ModuleName;

impl<'a, S: Modules> Reachable<'a, S> {
    /// A module was loaded: what it imports unseen happens now, or when somebody mentions its names.
    pub(super) fn hidden_of(&mut self, node: NodeIndex, from: &ModuleName) {
        let world = self.world;
        for hidden in world.hidden.get(from).into_iter().flatten() {
            let mentioned = |name: &String| self.state.mentioned.contains(name.as_str());
            let now = match (hidden.at, hidden.group) {
                (Moment::Import, _) => true,
                // Codecs are followed where they are named.
                (Moment::Codec, _) => continue,
                (Moment::Call, Some(group)) => world.groups.contains(&group),
                (Moment::Call, None) => hidden.when.is_empty() || hidden.when.iter().any(mentioned),
            };
            if now {
                self.happen(node, hidden);
            } else if hidden.group.is_none() {
                self.state.wait_to_happen(node, hidden);
            }
        }
    }

    /// An import that no source shows happens.
    pub(super) fn happen(&mut self, node: NodeIndex, hidden: &'a HiddenImport) {
        for name in hidden.to.iter().flat_map(|to| self.world.called(to)) {
            let resolved = self.world.dotted(&name);
            self.reach(node, &resolved, Edge::hidden(hidden));
            if let Resolved::Module(name, _) = resolved {
                match &hidden.calls {
                    Some(calls) => {
                        for call in calls {
                            self.name_of(name.as_str(), call, &[], How::Read);
                        }
                    }
                    None => self.call_all(&name),
                }
            }
        }
    }

    /// The members that a module, or the interpreter itself, reads of objects, unseen.
    pub(super) fn called_by(&mut self, module: Option<&ModuleName>) {
        let world = self.world;
        let entries = world
            .called_members
            .iter()
            .filter(|entry| entry.from.as_ref() == module);
        for name in entries.flat_map(|entry| &entry.members) {
            match name.strip_suffix('*') {
                Some(prefix) => self.state.add_prefix(prefix),
                None => self.member(name),
            }
        }
    }

    /// All that a C module can do may be done.
    pub(super) fn whole_c_module(&mut self, name: &ModuleName) {
        let world = self.world;
        for hidden in world.hidden.get(name).into_iter().flatten() {
            hidden.when.iter().for_each(|name| self.mention(name));
        }
    }
}
