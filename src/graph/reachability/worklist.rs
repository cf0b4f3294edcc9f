//! The state of the analysis: what is live, what is referenced, and what waits for a reference.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::graph::NodeIndex;

use crate::graph::annotations::annotation_reading_scopes;
use crate::graph::{Function, LivenessReason};
use crate::manifest::HiddenImport;
use crate::scan::{ClassId, GuardId, Identifier, ModuleSummary, NameChain, ScopeId, SitePlace};
use crate::types::ModuleName;

/// A loaded module, by the order of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(u32);

/// How what a name stands for is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum UseKind {
    /// It is the base of a class that nobody uses so far: the class statement runs, no more.
    Subclassed,
    /// It is read: a function may be called, a class may have instances.
    Used,
    /// The user may do all with it that is public.
    Exported,
}

/// Something to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum WorkItem<'a> {
    /// A scope is live.
    Scope(ModuleId, ScopeId),
    /// A class is used.
    Class(ModuleId, ClassId, UseKind),
    /// A class of the module has such a base.
    Base(ModuleId, &'a NameChain),
    /// An import site of a live scope.
    Site(ModuleId, usize),
    /// A name that a live scope reads.
    Use(ModuleId, ScopeId, &'a NameChain),
    /// A name that is read of a module, and the attributes of what it stands for.
    Name(ModuleId, NameUse<'a>),
    /// A method of a live class whose name was just mentioned.
    Method(ModuleId, ScopeId),
}

/// A module whose body runs.
pub(super) struct LoadedModule<'a> {
    pub(super) node: NodeIndex,
    pub(super) name: ModuleName,
    pub(super) summary: &'a ModuleSummary,
    /// It is run as the main module.
    pub(super) is_main: bool,
}

/// Why a scope is live.
#[derive(Clone, Copy, Debug)]
pub(super) struct LivenessCause<'a> {
    /// The scope that reads its name; none when nobody has to.
    pub(super) by: Option<(ModuleId, ScopeId)>,
    /// The name of the member that is read, when it was found by its name alone.
    pub(super) attribute: Option<&'a str>,
}

/// A name that is read of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameUse<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// The attributes that are read of what it stands for.
    pub(super) attributes: &'a [Identifier],
    /// What for.
    pub(super) kind: UseKind,
    /// The scope that reads it.
    pub(super) by: Option<(ModuleId, ScopeId)>,
}

/// All that grows during the search.
#[derive(Default)]
pub(super) struct Worklist<'a> {
    pub(super) items: Vec<WorkItem<'a>>,
    modules: Vec<LoadedModule<'a>>,
    by_name: HashMap<ModuleName, ModuleId>,
    /// By package: what lies directly in it.
    children: HashMap<ModuleName, Vec<ModuleName>>,
    /// Modules whose public API is promised.
    pub(super) roots: BTreeSet<String>,
    /// Modules that C code or the interpreter calls into: every function may be called.
    pub(super) fully_live_modules: BTreeSet<String>,
    /// Modules that are run: true for those that were already.
    pub(super) run_modules: BTreeMap<ModuleName, bool>,
    /// App modules that call what imports by names that it is given.
    pub(super) dynamic_importers: BTreeSet<ModuleId>,
    /// Modules that are passed around as values, and the scope that first does.
    pub(super) escaped_modules: HashMap<ModuleName, Option<(ModuleId, ScopeId)>>,
    pub(super) live_scopes: HashSet<(ModuleId, ScopeId)>,
    /// Classes that matter, and the most that is done with each.
    pub(super) live_classes: HashMap<(ModuleId, ClassId), UseKind>,
    /// Names of attributes that are read of values whose type is not known.
    pub(super) attribute_names: HashSet<&'a str>,
    /// How computed names begin and end.
    pub(super) prefixes: BTreeSet<&'a str>,
    pub(super) suffixes: BTreeSet<&'a str>,
    /// Every name, attribute and text that could be a name, in live code.
    pub(super) referenced_names: HashSet<&'a str>,
    /// Names that were already followed.
    pub(super) followed: HashSet<(ModuleId, &'a str, &'a [Identifier], UseKind)>,
    /// Which conditions can hold.
    pub(super) guard_results: HashMap<(ModuleId, GuardId), bool>,
    /// The scope that is being followed.
    pub(super) current: Option<(ModuleId, ScopeId)>,
    /// For each live scope, the first that made it so, and by which name.
    pub(super) causes: HashMap<(ModuleId, ScopeId), LivenessCause<'a>>,
    /// By a member's name: what becomes live with it.
    waiting_for_attribute: BTreeMap<&'a str, Vec<WorkItem<'a>>>,
    waiting_for_name: HashMap<&'a str, Vec<WorkItem<'a>>>,
    pending_hidden_imports: HashMap<&'a str, Vec<(NodeIndex, &'a HiddenImport)>>,
    waiting_for_module: HashMap<ModuleName, Vec<NameUse<'a>>>,
}

impl<'a> Worklist<'a> {
    pub(super) fn add_module(
        &mut self,
        node: NodeIndex,
        name: ModuleName,
        summary: &'a ModuleSummary,
    ) -> ModuleId {
        let id = self.push(LoadedModule {
            node,
            name: name.clone(),
            summary,
            is_main: false,
        });
        if let Some(package) = name.parent() {
            self.children.entry(package).or_default().push(name.clone());
        }
        self.by_name.insert(name, id);
        id
    }

    /// A loaded module that is run too: it is a second module, named `__main__`, of the same source.
    pub(super) fn add_main(&mut self, loaded: ModuleId) -> ModuleId {
        let loaded = self.module(loaded);
        self.push(LoadedModule {
            node: loaded.node,
            name: loaded.name.clone(),
            summary: loaded.summary,
            is_main: true,
        })
    }

    fn push(&mut self, loaded: LoadedModule<'a>) -> ModuleId {
        let id = ModuleId(u32::try_from(self.modules.len()).unwrap_or(u32::MAX));
        self.modules.push(loaded);
        id
    }

    pub(super) fn module(&self, id: ModuleId) -> &LoadedModule<'a> {
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
        self.children.get(package).cloned().unwrap_or_default()
    }

    pub(super) fn classes_of(&self, module: ModuleId) -> impl Iterator<Item = ClassId> + use<'a> {
        let count = u32::try_from(self.module(module).summary.classes.len()).unwrap_or(u32::MAX);
        (0..count).map(ClassId)
    }

    // ---- waiting ------------------------------------------------------------------------------

    pub(super) fn wait_for_module(&mut self, module: ModuleName, reading: NameUse<'a>) {
        self.waiting_for_module
            .entry(module)
            .or_default()
            .push(reading);
    }

    pub(super) fn take_waiting_for(&mut self, module: &ModuleName) -> Vec<NameUse<'a>> {
        self.waiting_for_module.remove(module).unwrap_or_default()
    }

    pub(super) fn wait_for_name(
        &mut self,
        names: impl IntoIterator<Item = &'a (impl AsRef<str> + 'a)>,
        job: &WorkItem<'a>,
    ) {
        for name in names {
            self.waiting_for_name
                .entry(name.as_ref())
                .or_default()
                .push(*job);
        }
    }

    /// Whether something waits for a name to be mentioned.
    pub(super) fn is_awaited(&self, name: &str) -> bool {
        self.waiting_for_name.contains_key(name)
    }

    pub(super) fn defer_hidden_import(&mut self, node: NodeIndex, hidden: &'a HiddenImport) {
        for name in hidden.conditions() {
            self.pending_hidden_imports
                .entry(name)
                .or_default()
                .push((node, hidden));
        }
    }

    pub(super) fn wait_for_attribute(&mut self, name: &'a str, job: WorkItem<'a>) {
        self.waiting_for_attribute
            .entry(name)
            .or_default()
            .push(job);
    }

    /// A scope is live because of the one that is being followed.
    pub(super) fn mark_live(&mut self, module: ModuleId, scope: ScopeId, member: Option<&'a str>) {
        let by = self.current;
        self.causes.entry((module, scope)).or_insert(LivenessCause {
            by,
            attribute: member,
        });
        self.items.push(WorkItem::Scope(module, scope));
    }

    /// What waited for a member's name becomes live.
    fn wake(&mut self, name: &'a str) {
        for job in self.waiting_for_attribute.remove(name).unwrap_or_default() {
            match job {
                WorkItem::Method(module, scope) => self.mark_live(module, scope, Some(name)),
                job => self.items.push(job),
            }
        }
    }

    // ---- becoming more ------------------------------------------------------------------------

    /// Adds a referenced name; returns the hidden imports that it triggers.
    pub(super) fn add_name(&mut self, name: &'a str) -> Vec<(NodeIndex, &'a HiddenImport)> {
        if !self.referenced_names.insert(name) {
            return Vec::new();
        }
        self.items
            .extend(self.waiting_for_name.remove(name).unwrap_or_default());
        self.pending_hidden_imports.remove(name).unwrap_or_default()
    }

    /// Somebody reads an attribute of a value whose type is not known.
    pub(super) fn add_attribute_name(&mut self, name: &'a str) {
        if self.attribute_names.insert(name) {
            self.wake(name);
        }
    }

    /// Somebody computes names that begin so.
    pub(super) fn add_prefix(&mut self, prefix: &'a str) {
        if !self.prefixes.insert(prefix) {
            return;
        }
        let from = self.waiting_for_attribute.range(prefix..);
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
        let wanted = self.waiting_for_attribute.keys().copied();
        let names: Vec<&'a str> = wanted.filter(|name| name.ends_with(suffix)).collect();
        for name in names {
            self.wake(name);
        }
    }

    /// Whether a member of that name may be read of some value.
    pub(super) fn may_be_accessed(&self, name: &str) -> bool {
        let is_dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        is_dunder
            || self.attribute_names.contains(name)
            || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
            || self.suffixes.iter().any(|suffix| name.ends_with(suffix))
    }

    // ---- telling ------------------------------------------------------------------------------

    /// Functions that may read the annotations of others; only live ones, if `only_live`.
    pub(super) fn annotation_readers(
        &self,
        only_live: bool,
        is_app: impl Fn(&ModuleName) -> bool,
    ) -> BTreeSet<Function> {
        let readers = self.ids().flat_map(|module| {
            let loaded = self.module(module);
            let readers = annotation_reading_scopes(loaded.summary, is_app(&loaded.name));
            readers.map(move |scope| (module, scope))
        });
        let live = readers.filter(|reader| !only_live || self.live_scopes.contains(reader));
        live.map(|reader| self.name(reader)).collect()
    }

    /// Why functions that import are live, or read annotations, and those that make them so.
    pub(super) fn liveness(
        &self,
        readers: &BTreeSet<Function>,
    ) -> BTreeMap<Function, LivenessReason> {
        let mut told = BTreeMap::new();
        // In the order of loading, so that of several reasons the same is given each time.
        let sorted: BTreeSet<_> = self.live_scopes.iter().copied().collect();
        for (module, scope) in sorted {
            let imports = &self.module(module).summary.imports;
            if imports
                .iter()
                .any(|site| site.place == SitePlace::Function(scope))
                || readers.contains(&self.name((module, scope)))
            {
                self.add_liveness_chain((module, scope), &mut told);
            }
        }
        told
    }

    fn add_liveness_chain(
        &self,
        function: (ModuleId, ScopeId),
        told: &mut BTreeMap<Function, LivenessReason>,
    ) {
        let mut next = Some(function);
        while let Some(function) = next.filter(|function| !told.contains_key(&self.name(*function)))
        {
            let cause = self.causes.get(&function);
            next = cause.and_then(|cause| cause.by);
            let by = next.map(|by| self.name(by));
            let member = cause.and_then(|cause| cause.attribute).map(str::to_owned);
            told.insert(
                self.name(function),
                LivenessReason {
                    by,
                    attribute: member,
                },
            );
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
