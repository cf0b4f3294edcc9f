//! Warns of what only the run of a program shows: names that it computes or reads from data, and calls that fail on the
//! target.

use std::collections::{BTreeMap, BTreeSet};

use super::warning::{AppPlace, Warning};
use super::warnings::PlanFacts;
use crate::graph::{Origin, may_run};
use crate::manifest::{DataLookup, Wanted, module_takes_codec};
use crate::scan::{CallSite, DynamicLookup, LookupKind, ModuleSummary, Referent, Scope, ScopeId};
use crate::types::ModuleName;

/// A call in the app, its module, and the function by its name in the library.
struct LibraryCall<'a> {
    module: &'a ModuleName,
    site: &'a CallSite,
    function: String,
}

impl PlanFacts<'_> {
    /// Returns the warnings about what the run of the program shows, each kind once.
    pub(super) fn unseen(&self) -> Vec<Warning> {
        let calls = self.library_calls();
        let mut warnings = Vec::new();
        // Names that only the run shows are found in the tier 'rest', except for those in the dependencies.
        if !self.has_rest() {
            warnings.extend(self.dynamic_imports());
            warnings.extend(self.dynamic_codecs());
            warnings.extend(self.unseen_code(&calls));
        } else if self.app_zip.is_some() {
            warnings.extend(self.dynamic_imports());
        }
        warnings.extend(self.failing_calls(&calls));
        warnings.extend(self.nonfunctional_modules(&calls));
        warnings
    }

    /// Returns the calls in the program of functions that some look-up or limit may be about, in the order of the modules
    /// and lines.
    fn library_calls(&self) -> Vec<LibraryCall<'_>> {
        let lookups = self.inputs.manifests.data_lookups().iter();
        let lookups = lookups.flat_map(|lookup| &lookup.functions);
        let limits = self.inputs.target.failing_calls.iter();
        let names = lookups.chain(limits.flat_map(|note| &note.calls));
        let top_levels: BTreeSet<&str> = names.map(|name| top_level(name)).collect();
        let mut calls = Vec::new();
        for (module, summary) in self.program() {
            for site in &summary.call_sites {
                let referent = summary.referent(site.scope, &site.function);
                let is_relevant = match referent {
                    Referent::Imported { module, .. } => top_levels.contains(top_level(module)),
                    Referent::Builtin(name) => top_levels.contains(name),
                    Referent::Own | Referent::Value => false,
                };
                let unimportable = &self.graph.unimportable;
                if is_relevant
                    && may_run(self.context, module, summary, site.guard, unimportable)
                    && let Some(function) = referent.dotted_name()
                {
                    calls.push(LibraryCall {
                        module,
                        site,
                        function,
                    });
                }
            }
        }
        calls
    }

    /// Warns about imports by names that are not literals, unless the profile declares hidden imports.
    fn dynamic_imports(&self) -> Option<Warning> {
        if !self.inputs.profile.hidden_imports.is_empty() {
            return None;
        }
        let lookups = self.program().flat_map(|(module, summary)| {
            let lookups = summary.dynamic_lookups.iter();
            lookups.map(move |lookup| (module, lookup))
        });
        let is_module = |kind| matches!(kind, LookupKind::Module | LookupKind::RunModule);
        let imports = lookups.filter(|(_, lookup)| is_module(lookup.kind));
        let mut places = imports.map(|(module, lookup)| self.place(module, lookup.line));
        let first = places.next()?;
        let others = places.count();
        Some(Warning::DynamicImport { first, others })
    }

    /// Warns about codecs that are looked up by names that are not literals, unless the profile declares codecs.
    fn dynamic_codecs(&self) -> Option<Warning> {
        if !self.inputs.profile.codecs.is_empty() {
            return None;
        }
        let app = self.program();
        let app = app.flat_map(|(module, summary)| self.codec_lookups(module, summary, |_| true));
        let dependencies = self.reached_dependencies();
        let dependencies = dependencies.flat_map(|(module, summary)| {
            let is_live =
                |lookup: &DynamicLookup| self.is_live_scope(module, summary.scope(lookup.scope));
            self.codec_lookups(module, summary, is_live)
        });
        let mut places = app.chain(dependencies);
        let first = places.next();
        let others = places.count();
        let lookups = self.data_lookups(Wanted::Codec);
        let packages = self.imported_packages();
        let is_read = |name: &String| packages.contains(top_level(name)) && self.is_live(name);
        let data = lookups.filter(|lookup| lookup.functions.iter().any(is_read));
        let data: Vec<String> = data.map(|lookup| lookup.what.clone()).collect();
        if first.is_none() && data.is_empty() {
            return None;
        }
        Some(Warning::DynamicCodec {
            first,
            others,
            data,
        })
    }

    /// Returns the modules of dependencies that are reached.
    fn reached_dependencies(&self) -> impl Iterator<Item = (&ModuleName, &ModuleSummary)> {
        let modules = self.graph.modules();
        let dependencies = modules.filter(|node| node.origin == Origin::Dependency);
        dependencies.filter_map(|node| {
            let summary = self.context.dependencies.summary(&node.name)?.ok()?;
            Some((&node.name, summary))
        })
    }

    /// Returns whether a scope is the body of a module, or a function that may be called.
    fn is_live_scope(&self, module: &ModuleName, scope: &Scope) -> bool {
        let function = (module.clone(), scope.name.clone());
        scope.name.is_empty() || self.graph.live_functions.contains(&function)
    }

    /// Returns the places in a module where codecs are looked up, and that `is_live` accepts.
    fn codec_lookups(
        &self,
        module: &ModuleName,
        summary: &ModuleSummary,
        is_live: impl Fn(&DynamicLookup) -> bool,
    ) -> Vec<AppPlace> {
        let lookups = summary.dynamic_lookups.iter();
        let lookups = lookups.filter(|lookup| self.is_codec_lookup(summary, lookup));
        let lookups = lookups.filter(|lookup| is_live(lookup));
        lookups
            .map(|lookup| self.place(module, lookup.line))
            .collect()
    }

    /// Returns whether a call looks up a codec itself. The functions of the program and of its dependencies pass the
    /// names that they are given to calls of their own.
    fn is_codec_lookup(&self, summary: &ModuleSummary, lookup: &DynamicLookup) -> bool {
        let is_positional = match lookup.kind {
            LookupKind::Module | LookupKind::RunModule => return false,
            LookupKind::Codec => true,
            LookupKind::NamedCodec => false,
        };
        let referent = summary.referent(lookup.scope, &lookup.function);
        match referent {
            Referent::Own => false,
            Referent::Builtin(_) => true,
            Referent::Value => !matches!(
                lookup.function.first().map(|name| &**name),
                Some("self" | "cls") if lookup.function.len() == 2
            ),
            Referent::Imported { module, .. } => {
                let is_library = self.inputs.stdlib.get(top_level(module)).is_some()
                    || self.inputs.target.c_module(top_level(module)).is_some();
                let name = referent.dotted_name().unwrap_or_default();
                let (module, function) = name.rsplit_once('.').unwrap_or((module, ""));
                is_library && (!is_positional || module_takes_codec(module, function))
            }
        }
    }

    fn data_lookups(&self, wanted: Wanted) -> impl Iterator<Item = &DataLookup> {
        let lookups = self.inputs.manifests.data_lookups().iter();
        lookups.filter(move |lookup| lookup.looks_up == wanted)
    }

    /// Returns the top-level modules and packages that the program and its dependencies import. What only the library
    /// reads for itself, such as the metadata of packages, which look like mails, has known codecs.
    fn imported_packages(&self) -> BTreeSet<&str> {
        let is_program = |module: &ModuleName| {
            let origin = self.graph.origin(module);
            matches!(origin, Some(Origin::App | Origin::Dependency))
        };
        let imports = self.graph.imports().into_keys();
        let imported = imports.filter(|(importer, _)| is_program(importer));
        let names = imported.map(|(_, module)| module.as_str());
        names.map(top_level).collect()
    }

    /// Returns whether a function of the library may be called.
    fn is_live(&self, function: &str) -> bool {
        let dots = function.match_indices('.');
        let splits = dots.map(|(dot, _)| (&function[..dot], &function[dot + 1..]));
        let mut functions = splits.filter_map(|(module, name)| {
            let module = ModuleName::new(module).ok()?;
            Some((module, name.to_owned()))
        });
        functions.any(|function| self.graph.live_functions.contains(&function))
    }

    /// Warns about calls of the app that import or run what only data names, once for each kind of data. Of what the
    /// dependencies run, only files are told that they find at run time, which may be the user's.
    fn unseen_code(&self, calls: &[LibraryCall<'_>]) -> Vec<Warning> {
        if !self.inputs.profile.hidden_imports.is_empty() {
            return Vec::new();
        }
        let files = self.inputs.apps.iter().flat_map(|app| app.modules.values());
        let files = files.filter(|file| !file.is_excluded);
        let files: BTreeSet<&str> = files.map(|file| file_name(&file.inner)).collect();
        let names_app_file = |call: &LibraryCall<'_>| {
            let mut named = call.site.python_files.iter();
            named.any(|name| files.contains(&**name))
        };
        let lookups = self.data_lookups(Wanted::Code);
        let warnings = lookups.filter_map(|lookup| {
            let of_lookup = calls.iter().filter(|call| {
                lookup.functions.contains(&call.function)
                    && !(lookup.unless_literal && call.site.has_literal_argument)
                    && !(lookup.unless_app_file && names_app_file(call))
            });
            let of_app = of_lookup.map(|call| self.place(call.module, call.site.line));
            let dependencies = lookup
                .in_dependencies
                .then(|| self.dependencies_using(lookup));
            let mut places = of_app.chain(dependencies.into_iter().flatten());
            Some(Warning::UnseenCode {
                what: lookup.what.clone(),
                first: places.next()?,
                others: places.count(),
            })
        });
        warnings.collect()
    }

    /// Returns the places of the functions of dependencies that may be called and that use a function of `lookup`.
    fn dependencies_using(&self, lookup: &DataLookup) -> Vec<AppPlace> {
        let mut places = Vec::new();
        for (module, summary) in self.reached_dependencies() {
            let scopes = (0_u32..).map(ScopeId).zip(&summary.scopes);
            for (id, scope) in scopes.filter(|(_, scope)| self.is_live_scope(module, scope)) {
                let uses = scope.uses.iter().any(|used| {
                    let referent = summary.referent(id, &used.chain);
                    let name = referent.dotted_name();
                    name.is_some_and(|name| lookup.functions.contains(&name))
                });
                if uses {
                    places.push(self.place(module, scope.line));
                }
            }
        }
        places
    }

    /// Warns about calls of the app that fail on the target, once for each reason.
    fn failing_calls(&self, calls: &[LibraryCall<'_>]) -> Vec<Warning> {
        let target = &self.inputs.target;
        let warnings = target.failing_calls.iter().filter_map(|note| {
            let mut failing = calls.iter().filter(|call| note.includes(&call.function));
            let first = failing.next()?;
            Some(Warning::FailingCall {
                function: first.function.clone(),
                place: self.place(first.module, first.site.line),
                others: failing.count(),
                target: target.name.clone(),
                reason: note.reason.clone(),
            })
        });
        warnings.collect()
    }

    /// Warns about each nonfunctional module once, at the first import by the app. If some calls of the module fail, and
    /// it is clear which ones the app makes, only those count.
    fn nonfunctional_modules(&self, calls: &[LibraryCall<'_>]) -> Vec<Warning> {
        let target = &self.inputs.target;
        let is_called = |module: &ModuleName| {
            let stem = format!("{module}.");
            let notes = &target.failing_calls;
            let names = notes.iter().flat_map(|note| &note.calls);
            names.clone().any(|name| name.starts_with(&stem))
                && calls.iter().any(|call| call.function.starts_with(&stem))
        };
        let mut modules = BTreeMap::new();
        for ((importer, module), edge) in self.graph.imports() {
            if let Some(reason) = target.nonfunctional.get(module)
                && self.app.paths.contains_key(importer)
                && !is_called(module)
            {
                modules
                    .entry(module)
                    .or_insert((importer, edge.line, reason));
            }
        }
        let warnings = modules
            .into_iter()
            .map(
                |(module, (importer, line, reason))| Warning::NonfunctionalModule {
                    module: module.clone(),
                    place: self.place(importer, line),
                    target: target.name.clone(),
                    reason: reason.clone(),
                },
            );
        warnings.collect()
    }
}

/// Returns the last part of a path in an app.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the first part of a dotted name.
fn top_level(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
