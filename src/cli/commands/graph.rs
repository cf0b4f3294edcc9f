//! `stdlib-pack graph`: prints the import graph.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::cli::args::BundleArgs;
use crate::cli::cache_dir::open_cache;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::render::json::print_json;
use crate::cli::render::progress::Progress;
use crate::cli::render::stdout::outln;
use crate::graph::ImportGraph;
use crate::pipeline::{Timings, build_plan, load_inputs};
use crate::report::GraphView;
use crate::types::ModuleName;

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// Show only the neighbourhood of this module
    #[arg(add = ArgValueCompleter::new(complete::modules))]
    pub(crate) module: Option<String>,
    #[command(flatten)]
    pub(crate) bundle: BundleArgs,
    /// Output format
    #[arg(long, value_enum, default_value = "dot", help_heading = "Output")]
    pub(crate) format: GraphFormat,
    /// Maximum distance from MODULE, in imports
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Output")]
    pub(crate) distance: usize,
    /// List import cycles instead: modules that import each other, directly or through others
    #[arg(long, help_heading = "Output", conflicts_with_all = ["module", "distance"])]
    pub(crate) cycles: bool,
}

/// The output format of `graph`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz: `| dot -Tsvg`
    Dot,
    /// Modules and imports with their reasons
    Json,
    /// For Markdown pages
    Mermaid,
}

pub(crate) fn run(args: &GraphArgs) -> Result<ExitCode, CliError> {
    let center = args
        .module
        .as_deref()
        .map(ModuleName::new)
        .transpose()
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let request = args.bundle.request(open_cache())?;
    let mut timings = Timings::default();
    let progress = Progress::new(false);
    let inputs = progress.during("open", || load_inputs(&request, &mut timings))?;
    let plan = progress.during("scan", || build_plan(inputs, &mut timings))?;
    if args.cycles {
        return print_cycles(&plan.graph, args.format);
    }
    let neighbourhood = center.as_ref().map(|module| (module, args.distance));
    let view = GraphView::new(&plan.graph, neighbourhood).ok_or_else(|| {
        let module = args.module.as_deref().unwrap_or_default();
        CliError::Usage(format!(
            "'{module}' is not in the bundle: 'stdlib-pack why {module}' explains why"
        ))
    })?;
    match args.format {
        GraphFormat::Dot => outln!("{}", view.to_dot().trim_end()),
        GraphFormat::Mermaid => outln!("{}", view.to_mermaid().trim_end()),
        GraphFormat::Json => print_json(&view)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print_cycles(graph: &ImportGraph, format: GraphFormat) -> Result<ExitCode, CliError> {
    let cycles = graph.cycles();
    if format == GraphFormat::Json {
        print_json(&cycles)?;
        return Ok(ExitCode::SUCCESS);
    }
    let plural = if cycles.len() == 1 { "" } else { "s" };
    outln!("{} import cycle{plural}", cycles.len());
    for cycle in cycles {
        let names: Vec<&str> = cycle.iter().map(|name| name.as_str()).collect();
        outln!("{} modules: {}", names.len(), names.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}
