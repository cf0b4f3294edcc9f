//! Scopes and classes that become live, and what follows from it.

use super::state::{How, Job, ModuleId, Reading};
use super::{Reachable, Resolved};

use crate::graph::fold::Folded;
use crate::graph::world::Modules;
use crate::scan::{Binding, ClassId, GuardId, Lookup, Place, ScopeId, Use};
use crate::types::ModuleName;

impl<'a, S: Modules> Reachable<'a, S> {
    /// A scope is live: its imports are followed, and what it reads.
    pub(super) fn run_scope(&mut self, module: ModuleId, id: ScopeId) {
        if self.is_held(module, id) || !self.state.live_scopes.insert((module, id)) {
            return;
        }
        self.state.current = Some((module, id));
        self.release(module, id);
        let summary = self.state.module(module).summary;
        for (place, site) in summary.imports.iter().enumerate() {
            let own = match site.place {
                Place::Function(function) => function == id,
                // A lazy import is followed: its name is most likely used.
                Place::Body | Place::FirstUse => id == ScopeId::BODY,
            };
            if own {
                self.follow_site(module, place);
            }
        }
        let scope = summary.scope(id);
        for reading in &scope.uses {
            self.follow_use(module, id, reading);
        }
        for (guard, member) in &scope.members {
            if self.can_hold(module, *guard) {
                self.member(member);
            }
        }
        for (guard, name) in &scope.stores {
            if self.can_hold(module, *guard) {
                self.state.add_member(name);
            }
        }
        for prefix in &scope.prefixes {
            self.state.add_prefix(prefix);
        }
        for suffix in &scope.suffixes {
            self.state.add_suffix(suffix);
        }
        let name = self.state.module(module).name.clone();
        let node = self.state.module(module).node;
        for codec in &scope.codecs {
            self.look_up_codec(node, codec);
        }
        if self.world.app.contains_key(&name) {
            let computes = summary.computed.iter().any(|c| c.what == Lookup::Module);
            if computes || self.state.naming.contains(&module) {
                self.look_up_named(module, id);
            }
            for text in &scope.texts {
                self.look_up_codec(node, text);
                self.look_up_object(node, text);
            }
        }
        self.state.current = None;
    }

    /// A class is used: so are its bases, the classes in it, and those of its methods that may be
    /// called. Of a public class, that is every method without an underscore; of one that is only
    /// subclassed, what a class statement calls.
    pub(super) fn use_class(&mut self, module: ModuleId, id: ClassId, how: How) {
        match self.state.live_classes.get(&(module, id)) {
            Some(known) if *known >= how => return,
            _ => self.state.live_classes.insert((module, id), how),
        };
        let loaded = self.state.module(module);
        let summary = loaded.summary;
        let all = summary.opaque || self.world.app.contains_key(&loaded.name);
        let class = summary.class(id);
        for base in &class.bases {
            self.follow_chain(module, ScopeId::BODY, base, how);
        }
        if how == How::Subclassed {
            let hooks = class.methods.iter().filter(|&&method| {
                let name = &summary.scope(method).name;
                name.ends_with(".__init_subclass__")
            });
            hooks.for_each(|&hook| self.state.run(module, hook, None));
            return;
        }
        for inner in &class.classes {
            self.state.jobs.push(Job::Class(module, *inner, how));
        }
        for &method in &class.methods {
            let scope = summary.scope(method);
            let name = scope.name.rsplit('.').next().unwrap_or(&scope.name);
            let promised = how == How::Promised && !name.starts_with('_');
            if all || promised || scope.registered || self.state.may_be_read(name) {
                self.state.run(module, method, None);
            } else {
                self.state
                    .wait_for_member(name, Job::Method(module, method));
            }
        }
    }

    /// Follows a name that a live scope reads.
    pub(super) fn follow_use(&mut self, module: ModuleId, scope: ScopeId, reading: &'a Use) {
        if !self.can_hold(module, reading.guard) {
            return;
        }
        if let Some(names) = self.unasked(module, reading.guard) {
            return self
                .state
                .wait_to_be_asked(names, &Job::Use(module, scope, reading));
        }
        self.follow_chain(module, scope, reading, How::Read);
    }

    /// Whether code under that condition can run on the target.
    fn can_hold(&mut self, module: ModuleId, guard: GuardId) -> bool {
        if guard == GuardId::ALWAYS {
            return true;
        }
        if let Some(known) = self.state.guards.get(&(module, guard)) {
            return *known;
        }
        let loaded = self.state.module(module);
        let folded = Folded {
            world: self.world,
            module: &loaded.name,
            summary: loaded.summary,
            broken: self.broken,
            run: loaded.run,
        };
        // Where in a `try` body it stands is not known: it may be before what fails.
        let can = folded.liveness(guard, 0).is_some();
        self.state.guards.insert((module, guard), can);
        can
    }

    /// Somebody reads an attribute of a value whose type is not known.
    pub(super) fn member(&mut self, name: &'a str) {
        self.mention(name);
        self.state.add_member(name);
    }

    /// Somebody mentions a name.
    pub(super) fn mention(&mut self, name: &'a str) {
        for (node, hidden) in self.state.mention(name) {
            self.happen(node, hidden);
        }
    }

    /// C code may call any function of a module, and make objects of its classes.
    pub(super) fn call_all(&mut self, name: &ModuleName) {
        if !self.state.called.insert(name.to_string()) {
            return;
        }
        let Some(module) = self.state.loaded(name.as_str()) else {
            return;
        };
        let scopes = &self.state.module(module).summary.scopes;
        for (place, scope) in scopes.iter().enumerate().skip(1) {
            if scope.class.is_none() {
                let id = ScopeId(u32::try_from(place).unwrap_or(u32::MAX));
                self.state.jobs.push(Job::Scope(module, id));
            }
        }
        for class in self.state.classes_of(module) {
            self.state.jobs.push(Job::Class(module, class, How::Read));
        }
    }

    /// A module is passed around as a value: its functions are members of it.
    pub(super) fn escape(&mut self, name: &str) {
        let Resolved::Module(name, _) = self.world.resolve(name) else {
            return;
        };
        if self.state.escaped.contains_key(&name) {
            return;
        }
        let by = self.state.current;
        self.state.escaped.insert(name.clone(), by);
        for submodule in self.state.submodules(&name) {
            self.escape(submodule.as_str());
        }
        if let Some(module) = self.state.loaded(name.as_str()) {
            self.hand_out(module);
        }
    }

    /// The functions and classes of a module that is passed around are live when their names are
    /// read of some value.
    pub(super) fn hand_out(&mut self, module: ModuleId) {
        let summary = self.state.module(module).summary;
        let by = self
            .state
            .escaped
            .get(&self.state.module(module).name)
            .copied()
            .flatten();
        // What it imports is its own business: nobody reads `os` of a module that is handed around.
        let is_import = |bindings: &Vec<Binding>| {
            bindings
                .iter()
                .all(|binding| matches!(binding, Binding::Module(_)))
        };
        let own = summary
            .bindings
            .iter()
            .filter(|(_, bindings)| !is_import(bindings));
        for (name, _) in own {
            let reading = Reading {
                name,
                rest: &[],
                how: How::Read,
                by,
            };
            let job = Job::Name(module, reading);
            if self.state.may_be_read(name) {
                self.state.jobs.push(job);
            } else {
                self.state.wait_for_member(name, job);
            }
        }
    }
}
