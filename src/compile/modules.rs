//! Compiles modules to `.pyc` files: strips their sources, compiles them and normalizes the bytecode.

use std::sync::Arc;

use rayon::prelude::*;

use pyc::{Lines, normalize};

use super::CompileError;
use super::python::BuildPython;
use super::worker::Worker;
use super::workers::run_on_workers;
use crate::cache::Cache;
use crate::profile::{Optimize, Strip};
use crate::strip::Stripper;
use crate::types::Sha256;

/// The digest of the sources that this part of the program was built from. Every cache key contains it.
const BUILD_FINGERPRINT: &[u8] = env!("STDLIB_PACK_COMPILE").as_bytes();

/// The flags of a hash-based `.pyc` whose source is never checked (PEP 552).
const UNCHECKED_HASH: u32 = 0b01;

/// The source hash of a `.pyc`, which is never checked. Eight bytes of a real hash would not compress, and the receipt
/// contains the digests of the sources.
const NO_HASH: [u8; 8] = [0; 8];

/// A module to compile.
#[derive(Clone, Debug)]
pub struct CompileInput {
    /// The path in the bundle, which tracebacks show as the file name.
    pub path: String,
    /// The contents of the source file.
    pub source: Arc<[u8]>,
    /// Whether the module may be run as `__main__`.
    pub may_be_main: bool,
}

/// Compiles modules with given options.
pub struct Compiler<'a> {
    /// The build Python.
    pub python: &'a BuildPython,
    /// The cache of compiled modules.
    pub cache: &'a Cache,
    /// The optimisation level of Python's compiler.
    pub optimize: Optimize,
    /// The stripper for the sources.
    pub stripper: Stripper<'a>,
    /// The maximum number of worker processes.
    pub workers: usize,
}

/// The result of compiling modules.
#[derive(Debug)]
pub struct CompiledModules<F = Vec<u8>> {
    /// The `.pyc` files, in the order of the sources.
    pub files: Vec<F>,
    /// The number of files that came from the cache.
    pub cached: usize,
}

impl Compiler<'_> {
    /// Compiles `sources`, and calls `progress` after each.
    ///
    /// # Errors
    /// When a source does not compile, or the build Python fails.
    pub fn compile(
        &self,
        sources: &[CompileInput],
        progress: &(dyn Fn() + Sync),
    ) -> Result<CompiledModules, CompileError> {
        let CompiledModules { files, cached } = self.compile_each(sources, progress)?;
        let files = files.into_iter().collect::<Result<_, _>>()?;
        Ok(CompiledModules { files, cached })
    }

    /// Compiles `sources`, and calls `progress` after each. A source that does not compile has an error in place of a
    /// file.
    ///
    /// # Errors
    /// When the build Python fails.
    pub fn compile_each(
        &self,
        sources: &[CompileInput],
        progress: &(dyn Fn() + Sync),
    ) -> Result<CompiledModules<Result<Vec<u8>, CompileError>>, CompileError> {
        // The identity of the Python is expensive, and without a cache the keys are not used.
        let options_key = self.cache.is_enabled().then(|| self.options_key());
        let keys = sources.iter().map(|source| {
            let CompileInput {
                path,
                source,
                may_be_main,
            } = source;
            Sha256::of_parts([
                options_key.as_ref().map_or(&[][..], Sha256::as_bytes),
                path.as_bytes(),
                source,
                &[u8::from(*may_be_main)],
            ])
        });
        let keys: Vec<Sha256> = keys.collect();
        let mut files: Vec<Option<Result<Vec<u8>, CompileError>>> = keys
            .iter()
            .map(|&key| self.cache.get(key).inspect(|_| progress()).map(Ok))
            .collect();
        let uncached: Vec<usize> = (0..files.len())
            .filter(|&index| files[index].is_none())
            .collect();
        // On rayon's threads, whose stacks are large enough for deeply nested sources.
        let stripped = uncached.par_iter().map(|&index| {
            let CompileInput {
                source,
                may_be_main,
                ..
            } = &sources[index];
            let stripped = self.stripper.strip_for_compiler(source, *may_be_main);
            stripped.map_or_else(|| Arc::clone(source), Arc::from)
        });
        let stripped: Vec<Arc<[u8]>> = stripped.collect();
        let compiled =
            run_on_workers(self.python, uncached.len(), self.workers, |worker, task| {
                let index = uncached[task];
                progress();
                match self.compile_one(worker, &sources[index].path, &stripped[task]) {
                    Err(error @ CompileError::Source { .. }) => Ok(Err(error)),
                    file => {
                        let file = file?;
                        self.cache.put(keys[index], &file);
                        Ok(Ok(file))
                    }
                }
            })?;
        let cached = files.len() - uncached.len();
        for (&index, file) in uncached.iter().zip(compiled) {
            files[index] = Some(file);
        }
        let files = files.into_iter().flatten().collect();
        Ok(CompiledModules { files, cached })
    }

    /// Returns a digest of everything but the source that the bytecode depends on.
    fn options_key(&self) -> Sha256 {
        let options = format!("{} {:?}", u8::from(self.optimize), self.stripper);
        let python = self.python.identity(self.cache);
        Sha256::of_parts([BUILD_FINGERPRINT, python.as_bytes(), options.as_bytes()])
    }

    fn lines(&self) -> Lines {
        let strip = self.stripper.strip;
        if strip.contains(&Strip::Lines) {
            Lines::OfDefinitions
        } else if strip.contains(&Strip::Columns) {
            Lines::WithoutColumns
        } else {
            Lines::Keep
        }
    }

    fn compile_one(
        &self,
        worker: &Worker,
        path: &str,
        source: &[u8],
    ) -> Result<Vec<u8>, CompileError> {
        let optimize = u8::from(self.optimize).to_string();
        let request: [&[u8]; 4] = [b"compile", path.as_bytes(), source, optimize.as_bytes()];
        let answer = worker.compile_request(path, &request)?;
        let command = || self.python.command.to_string();
        let code = answer_body(&answer, path, &command)?;
        let bytecode_error = |reason: String| CompileError::Bytecode {
            command: command(),
            path: path.to_owned(),
            reason,
        };
        let code =
            normalize(code, self.lines()).map_err(|error| bytecode_error(error.to_string()))?;
        let mut file = Vec::with_capacity(16 + code.len());
        file.extend_from_slice(&self.python.facts.magic.bytes());
        file.extend_from_slice(&UNCHECKED_HASH.to_le_bytes());
        file.extend_from_slice(&NO_HASH);
        file.extend_from_slice(&code);
        Ok(file)
    }
}

/// Returns the body of a worker's answer, which starts with `+`. An answer that starts with `-` is a syntax error:
/// line, column and message, each on a line.
///
/// # Errors
/// [`CompileError::Source`] for a syntax error, [`CompileError::Worker`] for an invalid answer.
pub(crate) fn answer_body<'a>(
    answer: &'a [u8],
    path: &str,
    command: &dyn Fn() -> String,
) -> Result<&'a [u8], CompileError> {
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    match answer.split_first() {
        Some((b'+', body)) => Ok(body),
        Some((b'-', body)) => {
            let body = text(body);
            let mut parts = body.splitn(3, '\n');
            let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
            let (line, column) = (number(), number());
            let message = parts.next().unwrap_or_default().to_owned();
            Err(CompileError::Source {
                path: path.to_owned(),
                line,
                column,
                message,
            })
        }
        other => Err(CompileError::Worker {
            command: command(),
            problem: format!(
                "answered {:?}",
                text(other.map_or(&[][..], |(_, body)| body))
            ),
            file: path.to_owned(),
            stderr_tail: String::new(),
        }),
    }
}
