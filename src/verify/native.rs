//! The trial in the build Python itself, made to look like the target: `sys.platform` is the
//! target's, and modules that the target lacks cannot be imported.
//!
//! The layout is the one that CPython's `Modules/getpath.py` finds: a prefix with
//! `lib/python3X.zip` and the landmark folder `lib/python3.X/lib-dynload`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Outcome, Provenance, Trial, VerifyError};
use crate::bundle::{Promise, read_receipt};
use crate::cleanup;
use crate::compile::BuildPython;
use crate::manifest::{Manifests, TargetFacts};
use crate::types::{ModuleName, Sha256};

const IMPORTER: &str = include_str!("importer.py");

/// Longest that one module may take to import.
const PATIENCE: Duration = Duration::from_mins(1);

/// What to verify.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder, zip or receipt of a bundle.
    pub bundle: PathBuf,
    /// The Python to run it in; one from the PATH if none is named.
    pub build_python: Option<String>,
}

/// Imports every module that the bundle's receipt promises, and its roots.
///
/// # Errors
/// When there is no bundle, its files are not those of its receipt, or no Python can run it.
pub fn verify(request: &Request, manifests: &Manifests) -> Result<Vec<Trial>, VerifyError> {
    let (promise, zip) = open(&request.bundle)?;
    let oldest = manifests.versions().next().unwrap_or(promise.python);
    let python = BuildPython::start(
        request.build_python.as_deref(),
        Some(promise.python),
        oldest,
    )?;
    if python.facts.version != promise.python {
        return Err(VerifyError::Version {
            bundle: promise.python,
            command: python.command.to_string(),
            python: python.facts.version,
        });
    }
    let missing = missing(&promise, manifests, &python);
    let prefix = Prefix::new(&promise, &zip, &python)?;
    let mut modules: BTreeMap<ModuleName, String> = promise
        .kept
        .iter()
        .map(|(name, kept)| (name.clone(), kept.reason.clone()))
        .collect();
    for root in promise.roots() {
        modules.entry(root).or_insert_with(|| "root".to_owned());
    }
    let mut setting = missing.orders;
    if let Some(platform) = missing.platform {
        setting.push_str(&format!("platform\t{platform}\n"));
    }
    let mut trials = Vec::new();
    let mut left: Vec<(ModuleName, String)> = modules.into_iter().collect();
    // A module that takes the interpreter down is one that fails; the rest is tried in a new one.
    while !left.is_empty() {
        let done = prefix.run(&python, &setting, &left)?;
        let tried = done.len().max(1);
        for ((module, reason), outcome) in left.drain(..tried.min(left.len())).zip(
            done.into_iter()
                .chain([Outcome::Failed("the interpreter did not start".to_owned())]),
        ) {
            trials.push(Trial {
                module,
                reason,
                outcome,
            });
        }
    }
    Ok(trials)
}

/// Finds the receipt and zip, and checks that they belong together.
fn open(path: &Path) -> Result<(Promise, PathBuf), VerifyError> {
    let bad = |message: String| VerifyError::Bundle(message);
    if !path.exists() {
        let path = path.display();
        return Err(bad(format!(
            "there is no bundle at '{path}': no such file or folder"
        )));
    }
    let receipt = if path.is_dir() {
        the_only_receipt(path)?
    } else {
        path.with_extension("json")
    };
    let text = fs::read_to_string(&receipt).map_err(|error| {
        bad(format!(
            "cannot read the receipt '{}': {error}",
            receipt.display()
        ))
    })?;
    let promise = read_receipt(&text).map_err(|error| {
        bad(format!(
            "'{}' is no receipt of a bundle: {error}",
            receipt.display()
        ))
    })?;
    for (name, written) in &promise.outputs {
        let file = receipt.with_file_name(name);
        let bytes = fs::read(&file)
            .map_err(|error| bad(format!("cannot read '{}': {error}", file.display())))?;
        if Sha256::of(&bytes).to_string() != written.sha256 {
            let file = file.display();
            return Err(bad(format!(
                "'{file}' is not the file that its receipt tells of: pack again"
            )));
        }
    }
    Ok((promise, receipt.with_extension("zip")))
}

fn the_only_receipt(folder: &Path) -> Result<PathBuf, VerifyError> {
    let is_receipt = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("python") && name.ends_with(".json")
    };
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let mut receipts: Vec<PathBuf> = entries.filter(is_receipt).collect();
    match receipts.len() {
        1 => Ok(receipts.remove(0)),
        0 => Err(VerifyError::Bundle(format!(
            "there is no bundle in '{}' (no python3XX.json): pack one first",
            folder.display()
        ))),
        _ => Err(VerifyError::Bundle(format!(
            "there are several bundles in '{}': name one of their .zip files",
            folder.display()
        ))),
    }
}

struct Missing {
    orders: String,
    platform: Option<String>,
}

/// What the build Python has and the target has not.
fn missing(promise: &Promise, manifests: &Manifests, python: &BuildPython) -> Missing {
    let facts = manifests.target(&promise.target).and_then(|target| {
        TargetFacts::new(target, promise.python, manifests, &python.facts.native)
    });
    let Some(facts) = facts else {
        return Missing {
            orders: String::new(),
            platform: None,
        };
    };
    // A library may have Python modules in place of C modules that the target lacks.
    let missing = facts
        .missing()
        .filter(|name| !promise.kept.contains_key(*name));
    let missing = missing.map(|name| format!("without\t{name}\n"));
    let own = manifests.target(&promise.target).into_iter();
    let own = own.flat_map(|target| &target.also_has);
    // `_sysconfigdata_` + ABI flags + `_` + platform + `_` + architecture: sysconfig._get_sysconfigdata_name
    let architecture = facts.sysconfigdata.as_deref().and_then(|ending| {
        let (_, after) = ending.split_once(&format!("_{}_", facts.sys_platform))?;
        Some(format!("architecture\t{after}\n"))
    });
    let orders = missing
        .chain(own.map(|name| format!("stand-in\t{name}\n")))
        .chain(architecture)
        .collect();
    Missing {
        orders,
        platform: Some(facts.sys_platform),
    }
}

/// A prefix with the bundle as its only standard library.
struct Prefix {
    folder: tempfile::TempDir,
    zip: PathBuf,
    frozen: bool,
}

impl Prefix {
    fn new(promise: &Promise, zip: &Path, python: &BuildPython) -> Result<Self, VerifyError> {
        let folder = tempfile::tempdir()?;
        let lib = folder.path().join("lib");
        let own = lib.join(format!("python{}", promise.python));
        fs::create_dir_all(&own)?;
        let copy = lib.join(format!("python{}.zip", promise.python.tag()));
        fs::copy(zip, &copy)?;
        link_or_make(python.facts.extensions.as_deref(), &own.join("lib-dynload"))?;
        // When the bundle holds what an interpreter without frozen modules needs, it is tried on
        // one: else the interpreter's own frozen copies would hide what is missing.
        let self_contained = ["abc", "codecs", "io", "linecache"];
        let frozen = !self_contained
            .iter()
            .all(|name| promise.kept.contains_key(*name));
        Ok(Self {
            folder,
            zip: copy,
            frozen,
        })
    }

    /// Tries `modules` in one interpreter. The answer is shorter than `modules` when it ended early;
    /// then the last outcome is of the module that ended it.
    fn run(
        &self,
        python: &BuildPython,
        setting: &str,
        modules: &[(ModuleName, String)],
    ) -> Result<Vec<Outcome>, VerifyError> {
        let mut command = python.command.clean();
        command.args(["-S", "-s", "-P", "-B", "-W", "ignore"]);
        if !self.frozen {
            command.args(["-X", "frozen_modules=off"]);
        }
        command.args(["-c", IMPORTER]);
        command
            .env("PYTHONHOME", self.folder.path())
            .current_dir(self.folder.path());
        // Some modules open a web browser when they are imported.
        command.env("BROWSER", "true");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let _registration = cleanup::child(&child);
        let mut orders = setting.to_owned();
        orders.extend(modules.iter().map(|(name, _)| format!("try\t{name}\n")));
        let writer =
            thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(orders.as_bytes())));
        let words = thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.map(|stderr| stderr.take(1 << 20).read_to_string(&mut text));
            text
        });
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout?).lines().map_while(Result::ok) {
                sender.send(line).ok()?;
            }
            Some(())
        });
        let mut outcomes = Vec::new();
        let mut ended = "the interpreter ended";
        loop {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => outcomes.extend(self.outcome(&line)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    ended = "it did not come to an end";
                    break;
                }
            }
        }
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        child.wait()?;
        let _ = writer.join();
        if outcomes.len() < modules.len() {
            let words = words.join().unwrap_or_default();
            let last = words
                .trim_end()
                .lines()
                .next_back()
                .unwrap_or_default()
                .to_owned();
            outcomes.push(Outcome::Failed(format!("{ended}: {last}")));
        }
        Ok(outcomes)
    }

    fn outcome(&self, line: &str) -> Option<Outcome> {
        let mut words = line.splitn(3, '\t');
        let (kind, _module, rest) = (
            words.next()?,
            words.next()?,
            words.next().unwrap_or_default(),
        );
        match kind {
            "good" => Some(Outcome::Imported(self.provenance(rest))),
            "bad" => Some(Outcome::Failed(rest.to_owned())),
            _ => None,
        }
    }

    fn provenance(&self, origin: &str) -> Provenance {
        if origin == "built-in" {
            Provenance::BuiltIn
        } else if origin == "frozen" {
            Provenance::Frozen
        } else if Path::new(origin).starts_with(&self.zip) {
            Provenance::Bundle
        } else if origin.contains("/lib-dynload/") {
            Provenance::Extension
        } else {
            Provenance::Elsewhere(origin.to_owned())
        }
    }
}

/// Extension modules are the runtime's, not the bundle's: they are lent to the trial.
#[cfg(unix)]
fn link_or_make(extensions: Option<&Path>, place: &Path) -> std::io::Result<()> {
    match extensions {
        Some(folder) => std::os::unix::fs::symlink(folder, place),
        None => fs::create_dir(place),
    }
}

#[cfg(not(unix))]
fn link_or_make(_: Option<&Path>, place: &Path) -> std::io::Result<()> {
    fs::create_dir(place)
}
