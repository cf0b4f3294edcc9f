//! Compiles modules to `.pyc` files.

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

/// Part of every cache key: what this part of the program was built from.
const BUILD_FINGERPRINT: &[u8] = env!("STDLIB_PACK_COMPILE").as_bytes();

/// PEP 552: a hash-based pyc whose source is never looked at.
const UNCHECKED_HASH: u32 = 0b01;

/// The hash that is never looked at: eight bytes that would not compress. Receipts have the sources' digests.
const NO_HASH: [u8; 8] = [0; 8];

/// A module to compile.
#[derive(Clone, Debug)]
pub struct CompileInput {
    /// Where it lies in the bundle; becomes the file name in tracebacks.
    pub path: String,
    /// Its text, as it is in the file.
    pub source: Arc<[u8]>,
    /// It may be run as `__main__`.
    pub is_main: bool,
}

/// How modules are compiled.
pub struct Compiler<'a> {
    /// Who compiles.
    pub python: &'a BuildPython,
    /// What was compiled before.
    pub cache: &'a Cache,
    /// Python's own optimisation level.
    pub optimize: Optimize,
    /// What is taken out.
    pub stripper: Stripper<'a>,
    /// Most worker processes at once.
    pub workers: usize,
}

/// What compiling gave.
#[derive(Clone, Debug)]
pub struct CompiledModules {
    /// The `.pyc` files, in the order of the sources.
    pub files: Vec<Vec<u8>>,
    /// How many of them were found in the cache.
    pub cached: usize,
}

impl Compiler<'_> {
    /// Compiles `sources`; `progress` is called after each.
    ///
    /// # Errors
    /// When a source does not compile, or the build Python fails.
    pub fn compile(
        &self,
        sources: &[CompileInput],
        progress: &(dyn Fn() + Sync),
    ) -> Result<CompiledModules, CompileError> {
        // Without a cache nobody needs to know which Python it is.
        let recipe = self.cache.is_enabled().then(|| self.options_key());
        let keys = sources.iter().map(|source| {
            let CompileInput {
                path,
                source,
                is_main: runs,
            } = source;
            Sha256::of_parts([
                recipe.as_ref().map_or(&[][..], Sha256::as_bytes),
                path.as_bytes(),
                source,
                &[u8::from(*runs)],
            ])
        });
        let keys: Vec<Sha256> = keys.collect();
        let mut files: Vec<Option<Vec<u8>>> = keys
            .iter()
            .map(|&key| self.cache.get(key).inspect(|_| progress()))
            .collect();
        let open: Vec<usize> = (0..files.len())
            .filter(|&place| files[place].is_none())
            .collect();
        // By rayon, whose threads have stacks for deeply nested sources.
        let stripped = open.par_iter().map(|&place| {
            let CompileInput {
                source,
                is_main: runs,
                ..
            } = &sources[place];
            let stripped = self.stripper.strip_for_compiler(source, *runs);
            stripped.map_or_else(|| Arc::clone(source), Arc::from)
        });
        let stripped: Vec<Arc<[u8]>> = stripped.collect();
        let made = run_on_workers(self.python, open.len(), self.workers, |worker, piece| {
            let place = open[piece];
            let file = self.compile_one(worker, &sources[place].path, &stripped[piece])?;
            self.cache.put(keys[place], &file);
            progress();
            Ok(file)
        })?;
        let cached = files.len() - open.len();
        for (&place, file) in open.iter().zip(made) {
            files[place] = Some(file);
        }
        Ok(CompiledModules {
            files: files.into_iter().flatten().collect(),
            cached,
        })
    }

    /// Digest of all that decides what a source becomes.
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
        let code = build_pyc(&answer, path, &command)?;
        let bad = |reason: String| CompileError::Bytecode {
            command: command(),
            path: path.to_owned(),
            reason,
        };
        let code = normalize(code, self.lines()).map_err(|error| bad(error.to_string()))?;
        let mut file = Vec::with_capacity(16 + code.len());
        file.extend_from_slice(&self.python.facts.magic.bytes());
        file.extend_from_slice(&UNCHECKED_HASH.to_le_bytes());
        file.extend_from_slice(&NO_HASH);
        file.extend_from_slice(&code);
        Ok(file)
    }
}

/// The body of an answer that says it is done.
pub(crate) fn build_pyc<'a>(
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
            what: format!(
                "answered {:?}",
                text(other.map_or(&[][..], |(_, body)| body))
            ),
            file: path.to_owned(),
            last_words: String::new(),
        }),
    }
}
