//! `stdlib-pack why`: tell why a module is in the bundle, or why not.

use std::process::ExitCode;

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::args::SelectionArgs;
use super::cache::open_cache;
use super::error::CliError;
use super::json::print_json;
use super::progress::Progress;
use super::report::build_ignoring_budget;
use super::resolve_args::build_request;
use crate::did_you_mean;
use crate::escape;
use crate::graph::{ChainLink, EdgeKind, ImportGraph, Origin};
use crate::pipeline::{
    PackRequest, Plan, SizeAnalysis, Timings, build_plan, describe_importers, load_inputs,
};
use crate::profile::Compression;
use crate::select::{DroppedBecause, explain_failure};
use crate::types::{ByteSize, ModuleName};

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The module, such as xml.dom.minidom
    pub(super) module: String,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// Print the answer as JSON
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
}

/// The answer.
#[derive(Serialize, JsonSchema)]
pub(super) struct WhyOutput {
    module: ModuleName,
    in_bundle: bool,
    /// One sentence, for a module that is not in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    /// From a root or the app to the module.
    chain: Vec<ChainStep>,
    /// Why annotations of functions stay in the bundle though the profile strips them: who may read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations_read_by: Option<AnnotationReader>,
    /// What it costs; none for a module that is not in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<SizeInfo>,
}

/// A function that may read the annotations of others.
#[derive(Serialize, JsonSchema)]
struct AnnotationReader {
    module: ModuleName,
    /// Empty for the module's body.
    function: String,
    /// Why it can be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    live: Vec<String>,
}

/// What a module costs, in bytes of the brotli form, or of the zip where there is none; about, and as `report` says.
#[derive(Serialize, JsonSchema)]
struct SizeInfo {
    own: ByteSize,
    /// With the modules that only it leads to.
    retained: ByteSize,
    /// What would have to go for it to go.
    kept_by: String,
}

/// One import of the chain.
#[derive(Serialize, JsonSchema)]
struct ChainStep {
    /// Who imports; none for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    importer: Option<String>,
    /// The importer's line.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    module: ModuleName,
    reason: &'static str,
    /// The function that imports, or the evidence for an import that no source shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Why that function can be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    live: Vec<String>,
}

pub(super) fn run(arguments: &WhyArgs) -> Result<ExitCode, CliError> {
    let request = build_request(&arguments.selection, None, open_cache())?;
    let mut stages = Timings::default();
    let mut plan = build_plan(load_inputs(&request, &mut stages)?, &mut stages)?;
    let module = ModuleName::new(&arguments.module).map_err(|e| CliError::Usage(e.to_string()))?;
    let mut answer = answer(&plan, module)?;
    if answer.in_bundle {
        answer.cost = Some(cost(&request, &mut plan, &answer.module, arguments.json)?);
    }
    if arguments.json {
        print_json(&answer)?;
    } else {
        print_answer(&answer);
    }
    Ok(if answer.in_bundle {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn answer(plan: &Plan, module: ModuleName) -> Result<WhyOutput, CliError> {
    let graph = &plan.graph;
    let chain: Vec<ChainStep> = graph
        .import_chain(&module)
        .iter()
        .map(|step| link(graph, step))
        .collect();
    let in_bundle = plan.selection.kept.contains_key(&module);
    let because = if in_bundle {
        None
    } else {
        Some(absence(plan, &module)?)
    };
    Ok(WhyOutput {
        module,
        in_bundle,
        because,
        chain,
        annotations_read_by: plan
            .annotations_stay
            .then(|| annotation_reader(graph))
            .flatten(),
        cost: None,
    })
}

fn annotation_reader(graph: &ImportGraph) -> Option<AnnotationReader> {
    let (module, function) = graph.annotation_readers.first()?;
    Some(AnnotationReader {
        module: module.clone(),
        function: function.clone(),
        live: live(graph, module, function),
    })
}

fn cost(
    request: &PackRequest,
    plan: &mut Plan,
    module: &ModuleName,
    json: bool,
) -> Result<SizeInfo, CliError> {
    let progress = Progress::new(false, json);
    // The other forms say nothing here, and take their time.
    let compress = &mut plan.profile.compress;
    compress.retain(|form| *form == Compression::Brotli);
    let (compiled, bundle) =
        build_ignoring_budget(request, plan, &progress, &mut Timings::default())?;
    let shares = SizeAnalysis::of_bundle(plan, &compiled, &bundle);
    Ok(SizeInfo {
        own: shares.own(module),
        retained: shares.retained(module),
        kept_by: describe_importers(&shares.dominator_tree, module),
    })
}

fn absence(plan: &Plan, module: &ModuleName) -> Result<String, CliError> {
    if let Some(drop) = plan.selection.dropped.get(module) {
        return Ok(match drop {
            DroppedBecause::Excluded { pattern, reason } => {
                format!("'{pattern}' excludes it: {reason}")
            }
            DroppedBecause::Unimportable(failure) => {
                let failure = explain_failure(module, failure.clone(), &plan.graph.unimportable);
                format!("it cannot be imported on {}: {failure}", plan.target.name)
            }
            DroppedBecause::Frozen => format!("{} carries it inside itself", plan.target.name),
            DroppedBecause::NotReached => {
                "nothing in the bundle can reach an import of it".to_owned()
            }
        });
    }
    if plan.target.c_module(module.as_str()).is_some() {
        return Ok(
            "it is a C module: the runtime has it or has not, a bundle holds Python".to_owned(),
        );
    }
    let names = plan.stdlib.modules().keys().map(ModuleName::as_str);
    let hint = did_you_mean::nearest(module.as_str(), names);
    let hint = hint
        .map(|near| format!(": did you mean '{near}'?"))
        .unwrap_or_default();
    Err(CliError::Usage(format!(
        "Python {} has no module '{module}'{hint}",
        plan.target.version
    )))
}

fn link(graph: &ImportGraph, step: &ChainLink<'_>) -> ChainStep {
    let importer = &step.importer.name;
    let live = match &step.edge.kind {
        EdgeKind::Lazy(function) => live(graph, importer, function),
        _ => Vec::new(),
    };
    ChainStep {
        importer: (step.importer.origin != Origin::MetaRoot).then(|| importer.to_string()),
        line: (step.edge.line > 0).then_some(step.edge.line),
        module: step.imported.name.clone(),
        reason: step.edge.kind.as_str(),
        detail: step.edge.kind.detail().map(str::to_owned),
        live,
    }
}

/// Longest list of functions that is told.
const MAX_LIVENESS_STEPS: usize = 8;

/// From the function that imports to what makes it live, one sentence each.
fn live(graph: &ImportGraph, module: &ModuleName, function: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for ((module, function), because) in graph.liveness_chain(module, function) {
        if lines.len() == MAX_LIVENESS_STEPS {
            lines.push("and so on".to_owned());
            break;
        }
        let by = match &because.by {
            Some((module, function)) if function.is_empty() => {
                format!("{module}, when it is imported,")
            }
            Some((module, function)) => format!("{module}.{function}()"),
            None if function.is_empty() => break,
            None => {
                lines.push(format!(
                    "{module}.{function}() is public API, app code, or called by the interpreter"
                ));
                break;
            }
        };
        lines.push(match &because.attribute {
            Some(member) => {
                format!("{module}.{function}() may be meant where {by} reads .{member}")
            }
            None => format!("{module}.{function}() is named by {by}")
                .trim_end_matches(',')
                .to_owned(),
        });
    }
    lines
}

fn print_answer(answer: &WhyOutput) {
    let module = &answer.module;
    match &answer.because {
        Some(because) => outln!("{module} is not in the bundle: {}", escape::line(because)),
        None => outln!("{module} is in the bundle:"),
    }
    for link in &answer.chain {
        let ChainStep {
            importer,
            line,
            module,
            detail,
            ..
        } = link;
        let place = match (importer, line) {
            (Some(importer), Some(line)) => format!("{importer}:{line}"),
            (Some(importer), None) => importer.clone(),
            (None, _) => String::new(),
        };
        let detail = escape::line(detail.as_deref().unwrap_or_default());
        match link.reason {
            "start-up" => outln!("  {module} is read when the interpreter starts"),
            "root" => outln!("  {module} is a root"),
            "app" => outln!("  {module} is the app's"),
            "parent" => outln!("  {place} lies in the package {module}"),
            "optional" => outln!("  {place} imports {module}, and could do without"),
            "lazy" if detail.is_empty() => outln!("  {place} imports {module} at its first use"),
            "lazy" => outln!("  {place} imports {module} in {detail}()"),
            "hidden" if place.is_empty() => {
                outln!("  the interpreter imports {module}: {detail}");
            }
            "hidden" => outln!("  {place} imports {module} unseen: {detail}"),
            _ => outln!("  {place} imports {module}"),
        }
        let live = link.live.iter();
        live.for_each(|line| outln!("      {}", escape::line(line)));
    }
    if let Some(reader) = answer
        .annotations_read_by
        .as_ref()
        .filter(|_| answer.in_bundle)
    {
        let AnnotationReader {
            module,
            function,
            live,
        } = reader;
        let by = if function.is_empty() {
            module.to_string()
        } else {
            format!("{module}.{function}()")
        };
        outln!("annotations stay in the bundle: {by} may read them");
        live.iter().for_each(|line| outln!("      {line}"));
    }
    if let Some(SizeInfo {
        own,
        retained,
        kept_by,
    }) = &answer.cost
    {
        let with = if retained > own {
            ", with what only it leads to,"
        } else {
            ""
        };
        outln!("without it{with} the compressed bundle would be about {retained} bytes smaller");
        outln!("it is kept by {kept_by}");
    }
}
