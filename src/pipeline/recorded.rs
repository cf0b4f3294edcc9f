//! Compares a plan with recordings of what programs really loaded.
//!
//! A recording only judges: it never adds a module. What the bundle lacks and could have is an error. What no bundle can
//! have on the target is a warning: a program that was recorded elsewhere may well do without it there.

use super::Plan;
use super::assemble::data_file_paths;
use crate::diagnostic::{Code, Diagnostic};
use crate::explain::DroppedBecause;
use crate::manifest::Presence;
use crate::profile::Exclusion;
use crate::recording::{Recording, RecordingFile, codec_module};
use crate::types::ModuleName;

/// The start of the name of the module that describes a build. It is another one on every platform.
const SYSCONFIGDATA: &str = "_sysconfigdata_";

/// What a name in a recording stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Module,
    Codec,
    DataFile,
    /// A module that was loaded before the program started.
    Startup,
}

/// Why a bundle lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// Nothing in the bundle needs it.
    NotReached,
    /// An exclusion leaves it out, or something that it needs.
    Excluded(Exclusion),
    /// The target cannot have it.
    NotOnTarget,
    /// The library does not have it.
    NotInLibrary,
}

/// Names that the bundle lacks for the same reason.
struct Lack {
    kind: Kind,
    reason: Reason,
    /// The names, with what is known beyond the reason.
    names: Vec<String>,
}

/// Returns what `plan` lacks of its recordings: errors for what it could have, and warnings for the rest.
pub(super) fn compare_with_recordings(plan: &Plan) -> Vec<Diagnostic> {
    let data_files = data_file_paths(plan).unwrap_or_default().into_iter();
    let data_files: Vec<&String> = data_files.map(|(path, _)| path).collect();
    let mut diagnostics = Vec::new();
    for file in &plan.recordings {
        for lack in lacks(plan, &data_files, &file.recording) {
            diagnostics.push(lack.diagnostic(plan, file));
        }
    }
    diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
    diagnostics
}

/// Returns what a plan lacks of one recording, by reason.
fn lacks(plan: &Plan, data_files: &[&String], recording: &Recording) -> Vec<Lack> {
    let mut lacks: Vec<Lack> = Vec::new();
    let mut add = |kind, (reason, detail): (Reason, Option<String>), name: &str| {
        let name = match detail {
            // An import chain starts with the name.
            Some(detail) if detail.starts_with(&format!("{name}:")) => detail,
            Some(detail) => format!("{name}: {detail}"),
            None => name.to_owned(),
        };
        let same = |lack: &&mut Lack| lack.kind == kind && lack.reason == reason;
        match lacks.iter_mut().find(same) {
            Some(lack) => lack.names.push(name),
            None => lacks.push(Lack {
                kind,
                reason,
                names: vec![name],
            }),
        }
    };
    for name in &recording.modules {
        if let Some(lack) = module_lack(plan, name) {
            add(Kind::Module, lack, name.as_str());
        }
    }
    for codec in &recording.codecs {
        let module = codec_module(codec);
        if let Some(lack) = module.and_then(|module| module_lack(plan, &module)) {
            add(Kind::Codec, lack, codec.as_str());
        }
    }
    for path in &recording.data_files {
        if !data_files.contains(&path) {
            add(Kind::DataFile, data_file_lack(plan, path), path);
        }
    }
    // The interpreter itself loads codecs that depend on the locale.
    let startup = recording.startup_modules.iter();
    for name in startup.filter(|name| name.top_level() != "encodings") {
        if let Some((Reason::NotReached, detail)) = module_lack(plan, name) {
            add(Kind::Startup, (Reason::NotReached, detail), name.as_str());
        }
    }
    lacks
}

/// Returns why the bundle lacks a module, with what is known beyond the reason; `None` if programs can import it.
fn module_lack(plan: &Plan, name: &ModuleName) -> Option<(Reason, Option<String>)> {
    let kept = &plan.selection.kept;
    let describes_build = name.as_str().starts_with(SYSCONFIGDATA);
    let is_kept = |name: &ModuleName| name.as_str().starts_with(SYSCONFIGDATA);
    let is_of_dependency = plan.dependencies.modules().contains_key(name);
    let is_provided = plan.app_paths.contains_key(name) || is_of_dependency;
    // Also if nothing in the bundle imports it.
    let is_frozen = plan.target.frozen.contains(name);
    if let Some(app_zip) = &plan.app_zip
        && is_of_dependency
        && !app_zip.modules.contains_key(name)
        && plan.stdlib.get(name.as_str()).is_none()
    {
        return Some((Reason::NotReached, None));
    }
    if kept.contains_key(name)
        || is_provided
        || is_frozen
        || describes_build && kept.keys().any(is_kept)
    {
        return None;
    }
    let Some(because) = plan.selection.dropped.get(name) else {
        return match plan.target.c_module(name.as_str()) {
            Some(Presence::Missing(reason)) => Some((Reason::NotOnTarget, Some(reason.clone()))),
            Some(Presence::Present | Presence::BuildDependent(_)) => None,
            None => Some((Reason::NotInLibrary, None)),
        };
    };
    let unimportable = plan.unimportable_recorded.get(name);
    let because = match because {
        DroppedBecause::NotReached => unimportable.unwrap_or(because),
        _ => because,
    };
    match because {
        DroppedBecause::Frozen { .. } | DroppedBecause::NotPacked | DroppedBecause::CModule => None,
        DroppedBecause::NotReached => Some((Reason::NotReached, None)),
        DroppedBecause::Excluded(exclusion) => Some((Reason::Excluded(exclusion.clone()), None)),
        DroppedBecause::Unimportable { .. } | DroppedBecause::NotOnTarget { .. } => {
            let reason = because.exclusion().cloned();
            let reason = reason.map_or(Reason::NotOnTarget, Reason::Excluded);
            Some((reason, because.detail()))
        }
    }
}

fn data_file_lack(plan: &Plan, path: &String) -> (Reason, Option<String>) {
    if !plan.stdlib.data().contains(path) {
        return (Reason::NotInLibrary, None);
    }
    let owners = plan.target.data_files.iter();
    let owner = owners.map(|files| &files.module).find(|module| {
        path.strip_prefix(&module.as_str().replace('.', "/"))
            .is_some_and(|rest| rest.starts_with('/'))
            && !plan.selection.kept.contains_key(*module)
    });
    let detail = match owner {
        Some(module) => format!("it comes with '{module}', which is not in the bundle"),
        None => "no manifest lists it under 'data-files'".to_owned(),
    };
    (Reason::NotReached, Some(detail))
}

impl Lack {
    fn diagnostic(self, plan: &Plan, file: &RecordingFile) -> Diagnostic {
        let label = file.path.display();
        let what = counted(self.names.len(), self.kind);
        let target = &plan.target.name;
        let (code, message, help) = match (&self.reason, self.kind) {
            (_, Kind::Startup) => (
                Code::RecordedStartupModule,
                format!(
                    "nothing in the bundle imports {what} that '{label}' has from before its program started"
                ),
                "it is unknown whether the program uses them: record in an environment without .pth files that import"
                    .to_owned(),
            ),
            (Reason::NotReached, kind) => (
                Code::RecordedModuleMissing,
                format!("{} {what} that '{label}' has", kind.verb()),
                kind.help().to_owned(),
            ),
            (Reason::Excluded(exclusion), _) => (
                Code::RecordedModuleMissing,
                format!(
                    "the exclusion '{}' leaves out {what} that '{label}' has: {}",
                    exclusion.pattern, exclusion.reason
                ),
                "narrow the exclusion; or delete them from the recording, if the program does without them on the target"
                    .to_owned(),
            ),
            (Reason::NotOnTarget, _) => (
                Code::RecordedModuleUnavailable,
                format!("{target} cannot have {what} that '{label}' has"),
                "check that the program does without them there".to_owned(),
            ),
            (Reason::NotInLibrary, _) => {
                let library = plan.target.version;
                let recorded = file.recording.python;
                let recorded = if recorded == library {
                    String::new()
                } else {
                    format!(", which is of Python {recorded}")
                };
                (
                    Code::RecordedModuleUnavailable,
                    format!("the library of Python {library} does not have {what} of '{label}'{recorded}"),
                    "check that the program does without them there".to_owned(),
                )
            }
        };
        let is_error = code == Code::RecordedModuleMissing;
        let mut diagnostic = if is_error {
            Diagnostic::error(code, message)
        } else {
            Diagnostic::warning(code, message)
        };
        diagnostic.notes = self.names;
        if let Reason::Excluded(exclusion) = &self.reason {
            diagnostic = diagnostic.with_provenance(&exclusion.provenance);
        }
        diagnostic.with_help(help)
    }
}

impl Kind {
    /// Returns what nothing in the bundle does to names of this kind.
    fn verb(self) -> &'static str {
        match self {
            Self::Module | Self::Startup => "nothing in the bundle imports",
            Self::Codec => "nothing in the bundle looks up",
            Self::DataFile => "the bundle does not contain",
        }
    }

    /// Returns how names of this kind get into the bundle.
    fn help(self) -> &'static str {
        match self {
            Self::Module | Self::Startup => {
                "list them under 'roots' in the profile (or --root), or pass what imports them with --app or --dependency"
            }
            Self::Codec => "list them under 'codecs' in the profile, as in codecs: [cp1252]",
            Self::DataFile => {
                "make the module that reads them a root, or list them in a manifest (--manifests)"
            }
        }
    }
}

fn counted(count: usize, kind: Kind) -> String {
    let noun = match kind {
        Kind::Module | Kind::Startup => "module",
        Kind::Codec => "codec",
        Kind::DataFile => "data file",
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
