//! The closure of what a run can reach: lazy imports count when the function they are in can be
//! called.
//!
//! A worklist over scopes, with names for types. Nothing is taken out again: modules, scopes, classes
//! and names only become more, so the order of the work does not matter and there is an end to it.
//! `docs/src/closure.md` says why nothing is missing.

mod api;
mod held;
mod live;
mod names;
mod state;
mod texts;
mod unseen;

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use self::state::{How, Job, Loaded, ModuleId, Reading, State};
use super::failure::Failure;
use super::fold::Folded;
use super::found::Found;
use super::resolve::{Origin, Resolved};
use super::world::{Modules, RUNNER, Seed, World};
use super::{Edge, ImportGraph, Reason};
use crate::scan::{Guard, GuardId, Import, ScopeId, Word};
use crate::types::ModuleName;

/// The search for what can be reached.
pub(super) struct Reachable<'a, S: Modules> {
    world: &'a World<'a, S>,
    broken: &'a BTreeMap<ModuleName, Failure>,
    found: Found,
    state: State<'a>,
    /// Modules that were reached and are not entered yet.
    wave: Vec<(NodeIndex, ModuleName)>,
}

impl<'a, S: Modules> Reachable<'a, S> {
    pub(super) fn new(world: &'a World<'a, S>, broken: &'a BTreeMap<ModuleName, Failure>) -> Self {
        let found = Found::new();
        Self {
            world,
            broken,
            found,
            state: State::default(),
            wave: Vec::new(),
        }
    }

    pub(super) fn run(mut self, seeds: &'a [Seed]) -> Result<ImportGraph, S::Error> {
        let start = self.found.start();
        self.called_by(None);
        for seed in seeds {
            match seed.reason {
                Reason::Root => self.state.roots.insert(seed.module.to_string()),
                Reason::Run => self.state.run.insert(seed.module.clone(), false).is_none(),
                _ if !seed.calls.is_empty() => false,
                _ => self.state.called.insert(seed.module.to_string()),
            };
            let edge = Edge {
                reason: seed.reason.clone(),
                line: 0,
            };
            self.reach(start, &self.world.resolve(seed.module.as_str()), edge);
            for call in seed.calls {
                self.name_of(seed.module.as_str(), call, &[], How::Read);
            }
        }
        self.hidden_of(start, &ModuleName::builtins());
        let world = self.world;
        world
            .wanted_codecs
            .iter()
            .for_each(|codec| self.look_up_codec(start, codec));
        loop {
            while let Some(job) = self.state.jobs.pop() {
                self.work(job);
            }
            if self.wave.is_empty() {
                let app = &self.world.app;
                let annotation_readers =
                    self.state.annotation_readers(|name| app.contains_key(name));
                let live = self.state.live(&annotation_readers);
                return Ok(ImportGraph {
                    live,
                    annotation_readers,
                    run: self.state.run.into_keys().collect(),
                    ..self.found.finish(self.broken.clone())
                });
            }
            let wave = std::mem::take(&mut self.wave);
            let names: Vec<ModuleName> = wave.iter().map(|(_, name)| name.clone()).collect();
            self.world.stdlib.prepare(&names)?;
            for (node, name) in wave {
                self.enter(node, &name);
            }
        }
    }

    fn work(&mut self, job: Job<'a>) {
        match job {
            Job::Scope(module, scope) => self.run_scope(module, scope),
            Job::Class(module, class, how) => self.use_class(module, class, how),
            Job::Base(module, base) => {
                self.follow_chain(module, ScopeId::BODY, base, How::Subclassed);
            }
            Job::Site(module, place) => self.follow_site(module, place),
            Job::Use(module, scope, reading) => self.follow_use(module, scope, reading),
            Job::Name(
                module,
                Reading {
                    name,
                    rest,
                    how,
                    by,
                },
            ) => {
                self.state.current = by;
                self.name_from(module, name, rest, how);
                self.state.current = None;
            }
            Job::Method(module, scope) => self.state.run(module, scope, None),
        }
    }

    // ---- loading modules ----------------------------------------------------------------------

    /// An import was followed: what it imports is loaded.
    fn reach(&mut self, from: NodeIndex, to: &Resolved, edge: Edge) {
        let Some((node, true)) = self.found.add(from, to, edge, self.broken) else {
            return;
        };
        let name = self.found.node(node).name.clone();
        if let Some(parent) = name.parent() {
            let edge = Edge {
                reason: Reason::Parent,
                line: 0,
            };
            self.reach(node, &self.world.resolve(parent.as_str()), edge);
        }
        self.hidden_of(node, &name);
        self.called_by(Some(&name));
        if self.found.node(node).origin == Origin::C {
            if self.state.roots.contains(name.as_str()) {
                self.whole_c_module(&name);
            }
        } else {
            self.wave.push((node, name));
        }
    }

    /// A module was loaded: its body runs, and so does what its decorators may have registered.
    fn enter(&mut self, node: NodeIndex, name: &ModuleName) {
        let Some(Ok(summary)) = self.world.summary(name) else {
            return;
        };
        let module = self.state.add_module(node, name.clone(), summary);
        self.release_named(module);
        self.start(module);
        if self.state.run.contains_key(name) {
            self.start_main(module);
        }
        if self.state.roots.contains(name.as_str()) {
            self.offer(module);
        }
        for reading in self.state.waiting_for(name) {
            self.state.jobs.push(Job::Name(module, reading));
        }
        if self.state.escaped.contains_key(name) {
            self.hand_out(module);
        } else if name
            .parent()
            .is_some_and(|package| self.state.escaped.contains_key(&package))
        {
            // `package.submodule` of a package that is passed around.
            self.escape(name.as_str());
        }
    }

    /// A module's body runs, and so may what nobody has to name.
    fn start(&mut self, module: ModuleId) {
        self.state.jobs.push(Job::Scope(module, ScopeId::BODY));
        let Loaded { name, summary, .. } = self.state.module(module);
        let everything = summary.opaque || self.world.app.contains_key(name);
        let called = self.state.called.contains(name.as_str());
        let summary = *summary;
        for (place, scope) in summary.scopes.iter().enumerate().skip(1) {
            let id = ScopeId(u32::try_from(place).unwrap_or(u32::MAX));
            let function = scope.class.is_none();
            let asked = function && scope.name == "__getattr__";
            if everything || asked || scope.registered || (function && called) {
                self.state.jobs.push(Job::Scope(module, id));
            }
        }
        for class in self.state.classes_of(module) {
            // The class statement runs now, and calls `__init_subclass__` of the bases.
            let bases = summary.class(class).bases.iter();
            self.state
                .jobs
                .extend(bases.map(|base| Job::Base(module, base)));
            if everything || called || summary.class(class).registered {
                self.state.jobs.push(Job::Class(module, class, How::Read));
            }
        }
    }

    /// A loaded module is run as `__main__`.
    fn start_main(&mut self, module: ModuleId) {
        let name = self.state.module(module).name.clone();
        if self.state.run.insert(name, true) != Some(true) {
            let main = self.state.add_main(module);
            self.start(main);
        }
    }

    /// Somebody runs a module as `__main__`, by the module that runs others.
    fn run_module(&mut self, from: NodeIndex, module: &Resolved, edge: Edge) {
        let Some(Resolved::Module(name, origin)) = self.world.main_of(module) else {
            return;
        };
        let runner = Edge {
            reason: Reason::runner(),
            line: edge.line,
        };
        self.reach(from, &self.world.resolve(RUNNER), runner);
        if let Resolved::Module(runner, _) = self.world.resolve(RUNNER) {
            self.call_all(&runner);
        }
        self.state.run.entry(name.clone()).or_insert(false);
        if let Some(loaded) = self.state.loaded(name.as_str()) {
            self.start_main(loaded);
        }
        self.reach(from, &Resolved::Module(name, origin), edge);
    }

    /// Follows the import site of a live scope.
    fn follow_site(&mut self, module: ModuleId, place: usize) {
        let loaded = self.state.module(module);
        let (name, summary, node) = (loaded.name.clone(), loaded.summary, loaded.node);
        let run = loaded.run;
        let site = &summary.imports[place];
        let folded = Folded {
            world: self.world,
            module: &name,
            summary,
            broken: self.broken,
            run,
        };
        let Some(live) = folded.liveness(site.guard, place) else {
            return;
        };
        if let Some(names) = self.unasked(module, site.guard) {
            return self
                .state
                .wait_to_be_asked(names, &Job::Site(module, place));
        }
        if let Import::From { names, .. } = &site.import {
            names.iter().for_each(|name| self.mention(name));
        }
        let edge = Edge {
            reason: Reason::of_import(summary, site, live),
            line: site.line,
        };
        for (target, _) in self.world.targets(&name, &site.import) {
            if summary.in_text(site) && matches!(target, Resolved::Unknown(_)) {
                continue;
            }
            self.reach(node, &target, edge.clone());
            if let Import::Run(_) = &site.import {
                self.run_module(node, &target, edge.clone());
            }
            if let (Import::Call(_) | Import::Beginning(_), Resolved::Module(target, _)) =
                (&site.import, &target)
            {
                self.escape(target.as_str());
            }
        }
    }

    /// The names under which a guard of a module's `__getattr__` waits, if nobody asked for one yet.
    fn unasked(&self, module: ModuleId, guard: GuardId) -> Option<&'a [Word]> {
        let summary = self.state.module(module).summary;
        summary
            .guards
            .chain(guard)
            .find_map(|(_, guard)| match guard {
                Guard::Asked(names) => {
                    let asked = names
                        .iter()
                        .any(|name| self.state.mentioned.contains(name.as_str()));
                    (!asked).then_some(names.as_slice())
                }
                _ => None,
            })
    }
}
