//! From the selection to the files of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observer, PackError, Plan, Stage, Stages};
use crate::bundle::{
    AppInput, BuildPythonInput, DroppedModule, Entry, Inputs, KeptModule, Output, Receipt, SCHEMA,
    Totals, brotli, zip,
};
use crate::compile::{Cache, Compiler, Source};
use crate::graph::Origin;
use crate::manifest::DataFiles;
use crate::profile::{Compression, Payload};
use crate::select::{Drop, Kept, explain_failure};
use crate::stdlib::Kind;
use crate::types::{ByteSize, ModuleName, Sha256};

/// A finished bundle, not yet written.
#[derive(Debug)]
pub struct Bundle {
    /// `python313`: its files' names up to their endings.
    pub stem: String,
    /// The zip.
    pub zip: Vec<u8>,
    /// Its brotli form, if the profile wants one.
    pub brotli: Option<Vec<u8>>,
    /// The receipt.
    pub receipt: String,
    /// Counts and sizes.
    pub totals: Totals,
    /// How many modules were found compiled in the cache.
    pub cached: usize,
}

/// Compiles, packs and compresses what was decided.
///
/// # Errors
/// When a module does not compile, the build Python fails, or the budget is exceeded.
pub fn make(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
    stages: &mut Stages,
) -> Result<Bundle, PackError> {
    let (mut entries, cached) =
        stages.time(Stage::Compile, || payload(plan, cache, workers, observer))?;
    let packed: BTreeMap<String, u64> = entries
        .iter()
        .map(|entry| (entry.path.clone(), entry.bytes.len() as u64))
        .collect();
    entries.extend(data_files(plan)?);
    let zip = stages.time(Stage::Zip, || zip(entries))?;
    let wants_brotli = plan.profile.compress.contains(&Compression::Brotli);
    let brotli = if wants_brotli {
        Some(stages.time(Stage::Brotli, || compress(&zip, cache, observer))?)
    } else {
        None
    };
    within_budget(plan, &zip, brotli.as_deref())?;
    let stem = format!("python{}", plan.target.version.tag());
    let totals = totals(plan, &packed)?;
    let receipt = receipt(
        plan,
        &stem,
        &zip,
        brotli.as_deref(),
        &packed,
        totals.clone(),
    )?;
    Ok(Bundle {
        stem,
        zip,
        brotli,
        receipt,
        totals,
        cached,
    })
}

/// Where a kept module lies in the bundle.
fn packed_path(kept: &Kept, payload: Payload) -> String {
    match kept.path.strip_suffix(".py") {
        Some(stem) => format!("{stem}.{}", payload.extension()),
        None => kept.path.clone(),
    }
}

/// The kept modules as they go into the zip, and how many were found in the cache.
fn payload(
    plan: &Plan,
    cache: &Cache,
    workers: usize,
    observer: &dyn Observer,
) -> Result<(Vec<Entry>, usize), PackError> {
    let payload = plan.profile.payload;
    let mut entries = Vec::new();
    let mut sources = Vec::new();
    let mut places = Vec::new();
    for (name, kept) in &plan.selection.kept {
        let path = packed_path(kept, payload);
        if kept.kind == Kind::Namespace {
            entries.push(Entry {
                path,
                bytes: Vec::new(),
            });
            continue;
        }
        let source = plan
            .sources
            .get(name)
            .cloned()
            .ok_or_else(|| PackError::Internal(format!("the source of {name} was not read")))?;
        if payload == Payload::Source {
            entries.push(Entry {
                path,
                bytes: source.to_vec(),
            });
        } else {
            places.push(path);
            sources.push(Source {
                path: kept.path.clone(),
                source,
            });
        }
    }
    let compiler = Compiler {
        python: &plan.python,
        cache,
        optimize: plan.profile.optimize,
        strip: &plan.profile.strip,
        workers,
    };
    observer.begin(Stage::Compile, sources.len() as u64, "modules");
    let compiled = compiler.compile(&sources, &|| observer.advance(1));
    observer.end();
    let compiled = compiled?;
    let files = places.into_iter().zip(compiled.files);
    entries.extend(files.map(|(path, bytes)| Entry { path, bytes }));
    Ok((entries, compiled.cached))
}

/// Data files of the kept packages that read some.
fn data_files(plan: &Plan) -> Result<Vec<Entry>, PackError> {
    let wanted = |files: &&DataFiles| plan.selection.kept.contains_key(&files.module);
    let mut entries = Vec::new();
    for files in plan.target.data_files.iter().filter(wanted) {
        let folder = files.module.as_str().replace('.', "/") + "/";
        let globs = files.globs().map_err(PackError::Internal)?;
        for path in plan.stdlib.data() {
            if path
                .strip_prefix(&folder)
                .is_some_and(|inner| globs.is_match(inner))
            {
                let bytes = plan.stdlib.read(path)?;
                entries.push(Entry {
                    path: path.clone(),
                    bytes,
                });
            }
        }
    }
    Ok(entries)
}

fn compress(zip: &[u8], cache: &Cache, observer: &dyn Observer) -> Result<Vec<u8>, PackError> {
    let key = Sha256::of_parts([crate::bundle::BROTLI_RECIPE.as_bytes(), zip]);
    if let Some(known) = cache.get(key) {
        return Ok(known);
    }
    observer.begin(Stage::Brotli, zip.len() as u64, "bytes");
    let packed = brotli(zip, &|done| observer.advance(done as u64));
    observer.end();
    let packed = packed.map_err(PackError::Brotli)?;
    cache.put(key, &packed);
    Ok(packed)
}

fn within_budget(plan: &Plan, zip: &[u8], brotli: Option<&[u8]>) -> Result<(), PackError> {
    let budget = plan.profile.budget;
    let forms = [
        ("the zip", Some(zip), budget.zip),
        ("the brotli form", brotli, budget.brotli),
    ];
    for (form, bytes, budget) in forms {
        if let (Some(bytes), Some(budget)) = (bytes, budget) {
            let size = ByteSize::of(bytes);
            if size > budget {
                return Err(PackError::Budget { form, size, budget });
            }
        }
    }
    Ok(())
}

fn totals(plan: &Plan, packed: &BTreeMap<String, u64>) -> Result<Totals, PackError> {
    let counted = plan.stdlib.modules().iter().filter(|(name, module)| {
        let excluded = matches!(
            plan.selection.dropped.get(*name),
            Some(Drop::Excluded { .. })
        );
        module.kind != Kind::Namespace && !excluded
    });
    let (mut stdlib_modules, mut stdlib_source_bytes) = (0, 0);
    for (name, module) in counted {
        stdlib_modules += 1;
        stdlib_source_bytes += match plan.sources.get(name) {
            Some(source) => source.len() as u64,
            None => plan.stdlib.size(&module.path)?,
        };
    }
    Ok(Totals {
        modules: plan
            .selection
            .kept
            .values()
            .filter(|kept| kept.kind != Kind::Namespace)
            .count(),
        stdlib_modules,
        source_bytes: plan
            .sources
            .values()
            .map(|source| ByteSize::of(source))
            .sum(),
        stdlib_source_bytes: ByteSize(stdlib_source_bytes),
        packed_bytes: ByteSize(packed.values().sum()),
    })
}

fn receipt(
    plan: &Plan,
    stem: &str,
    zip: &[u8],
    brotli: Option<&[u8]>,
    packed: &BTreeMap<String, u64>,
    totals: Totals,
) -> Result<String, PackError> {
    let output = |bytes: &[u8]| Output {
        bytes: ByteSize::of(bytes),
        sha256: Sha256::of(bytes),
    };
    let mut outputs = BTreeMap::from([(format!("{stem}.zip"), output(zip))]);
    if let Some(brotli) = brotli {
        outputs.insert(format!("{stem}.zip.br"), output(brotli));
    }
    let receipt = Receipt {
        schema: SCHEMA,
        tool: format!("stdlib-pack {}", env!("CARGO_PKG_VERSION")),
        python: plan.target.version,
        target: plan.target.name.clone(),
        profile: &plan.profile,
        inputs: inputs(plan),
        totals,
        outputs,
        kept: kept(plan, packed),
        dropped: dropped(plan),
        c_modules: c_modules(plan),
        foreign: foreign(plan),
    };
    receipt
        .to_json()
        .map_err(|error| PackError::Internal(error.to_string()))
}

/// Places are `module:line`, not paths: a receipt is the same wherever the app lies.
fn foreign(plan: &Plan) -> BTreeMap<String, String> {
    let places = plan.graph.foreign.iter();
    places
        .map(|(name, (module, line))| (name.clone(), format!("{module}:{line}")))
        .collect()
}

fn inputs(plan: &Plan) -> Inputs {
    let sources = plan
        .selection
        .kept
        .iter()
        .filter_map(|(name, kept)| Some([kept.path.as_bytes(), plan.sources.get(name)?]));
    let app = plan.apps.iter().map(|app| AppInput {
        name: app.name.clone(),
        files: app.modules.len(),
        sha256: app.digest(),
    });
    let facts = &plan.python.facts;
    let compiled = plan.profile.payload == Payload::Bytecode;
    Inputs {
        stdlib_sha256: Sha256::of_parts(sources.flatten()),
        app: app.collect(),
        build_python: compiled.then(|| BuildPythonInput {
            version: facts.release.clone(),
            magic: facts.magic,
        }),
    }
}

fn kept(plan: &Plan, packed: &BTreeMap<String, u64>) -> BTreeMap<ModuleName, KeptModule> {
    let module = |name: &ModuleName, kept: &Kept| {
        let source = plan.sources.get(name);
        let path = packed_path(kept, plan.profile.payload);
        KeptModule {
            kind: match kept.kind {
                Kind::Module => "module",
                Kind::Package => "package",
                Kind::Namespace => "namespace",
            },
            reason: kept.reason.word(),
            by: kept.by.clone(),
            line: (kept.line > 0).then_some(kept.line),
            detail: kept.reason.detail().map(str::to_owned),
            bytes: ByteSize(packed.get(&path).copied().unwrap_or(0)),
            source_bytes: source.map_or(ByteSize(0), |source| ByteSize::of(source)),
            source_sha256: source.map(|source| Sha256::of(source)),
        }
    };
    let kept = &plan.selection.kept;
    kept.iter()
        .map(|(name, kept)| (name.clone(), module(name, kept)))
        .collect()
}

fn dropped(plan: &Plan) -> BTreeMap<ModuleName, DroppedModule> {
    let module = |name: &ModuleName, drop: &Drop| match drop {
        Drop::Excluded { pattern, reason } => DroppedModule {
            reason: "excluded",
            detail: Some(format!("{pattern}: {reason}")),
        },
        Drop::Broken(failure) => DroppedModule {
            reason: "broken",
            detail: Some(explain_failure(name, failure.clone(), &plan.graph.broken)),
        },
        Drop::Frozen => DroppedModule {
            reason: "frozen",
            detail: None,
        },
        Drop::NotReached => DroppedModule {
            reason: "not-reached",
            detail: None,
        },
    };
    let dropped = &plan.selection.dropped;
    dropped
        .iter()
        .map(|(name, drop)| (name.clone(), module(name, drop)))
        .collect()
}

fn c_modules(plan: &Plan) -> Vec<ModuleName> {
    let of_c = plan.graph.modules().filter(|node| node.origin == Origin::C);
    of_c.map(|node| node.name.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
