//! `stdlib-pack graph`: the imports behind a bundle, for programs that draw.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::args::SelectionArgs;
use crate::cli::cache_dir::open_cache;
use crate::cli::error::CliError;
use crate::cli::render::diagnostics::note;
use crate::cli::render::json::print_json;
use crate::cli::render::stdout::outln;
use crate::graph::ImportGraph;
use crate::pipeline::{Timings, build_plan, load_inputs};
use crate::report::GraphView;
use crate::types::ModuleName;

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// Only what is around this module
    pub(crate) module: Option<String>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// The language of the picture
    #[arg(long, value_enum, default_value = "dot", help_heading = "Output")]
    pub(crate) format: GraphFormat,
    /// How many imports away from MODULE is still around it
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Output")]
    pub(crate) distance: usize,
}

/// What `graph` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz: `| dot -Tsvg`
    Dot,
    /// Modules and imports with their reasons
    Json,
    /// For Markdown pages
    Mermaid,
    /// A drawing that browsers show; of more than 150 imports only one way to each module
    Svg,
}

pub(crate) fn run(args: &GraphArgs) -> Result<ExitCode, CliError> {
    let centre = args
        .module
        .as_deref()
        .map(ModuleName::new)
        .transpose()
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let request = args.selection.request(open_cache())?;
    let mut stages = Timings::default();
    let plan = build_plan(load_inputs(&request, &mut stages)?, &mut stages)?;
    let around = centre.as_ref().map(|module| (module, args.distance));
    let picture = GraphView::new(&plan.graph, around).ok_or_else(|| {
        let module = args.module.as_deref().unwrap_or_default();
        CliError::Usage(format!(
            "'{module}' is not in the bundle: 'stdlib-pack why {module}' says why"
        ))
    })?;
    match args.format {
        GraphFormat::Dot => outln!("{}", picture.to_dot().trim_end()),
        GraphFormat::Mermaid => outln!("{}", picture.to_mermaid().trim_end()),
        GraphFormat::Svg => print_svg(picture, &plan.graph, centre.as_ref()),
        GraphFormat::Json => print_json(&picture)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the picture as a drawing, and says so when not all of it is drawn.
fn print_svg(mut picture: GraphView, graph: &ImportGraph, centre: Option<&ModuleName>) {
    if picture.is_large() {
        let all = picture.imports();
        picture = picture.without_extra_edges(graph, centre);
        note(&format!(
            "{} of {all} imports are drawn, one way to each module: '--format dot' tells of all",
            picture.imports()
        ));
    }
    outln!("{}", picture.to_svg().trim_end());
}
