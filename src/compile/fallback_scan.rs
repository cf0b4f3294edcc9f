//! The fallback scanner: the build Python finds the imports of files that Ruff's parser rejects.

use std::sync::Arc;

use super::CompileError;
use super::modules::answer_body;
use super::python::BuildPython;
use super::worker::Worker;
use super::workers::run_on_workers;
use crate::scan::{
    Decoded, Guard, GuardId, Import, ImportSite, ModuleSummary, ScanError, Scanned, Scope, ScopeId,
    SitePlace, SourceOrigin, TryBlock, decode, scan_text,
};

/// Scans `files`, pairs of path and source, with the build Python. The result for a file that does not compile is its
/// syntax error.
///
/// # Errors
/// When the build Python fails.
pub fn scan_with_python(
    python: &BuildPython,
    files: &[(String, Arc<[u8]>)],
    origin: SourceOrigin,
) -> Result<Vec<Result<ModuleSummary, ScanError>>, CompileError> {
    run_on_workers(python, files.len(), 1, |worker, index| {
        let (path, source) = &files[index];
        if let Some(summary) = scan_decoded(python, worker, path, source, origin)? {
            return Ok(Ok(summary));
        }
        let answer = worker.compile_request(path, &[b"imports", path.as_bytes(), source])?;
        match answer_body(&answer, path, &|| python.command.to_string()) {
            Ok(imports) => Ok(Ok(parse_summary(&String::from_utf8_lossy(imports)))),
            Err(CompileError::Source {
                line,
                column,
                message,
                ..
            }) => Ok(Err(ScanError {
                line,
                column,
                message,
            })),
            Err(error) => Err(error),
        }
    })
}

/// Scans a file whose encoding only Python knows: Python decodes it, and the normal scanner scans the text. `None` for
/// any other encoding, or if either step fails.
fn scan_decoded(
    python: &BuildPython,
    worker: &Worker,
    path: &str,
    source: &Arc<[u8]>,
    origin: SourceOrigin,
) -> Result<Option<ModuleSummary>, CompileError> {
    let Decoded::Unsupported(encoding) = decode(source.to_vec()) else {
        return Ok(None);
    };
    let answer = worker.compile_request(path, &[b"decode", source, encoding.as_bytes()])?;
    match answer_body(&answer, path, &|| python.command.to_string()) {
        Ok(text) => Ok(
            match scan_text(&String::from_utf8_lossy(text), Some(encoding), origin) {
                Scanned::Summary(summary) => Some(*summary),
                Scanned::Rejected(_) => None,
            },
        ),
        Err(CompileError::Source { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Parses the imports that `worker.py` found, one per line.
pub(crate) fn parse_summary(lines: &str) -> ModuleSummary {
    let mut summary = ModuleSummary {
        scopes: vec![Scope::default()],
        opaque: true,
        ..ModuleSummary::default()
    };
    let try_block = summary.guards.add_try(TryBlock {
        survives_import_errors: true,
        unpredictable: true,
    });
    let optional = summary.guards.add(Guard::Body(try_block), GuardId::ALWAYS);
    for line in lines.lines() {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        let (line, column, place) = (next(), next(), next());
        let guard = if place == "optional" {
            optional
        } else {
            GuardId::ALWAYS
        };
        let (level, module, names) = (next(), next(), next());
        let import = if names.is_empty() {
            Import::Module(module.to_owned())
        } else {
            Import::From {
                level: level.parse().unwrap_or(0),
                module: module.to_owned(),
                names: names.split(',').map(str::to_owned).collect(),
            }
        };
        let place = match place {
            "body" | "optional" => SitePlace::Body,
            function => SitePlace::Function(function_scope(&mut summary, function)),
        };
        summary.imports.push(ImportSite {
            line: line.parse().unwrap_or(1),
            column: column.parse().unwrap_or(1),
            import,
            place,
            guard,
        });
    }
    summary
}

/// Returns the scope of the function `name`, and adds it to the summary if it is new.
fn function_scope(summary: &mut ModuleSummary, name: &str) -> ScopeId {
    let existing = summary.scopes.iter().position(|scope| scope.name == name);
    let index = existing.unwrap_or_else(|| {
        let name = name.to_owned();
        summary.scopes.push(Scope {
            name,
            ..Scope::default()
        });
        summary.scopes.len() - 1
    });
    ScopeId(u32::try_from(index).unwrap_or(u32::MAX))
}
