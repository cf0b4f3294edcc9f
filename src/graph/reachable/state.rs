//! What is known so far, and what waits for it to become more.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::graph::NodeIndex;

use crate::graph::annotations::readers;
use crate::graph::{Because, Function};
use crate::manifest::HiddenImport;
use crate::scan::{ClassId, GuardId, ModuleSummary, Place, ScopeId, Use, Word};
use crate::types::ModuleName;

/// A loaded module, by the order of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(u32);

/// How what a name stands for is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum How {
    /// It is the base of a class that nobody uses so far: the class statement runs, no more.
    Subclassed,
    /// It is read: a function may be called, a class may have instances.
    Read,
    /// The user may do all with it that is public.
    Promised,
}

/// Something to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Job<'a> {
    /// A scope is live.
    Scope(ModuleId, ScopeId),
    /// A class is used.
    Class(ModuleId, ClassId, How),
    /// A class of the module has such a base.
    Base(ModuleId, &'a Use),
    /// An import site of a live scope.
    Site(ModuleId, usize),
    /// A name that a live scope reads.
    Use(ModuleId, ScopeId, &'a Use),
    /// A name that somebody reads of a module, and the attributes of what it stands for.
    Name(ModuleId, Reading<'a>),
    /// A method of a live class whose name was just mentioned.
    Method(ModuleId, ScopeId),
}

/// A module whose body runs.
pub(super) struct Loaded<'a> {
    pub(super) node: NodeIndex,
    pub(super) name: ModuleName,
    pub(super) summary: &'a ModuleSummary,
    /// It is run as the main module.
    pub(super) run: bool,
}

/// Why a scope is live.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause<'a> {
    /// The scope that reads its name; none when nobody has to.
    pub(super) by: Option<(ModuleId, ScopeId)>,
    /// The name of the member that is read, when it was found by its name alone.
    pub(super) member: Option<&'a str>,
}

/// A name that is read of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// The attributes that are read of what it stands for.
    pub(super) rest: &'a [Word],
    /// What for.
    pub(super) how: How,
    /// The scope that reads it.
    pub(super) by: Option<(ModuleId, ScopeId)>,
}

/// All that grows during the search.
#[derive(Default)]
pub(super) struct State<'a> {
    pub(super) jobs: Vec<Job<'a>>,
    modules: Vec<Loaded<'a>>,
    by_name: HashMap<ModuleName, ModuleId>,
    /// By package: what lies directly in it.
    inside: HashMap<ModuleName, Vec<ModuleName>>,
    /// Modules whose public API is promised.
    pub(super) roots: BTreeSet<String>,
    /// Modules that C code or the interpreter calls into: every function may be called.
    pub(super) called: BTreeSet<String>,
    /// Modules that are run: true for those that were already.
    pub(super) run: BTreeMap<ModuleName, bool>,
    /// App modules that call what imports by names that it is given.
    pub(super) naming: BTreeSet<ModuleId>,
    /// Modules that are passed around as values, and the scope that first does.
    pub(super) escaped: HashMap<ModuleName, Option<(ModuleId, ScopeId)>>,
    pub(super) live_scopes: HashSet<(ModuleId, ScopeId)>,
    /// Classes that matter, and the most that is done with each.
    pub(super) live_classes: HashMap<(ModuleId, ClassId), How>,
    /// Names of attributes that are read of values whose type is not known.
    pub(super) members: HashSet<&'a str>,
    /// How computed names begin and end.
    pub(super) prefixes: BTreeSet<&'a str>,
    pub(super) suffixes: BTreeSet<&'a str>,
    /// Every name, attribute and text that could be a name, in live code.
    pub(super) mentioned: HashSet<&'a str>,
    /// Names that were already followed.
    pub(super) followed: HashSet<(ModuleId, &'a str, &'a [Word], How)>,
    /// Which conditions can hold.
    pub(super) guards: HashMap<(ModuleId, GuardId), bool>,
    /// The scope that is being followed.
    pub(super) current: Option<(ModuleId, ScopeId)>,
    /// For each live scope, the first that made it so, and by which name.
    pub(super) causes: HashMap<(ModuleId, ScopeId), Cause<'a>>,
    /// By a member's name: what becomes live with it.
    members_wanted: BTreeMap<&'a str, Vec<Job<'a>>>,
    asked: HashMap<&'a str, Vec<Job<'a>>>,
    happenings: HashMap<&'a str, Vec<(NodeIndex, &'a HiddenImport)>>,
    readings: HashMap<ModuleName, Vec<Reading<'a>>>,
}

impl<'a> State<'a> {
    pub(super) fn add_module(
        &mut self,
        node: NodeIndex,
        name: ModuleName,
        summary: &'a ModuleSummary,
    ) -> ModuleId {
        let id = self.push(Loaded {
            node,
            name: name.clone(),
            summary,
            run: false,
        });
        if let Some(package) = name.parent() {
            self.inside.entry(package).or_default().push(name.clone());
        }
        self.by_name.insert(name, id);
        id
    }

    /// A loaded module that is run too: it is a second module, named `__main__`, of the same source.
    pub(super) fn add_main(&mut self, loaded: ModuleId) -> ModuleId {
        let loaded = self.module(loaded);
        self.push(Loaded {
            node: loaded.node,
            name: loaded.name.clone(),
            summary: loaded.summary,
            run: true,
        })
    }

    fn push(&mut self, loaded: Loaded<'a>) -> ModuleId {
        let id = ModuleId(u32::try_from(self.modules.len()).unwrap_or(u32::MAX));
        self.modules.push(loaded);
        id
    }

    pub(super) fn module(&self, id: ModuleId) -> &Loaded<'a> {
        &self.modules[id.0 as usize]
    }

    /// All loaded modules.
    pub(super) fn ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        let count = u32::try_from(self.modules.len()).unwrap_or(u32::MAX);
        (0..count).map(ModuleId)
    }

    pub(super) fn loaded(&self, name: &str) -> Option<ModuleId> {
        self.by_name.get(name).copied()
    }

    /// Loaded modules that lie directly in a package.
    pub(super) fn submodules(&self, package: &ModuleName) -> Vec<ModuleName> {
        self.inside.get(package).cloned().unwrap_or_default()
    }

    pub(super) fn classes_of(&self, module: ModuleId) -> impl Iterator<Item = ClassId> + use<'a> {
        let count = u32::try_from(self.module(module).summary.classes.len()).unwrap_or(u32::MAX);
        (0..count).map(ClassId)
    }

    // ---- waiting ------------------------------------------------------------------------------

    pub(super) fn wait_for_module(&mut self, module: ModuleName, reading: Reading<'a>) {
        self.readings.entry(module).or_default().push(reading);
    }

    pub(super) fn waiting_for(&mut self, module: &ModuleName) -> Vec<Reading<'a>> {
        self.readings.remove(module).unwrap_or_default()
    }

    pub(super) fn wait_to_be_asked(
        &mut self,
        names: impl IntoIterator<Item = &'a (impl AsRef<str> + 'a)>,
        job: &Job<'a>,
    ) {
        for name in names {
            self.asked.entry(name.as_ref()).or_default().push(*job);
        }
    }

    /// Whether something waits for a name to be mentioned.
    pub(super) fn is_asked_for(&self, name: &str) -> bool {
        self.asked.contains_key(name)
    }

    pub(super) fn wait_to_happen(&mut self, node: NodeIndex, hidden: &'a HiddenImport) {
        for name in &hidden.when {
            self.happenings
                .entry(name.as_str())
                .or_default()
                .push((node, hidden));
        }
    }

    pub(super) fn wait_for_member(&mut self, name: &'a str, job: Job<'a>) {
        self.members_wanted.entry(name).or_default().push(job);
    }

    /// A scope is live because of the one that is being followed.
    pub(super) fn run(&mut self, module: ModuleId, scope: ScopeId, member: Option<&'a str>) {
        let by = self.current;
        self.causes
            .entry((module, scope))
            .or_insert(Cause { by, member });
        self.jobs.push(Job::Scope(module, scope));
    }

    /// What waited for a member's name becomes live.
    fn wake(&mut self, name: &'a str) {
        for job in self.members_wanted.remove(name).unwrap_or_default() {
            match job {
                Job::Method(module, scope) => self.run(module, scope, Some(name)),
                job => self.jobs.push(job),
            }
        }
    }

    // ---- becoming more ------------------------------------------------------------------------

    /// Somebody mentions a name; the answer is what happens unseen because of it.
    pub(super) fn mention(&mut self, name: &'a str) -> Vec<(NodeIndex, &'a HiddenImport)> {
        if !self.mentioned.insert(name) {
            return Vec::new();
        }
        self.jobs
            .extend(self.asked.remove(name).unwrap_or_default());
        self.happenings.remove(name).unwrap_or_default()
    }

    /// Somebody reads an attribute of a value whose type is not known.
    pub(super) fn add_member(&mut self, name: &'a str) {
        if self.members.insert(name) {
            self.wake(name);
        }
    }

    /// Somebody computes names that begin so.
    pub(super) fn add_prefix(&mut self, prefix: &'a str) {
        if !self.prefixes.insert(prefix) {
            return;
        }
        let from = self.members_wanted.range(prefix..);
        let names: Vec<&'a str> = from
            .map(|(name, _)| *name)
            .take_while(|name| name.starts_with(prefix))
            .collect();
        for name in names {
            self.wake(name);
        }
    }

    /// Somebody computes names that end so.
    pub(super) fn add_suffix(&mut self, suffix: &'a str) {
        if !self.suffixes.insert(suffix) {
            return;
        }
        let wanted = self.members_wanted.keys().copied();
        let names: Vec<&'a str> = wanted.filter(|name| name.ends_with(suffix)).collect();
        for name in names {
            self.wake(name);
        }
    }

    /// Whether a member of that name may be read of some value.
    pub(super) fn may_be_read(&self, name: &str) -> bool {
        let is_dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        is_dunder
            || self.members.contains(name)
            || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
            || self.suffixes.iter().any(|suffix| name.ends_with(suffix))
    }

    // ---- telling ------------------------------------------------------------------------------

    /// Live functions that may read the annotations of others.
    pub(super) fn annotation_readers(
        &self,
        is_app: impl Fn(&ModuleName) -> bool,
    ) -> BTreeSet<Function> {
        let readers = self.ids().flat_map(|module| {
            let loaded = self.module(module);
            let readers = readers(loaded.summary, is_app(&loaded.name));
            readers.map(move |scope| (module, scope))
        });
        let live = readers.filter(|reader| self.live_scopes.contains(reader));
        live.map(|reader| self.name(reader)).collect()
    }

    /// Why functions that import are live, or read annotations, and those that make them so.
    pub(super) fn live(&self, readers: &BTreeSet<Function>) -> BTreeMap<Function, Because> {
        let mut told = BTreeMap::new();
        // In the order of loading, so that of several reasons the same is told each time.
        let sorted: BTreeSet<_> = self.live_scopes.iter().copied().collect();
        for (module, scope) in sorted {
            let imports = &self.module(module).summary.imports;
            if imports
                .iter()
                .any(|site| site.place == Place::Function(scope))
                || readers.contains(&self.name((module, scope)))
            {
                self.tell((module, scope), &mut told);
            }
        }
        told
    }

    fn tell(&self, function: (ModuleId, ScopeId), told: &mut BTreeMap<Function, Because>) {
        let mut next = Some(function);
        while let Some(function) = next.filter(|function| !told.contains_key(&self.name(*function)))
        {
            let cause = self.causes.get(&function);
            next = cause.and_then(|cause| cause.by);
            let by = next.map(|by| self.name(by));
            let member = cause.and_then(|cause| cause.member).map(str::to_owned);
            told.insert(self.name(function), Because { by, member });
        }
    }

    fn name(&self, (module, scope): (ModuleId, ScopeId)) -> Function {
        let loaded = self.module(module);
        (
            loaded.name.clone(),
            loaded.summary.scope(scope).name.clone(),
        )
    }
}
