//! The worklist: what is live, what is referenced, and what waits for a reference.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};
use petgraph::graph::NodeIndex;

use crate::manifest::HiddenImport;
use crate::scan::ExtensionModuleStrings;
use crate::scan::{
    ClassId, GuardId, Identifier, ModuleSummary, NameChain, Scope, ScopeId, SitePlace,
};
use crate::types::ModuleName;

/// Identifies a loaded module, in the order of loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ModuleId(u32);

/// How the object that a name refers to is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum UseKind {
    /// It is the base of a class that is otherwise unused, so only the class statement runs.
    Subclassed,
    /// It is read: a function may be called, a class may have instances.
    Used,
    /// It is public API: users of the bundle may call everything public in it.
    Exported,
}

/// A work item of the analysis.
#[derive(Clone, Copy, Debug)]
pub(super) enum WorkItem<'a> {
    /// A scope is live.
    Scope(ModuleId, ScopeId),
    /// A class is used.
    Class(ModuleId, ClassId, UseKind),
    /// A base of a class in the module.
    Base(ModuleId, &'a NameChain),
    /// An import site of a live scope.
    Site(ModuleId, usize),
    /// A name that a live scope reads.
    Use(ModuleId, ScopeId, &'a NameChain),
    /// A name that is read from a module, and the attributes that are read from it.
    Name(ModuleId, NameUse<'a>),
    /// A method of a live class whose name was referenced.
    Method(ModuleId, ScopeId),
}

/// A module whose body is live.
pub(super) struct LoadedModule<'a> {
    pub(super) node: NodeIndex,
    pub(super) name: ModuleName,
    pub(super) summary: &'a ModuleSummary,
    /// Whether the module runs as `__main__`.
    pub(super) is_main: bool,
    /// Whether it is of the app or of a dependency.
    pub(super) is_of_program: bool,
    /// Whether a deferred callback, or one of its callers, is a function of the module.
    pub(super) has_callbacks: bool,
    /// The import sites in functions, by function.
    function_sites: HashMap<ScopeId, Vec<usize>>,
}

impl LoadedModule<'_> {
    /// Returns the indices of the import sites in a function.
    pub(super) fn sites_in(&self, function: ScopeId) -> Vec<usize> {
        let sites = self.function_sites.get(&function);
        sites.cloned().unwrap_or_default()
    }
}

/// Why a scope is live.
#[derive(Clone, Copy, Debug)]
pub(super) struct LivenessCause<'a> {
    /// The scope that reads its name; `None` if it is live by itself.
    pub(super) by: Option<(ModuleId, ScopeId)>,
    /// The attribute that is read, if the scope was matched by its name alone.
    pub(super) attribute: Option<&'a str>,
}

/// A name that is read from a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameUse<'a> {
    /// The name.
    pub(super) name: &'a str,
    /// The attributes that are read from it.
    pub(super) attributes: &'a [Identifier],
    /// How it is used.
    pub(super) kind: UseKind,
    /// The scope that reads it.
    pub(super) by: Option<(ModuleId, ScopeId)>,
}

/// A name of a module with the attributes that are read from it, how it is used, and the module of the app or of a
/// dependency that reads it.
pub(super) type FollowedName<'a> = (
    ModuleId,
    &'a str,
    &'a [Identifier],
    UseKind,
    Option<ModuleId>,
);

/// The parts of joined names, and what is known of the packages that they name.
#[derive(Default)]
pub(super) struct JoinedNames<'a> {
    /// Packages that strings name in full.
    pub(super) packages: BTreeSet<ModuleName>,
    /// Strings in modules of dependencies that import by computed names, with the first such module.
    pub(super) parts: BTreeMap<&'a str, NodeIndex>,
    /// Packages with joined names.
    pub(super) joined: BTreeMap<ModuleName, NodeIndex>,
    /// Whether code that imports by computed names lists the modules of packages.
    pub(super) lists_packages: bool,
}

/// The work items that are not processed yet, and everything that the analysis knows so far.
#[derive(Default)]
pub(super) struct Worklist<'a> {
    pub(super) items: Vec<WorkItem<'a>>,
    modules: Vec<LoadedModule<'a>>,
    by_name: HashMap<ModuleName, ModuleId>,
    /// The loaded modules directly in each package.
    children: HashMap<ModuleName, Vec<ModuleName>>,
    /// Modules whose public API is live.
    pub(super) roots: BTreeSet<String>,
    /// Modules that C code or the interpreter calls into, so that any function may be called.
    pub(super) fully_live_modules: BTreeSet<String>,
    /// Run modules; the value is true once their `__main__` was added.
    pub(super) run_modules: BTreeMap<ModuleName, bool>,
    /// Modules of the app and of dependencies that use a function that imports by a name that it receives or computes.
    pub(super) dynamic_importers: BTreeSet<ModuleId>,
    /// Whether a method of a dependency imports by a name that it receives or computes.
    pub(super) methods_import_dynamically: bool,
    /// Whether a dependency uses a function that imports by a name that it receives or computes.
    pub(super) dependencies_import_dynamically: bool,
    /// Modules of dependencies that look up a codec by a name that they receive or compute.
    pub(super) codec_users: BTreeSet<ModuleId>,
    /// Names that are joined from that of a package and that of a module in it.
    pub(super) joined_names: JoinedNames<'a>,
    /// Modules of dependencies whose source files are opened.
    pub(super) opened_sources: BTreeSet<ModuleName>,
    /// Modules of dependencies whose source files are named.
    pub(super) named_sources: BTreeSet<ModuleName>,
    /// Modules that are passed around as values, and the first scope that does so.
    pub(super) escaped_modules: HashMap<ModuleName, Option<(ModuleId, ScopeId)>>,
    /// The lazy imports whose names are read, as indices into the imports of their modules.
    pub(super) read_lazy_imports: HashSet<(ModuleId, usize)>,
    /// Modules that pass the module `builtins` around as a value.
    pub(super) builtins_escape_in: HashSet<ModuleId>,
    pub(super) live_scopes: HashSet<(ModuleId, ScopeId)>,
    /// Live classes, and the strongest use of each.
    pub(super) live_classes: HashMap<(ModuleId, ClassId), UseKind>,
    /// Names of attributes that are read from values of unknown type.
    pub(super) attribute_names: HashSet<&'a str>,
    /// Prefixes of computed names.
    pub(super) prefixes: BTreeSet<&'a str>,
    /// Suffixes of computed names.
    pub(super) suffixes: BTreeSet<&'a str>,
    /// Prefixes and suffixes of computed names of attributes that live methods read from their receivers, with the
    /// classes of the methods.
    pub(super) receiver_names: BTreeSet<((ModuleId, ClassId), &'a str, &'a str)>,
    /// All names, attributes, and strings that could be names, in live code.
    pub(super) referenced_names: HashSet<&'a str>,
    /// The extension modules that name a module, by that module.
    pub(super) named_by_extensions: HashMap<ModuleName, Vec<&'a ExtensionModuleStrings>>,
    /// The strings of loaded extension modules.
    extensions: Vec<&'a ExtensionModuleStrings>,
    /// Names that have been followed, with the module of the program that reads them.
    pub(super) followed: HashSet<FollowedName<'a>>,
    /// Whether code under each guard can run.
    pub(super) guard_results: HashMap<(ModuleId, GuardId), bool>,
    /// The scope that is being visited.
    pub(super) current: Option<(ModuleId, ScopeId)>,
    /// For each live scope, the first cause.
    pub(super) causes: HashMap<(ModuleId, ScopeId), LivenessCause<'a>>,
    /// Work items that wait for an attribute to be read, by its name.
    waiting_for_attribute: BTreeMap<&'a str, Vec<WorkItem<'a>>>,
    waiting_for_name: HashMap<&'a str, Vec<WorkItem<'a>>>,
    pending_hidden_imports: HashMap<&'a str, Vec<(NodeIndex, &'a HiddenImport)>>,
    /// The modules from which an attribute is read, by the name of the attribute.
    pub(super) requests: HashMap<&'a str, HashSet<ModuleName>>,
    /// Attributes that are read from modules whose `__getattr__` may be that of any other module.
    pub(super) requests_everywhere: HashSet<&'a str>,
    /// Work items that wait until one of their names is read from the module.
    pub(super) waiting_for_request: HashMap<ModuleName, Vec<(&'a [Identifier], WorkItem<'a>)>>,
    /// Imports of names from modules that are not loaded yet, as import sites of the importers.
    pub(super) waiting_for_names: HashMap<ModuleName, Vec<(ModuleId, usize)>>,
    waiting_for_module: HashMap<ModuleName, Vec<NameUse<'a>>>,
}

impl<'a> Worklist<'a> {
    pub(super) fn add_module(
        &mut self,
        node: NodeIndex,
        name: ModuleName,
        summary: &'a ModuleSummary,
        is_of_program: bool,
        has_callbacks: bool,
    ) -> ModuleId {
        let mut function_sites: HashMap<ScopeId, Vec<usize>> = HashMap::new();
        for (index, site) in summary.imports.iter().enumerate() {
            if let SitePlace::Function(function) = site.place {
                function_sites.entry(function).or_default().push(index);
            }
        }
        let id = self.push(LoadedModule {
            node,
            name: name.clone(),
            summary,
            is_main: false,
            is_of_program,
            has_callbacks,
            function_sites,
        });
        if let Some(package) = name.parent() {
            self.children.entry(package).or_default().push(name.clone());
        }
        self.by_name.insert(name, id);
        id
    }

    /// Adds a second module, named `__main__`, with the source of a loaded module that is also run.
    pub(super) fn add_main(&mut self, loaded: ModuleId) -> ModuleId {
        let loaded = self.module(loaded);
        self.push(LoadedModule {
            node: loaded.node,
            name: loaded.name.clone(),
            summary: loaded.summary,
            is_main: true,
            is_of_program: loaded.is_of_program,
            has_callbacks: loaded.has_callbacks,
            function_sites: loaded.function_sites.clone(),
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

    /// Returns the IDs of all loaded modules.
    pub(super) fn ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        let count = u32::try_from(self.modules.len()).unwrap_or(u32::MAX);
        (0..count).map(ModuleId)
    }

    pub(super) fn loaded(&self, name: &str) -> Option<ModuleId> {
        self.by_name.get(name).copied()
    }

    /// Returns the loaded modules directly in a package.
    pub(super) fn submodules(&self, package: &ModuleName) -> Vec<ModuleName> {
        self.children.get(package).cloned().unwrap_or_default()
    }

    pub(super) fn classes_of(&self, module: ModuleId) -> impl Iterator<Item = ClassId> + use<'a> {
        let count = u32::try_from(self.module(module).summary.classes.len()).unwrap_or(u32::MAX);
        (0..count).map(ClassId)
    }

    // ---- waiting ------------------------------------------------------------------------------

    pub(super) fn wait_for_module(&mut self, module: ModuleName, name_use: NameUse<'a>) {
        self.waiting_for_module
            .entry(module)
            .or_default()
            .push(name_use);
    }

    pub(super) fn take_pending_uses(&mut self, module: &ModuleName) -> Vec<NameUse<'a>> {
        self.waiting_for_module.remove(module).unwrap_or_default()
    }

    pub(super) fn wait_for_name(
        &mut self,
        names: impl IntoIterator<Item = &'a (impl AsRef<str> + 'a)>,
        item: &WorkItem<'a>,
    ) {
        for name in names {
            self.waiting_for_name
                .entry(name.as_ref())
                .or_default()
                .push(*item);
        }
    }

    pub(super) fn defer_hidden_import(&mut self, node: NodeIndex, hidden: &'a HiddenImport) {
        for name in hidden.conditions() {
            self.pending_hidden_imports
                .entry(name)
                .or_default()
                .push((node, hidden));
        }
    }

    pub(super) fn wait_for_attribute(&mut self, name: &'a str, item: WorkItem<'a>) {
        self.waiting_for_attribute
            .entry(name)
            .or_default()
            .push(item);
    }

    /// Marks a scope live. The cause is the scope that is being visited, and the attribute that it reads, if any.
    pub(super) fn mark_live(
        &mut self,
        module: ModuleId,
        scope: ScopeId,
        attribute: Option<&'a str>,
    ) {
        let by = self.current;
        self.causes
            .entry((module, scope))
            .or_insert(LivenessCause { by, attribute });
        self.items.push(WorkItem::Scope(module, scope));
    }

    /// Moves the work items that wait for an attribute to the worklist.
    fn activate_attribute(&mut self, name: &'a str) {
        for item in self.waiting_for_attribute.remove(name).unwrap_or_default() {
            match item {
                WorkItem::Method(module, scope) => self.mark_live(module, scope, Some(name)),
                item => self.items.push(item),
            }
        }
    }

    // ---- names --------------------------------------------------------------------------------

    /// Adds a referenced name and returns the hidden imports that it triggers.
    pub(super) fn add_name(&mut self, name: &'a str) -> Vec<(NodeIndex, &'a HiddenImport)> {
        if !self.referenced_names.insert(name) {
            return Vec::new();
        }
        self.items
            .extend(self.waiting_for_name.remove(name).unwrap_or_default());
        self.pending_hidden_imports.remove(name).unwrap_or_default()
    }

    /// Adds an attribute that is read from a value of unknown type.
    pub(super) fn add_attribute_name(&mut self, name: &'a str) {
        if self.attribute_names.insert(name) {
            self.activate_attribute(name);
        }
    }

    /// Adds a prefix of computed names.
    pub(super) fn add_prefix(&mut self, prefix: &'a str) {
        if !self.prefixes.insert(prefix) {
            return;
        }
        let candidates = self.waiting_for_attribute.range(prefix..);
        let names: Vec<&'a str> = candidates
            .map(|(name, _)| *name)
            .take_while(|name| name.starts_with(prefix))
            .collect();
        for name in names {
            self.activate_attribute(name);
        }
    }

    /// Adds a suffix of computed names.
    pub(super) fn add_suffix(&mut self, suffix: &'a str) {
        if !self.suffixes.insert(suffix) {
            return;
        }
        let candidates = self.waiting_for_attribute.keys().copied();
        let names: Vec<&'a str> = candidates.filter(|name| name.ends_with(suffix)).collect();
        for name in names {
            self.activate_attribute(name);
        }
    }

    /// Adds the computed names of attributes that a method of a class reads from its receiver.
    pub(super) fn add_receiver_names(&mut self, class: (ModuleId, ClassId), scope: &'a Scope) {
        let prefixes = scope.receiver_prefixes.iter();
        let prefixes = prefixes.map(|prefix| (class, prefix.as_str(), ""));
        let suffixes = scope.receiver_suffixes.iter();
        let suffixes = suffixes.map(|suffix| (class, "", suffix.as_str()));
        self.receiver_names.extend(prefixes.chain(suffixes));
    }

    /// Calls `visit` for each method that waits for an attribute to be read, with the name of the attribute.
    pub(super) fn visit_waiting_methods(&self, mut visit: impl FnMut(&str, ModuleId, ScopeId)) {
        for (name, items) in &self.waiting_for_attribute {
            for item in items {
                if let WorkItem::Method(module, scope) = item {
                    visit(name, *module, *scope);
                }
            }
        }
    }

    /// Adds the strings of an extension module, which may read attributes with the names in its tables.
    pub(super) fn add_extension(&mut self, strings: &'a ExtensionModuleStrings) {
        let candidates = self.waiting_for_attribute.keys().copied();
        let names: Vec<&'a str> = candidates
            .filter(|name| strings.table_mentions(name))
            .collect();
        for name in names {
            self.activate_attribute(name);
        }
        self.extensions.push(strings);
    }

    /// Returns whether an attribute with this name may be read from some value.
    pub(super) fn may_be_accessed(&self, name: &str) -> bool {
        let is_dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        if is_dunder || self.attribute_names.contains(name) {
            return true;
        }
        // What already waits for the name was told that it is not.
        !self.waiting_for_attribute.contains_key(name) && self.is_part_accessed(name)
    }

    /// Returns whether a name may be computed, or be in a table of an extension module.
    fn is_part_accessed(&self, name: &str) -> bool {
        self.prefixes.iter().any(|prefix| name.starts_with(prefix))
            || self.suffixes.iter().any(|suffix| name.ends_with(suffix))
            || self
                .extensions
                .iter()
                .any(|strings| strings.table_mentions(name))
    }
}
