//! `stdlib-pack why`: explains why a module is or is not in the bundle.

use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::args::{BundleArgs, is_quiet};
use crate::cli::build_bundle::build_ignoring_budget;
use crate::cli::cache_dir::open_cache;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::did_you_mean;
use crate::escape;
use crate::explain::{
    DroppedBecause, FailureChain, ImportStep, KeptBecause, explain_liveness, import_steps,
};
use crate::graph::{EdgeKind, ImportGraph, Origin};
use crate::pipeline::{
    PackRequest, Plan, SizeAnalysis, Timings, build_plan, describe_importers, load_inputs,
};
use crate::profile::Compression;
use crate::types::{ByteSize, ModuleName, Tier};

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The module, such as xml.dom.minidom
    #[arg(add = ArgValueCompleter::new(complete::modules))]
    pub(crate) module: String,
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
    /// Print the answer as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// The output of `why --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WhyOutput {
    module: ModuleName,
    in_bundle: bool,
    /// Whether it is in the `app.zip` of the bundle.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_app_zip: bool,
    /// The tier that it is in, if the bundle has tiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<Tier>,
    /// The reason for a module that is in neither: `excluded`, `unimportable`, `frozen`, `not-reached`, `c-module` or
    /// `not-packed` for a module of the app or of a dependency that only `app.zip` would contain.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The reason as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    /// The place where the exclusion is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    excluded_at: Option<String>,
    /// The import chain from an entry point to the module.
    chain: Vec<ChainStep>,
    /// A function that may read annotations, because of which they are kept although the profile strips them.
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations_read_by: Option<AnnotationReader>,
    /// The sizes of the module; absent if it is not in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<SizeInfo>,
}

/// One import of the chain.
#[derive(Serialize, JsonSchema)]
struct ChainStep {
    #[serde(flatten)]
    step: ImportStep,
    /// The reasons why the importing function can be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    liveness: Vec<String>,
}

/// A function that may read annotations of other functions.
#[derive(Serialize, JsonSchema)]
struct AnnotationReader {
    module: ModuleName,
    /// The name of the function; empty for the module's body.
    function: String,
    /// The reasons why the function can be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    liveness: Vec<String>,
}

/// Estimated sizes in the `.zip.br`, or in the zip if there is none, as in `report`.
#[derive(Serialize, JsonSchema)]
struct SizeInfo {
    shallow: ByteSize,
    /// The retained size: with the modules that are only reachable through this one.
    retained: ByteSize,
    /// The importers outside that set.
    importers: String,
}

pub(crate) fn run(args: &WhyArgs) -> Result<ExitCode, CliError> {
    let request = args.bundle.request(open_cache())?;
    let mut timings = Timings::default();
    let progress = Progress::new(args.json);
    let inputs = progress.during("open", || load_inputs(&request, &mut timings))?;
    let mut plan = progress.during("scan", || build_plan(inputs, &mut timings))?;
    let module = ModuleName::new(&args.module).map_err(|e| CliError::Usage(e.to_string()))?;
    let mut answer = answer(&plan, module)?;
    if answer.in_bundle || answer.in_app_zip {
        answer.size = Some(size_info(&request, &mut plan, &answer.module, &progress)?);
    }
    if args.json {
        print_json(&answer)?;
    } else if !is_quiet() {
        print_answer(&answer);
    }
    let is_packed = answer.in_bundle || answer.in_app_zip;
    Ok(ExitCode::from(u8::from(!is_packed)))
}

fn answer(plan: &Plan, module: ModuleName) -> Result<WhyOutput, CliError> {
    let graph = &plan.graph;
    let kept = plan.selection.kept.get(&module);
    let in_bundle = kept.is_some();
    let app_zip = plan.app_zip.as_ref();
    let in_app_zip =
        !in_bundle && app_zip.is_some_and(|app_zip| app_zip.modules.contains_key(&module));
    let dropped = if in_bundle || in_app_zip {
        None
    } else {
        Some(dropped_because(plan, &module)?)
    };
    let mut steps = import_steps(graph, &module);
    for step in &mut steps {
        let place = |importer: &ModuleName, line| plan.place(importer, line);
        step.sentence = step.because.sentence(place);
    }
    if let Some(kept) = kept.filter(|_| steps.is_empty()) {
        steps.push(ImportStep {
            module: module.clone(),
            sentence: kept.because.to_string(),
            because: kept.because.clone(),
        });
    }
    let exclusion = dropped.as_ref().and_then(DroppedBecause::exclusion);
    let reader = plan.keeps_annotations.then(|| annotation_reader(graph));
    Ok(WhyOutput {
        in_bundle,
        in_app_zip,
        tier: kept
            .filter(|_| plan.profile.tiers.is_some())
            .map(|kept| kept.tier),
        reason: dropped.as_ref().map(DroppedBecause::as_str),
        because: dropped.as_ref().map(ToString::to_string),
        excluded_at: exclusion.map(|exclusion| exclusion.provenance.to_string()),
        chain: steps
            .into_iter()
            .map(|step| chain_step(graph, step))
            .collect(),
        annotations_read_by: reader.flatten().filter(|_| in_bundle),
        size: None,
        module,
    })
}

fn chain_step(graph: &ImportGraph, step: ImportStep) -> ChainStep {
    let liveness = match &step.because {
        KeptBecause::Imported {
            importer,
            kind: EdgeKind::Lazy(function),
            ..
        } => explain_liveness(graph, importer, function),
        _ => Vec::new(),
    };
    ChainStep { step, liveness }
}

fn annotation_reader(graph: &ImportGraph) -> Option<AnnotationReader> {
    let (module, function) = graph.annotation_readers.first()?;
    Some(AnnotationReader {
        module: module.clone(),
        function: function.clone(),
        liveness: explain_liveness(graph, module, function),
    })
}

fn size_info(
    request: &PackRequest,
    plan: &mut Plan,
    module: &ModuleName,
    progress: &Progress,
) -> Result<SizeInfo, CliError> {
    // Sizes are estimated from brotli alone; other artifacts take time.
    let compress = &mut plan.profile.output.compress;
    compress.retain(|encoding| *encoding == Compression::Brotli);
    let (compiled, bundle) =
        build_ignoring_budget(request, plan, progress, &mut Timings::default())?;
    let of_app_zip = || SizeAnalysis::of_app_zip(plan, &compiled, &bundle);
    let in_app_zip = !plan.selection.kept.contains_key(module);
    let sizes = if in_app_zip { of_app_zip() } else { None };
    let sizes = sizes.unwrap_or_else(|| SizeAnalysis::of_bundle(plan, &compiled, &bundle));
    Ok(SizeInfo {
        shallow: sizes.shallow_size(module),
        retained: sizes.retained_size(module),
        importers: describe_importers(&sizes.dominator_tree, module, |importer, line| {
            plan.place(importer, line)
        }),
    })
}

fn dropped_because(plan: &Plan, module: &ModuleName) -> Result<DroppedBecause, CliError> {
    if let Some(because) = plan.selection.dropped.get(module) {
        return Ok(because.clone());
    }
    if let Some(because) = plan.missing.get(module) {
        return Ok(because.clone());
    }
    if plan.target.c_module(module.as_str()).is_some() {
        return Ok(DroppedBecause::CModule);
    }
    if let Some(Origin::App | Origin::Dependency) = plan.graph.origin(module) {
        return Ok(DroppedBecause::NotPacked);
    }
    if let Some(failure) = plan.graph.unimportable.get(module) {
        return Ok(DroppedBecause::Unimportable {
            chain: FailureChain::new(module, failure, &plan.graph.unimportable),
            target: plan.target.name.clone(),
        });
    }
    if plan.dependencies.modules().contains_key(module) || plan.app_paths.contains_key(module) {
        return Ok(DroppedBecause::NotReached);
    }
    let names = plan.stdlib.modules().keys().map(ModuleName::as_str);
    let nearest = did_you_mean::nearest(module.as_str(), names);
    let hint = nearest.map_or_else(String::new, |nearest| {
        format!(": did you mean '{nearest}'?")
    });
    Err(CliError::Usage(format!(
        "Python {} has no module '{module}'{hint}",
        plan.target.version
    )))
}

fn print_answer(answer: &WhyOutput) {
    let module = &answer.module;
    match &answer.because {
        Some(because) => outln!("{module} is not in the bundle: {}", escape::line(because)),
        None if answer.in_app_zip => outln!("{module} is in app.zip:"),
        None => match answer.tier {
            Some(tier) => outln!("{module} is in the tier '{tier}':"),
            None => outln!("{module} is in the bundle:"),
        },
    }
    if let Some(place) = &answer.excluded_at {
        outln!("  excluded at {}", escape::line(place));
    }
    let modules = answer
        .chain
        .iter()
        .map(|ChainStep { step, .. }| &step.module);
    let width = modules.map(|name| name.as_str().len()).max().unwrap_or(0);
    for ChainStep { step, liveness } in &answer.chain {
        let because = escape::line(&step.sentence);
        outln!("  {:width$}  {because}", step.module.as_str());
        print_liveness(liveness);
    }
    if let Some(AnnotationReader {
        module,
        function,
        liveness,
    }) = &answer.annotations_read_by
    {
        let reader = match &**function {
            "" => module.to_string(),
            function => format!("{module}.{function}()"),
        };
        outln!("annotations are kept: {reader} may read them");
        print_liveness(liveness);
    }
    if let Some(SizeInfo {
        shallow,
        retained,
        importers,
    }) = &answer.size
    {
        outln!("size: about {shallow} bytes compressed");
        if retained > shallow {
            outln!(
                "retained size (with modules only reachable through it): about {retained} bytes"
            );
        }
        if !importers.is_empty() {
            outln!("importers: {}", escape::line(importers));
        }
    }
}

fn print_liveness(liveness: &[String]) {
    for line in liveness {
        outln!("      {}", escape::line(line));
    }
}
