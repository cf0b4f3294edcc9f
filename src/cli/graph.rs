//! `stdlib-pack graph`: the imports behind a bundle, for programs that draw.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::args::WhatArguments;
use super::cache::cache_if_any;
use super::diagnostics::note;
use super::error::CliError;
use super::json::print_json;
use super::request::request;
use crate::graph::ImportGraph;
use crate::pipeline::{Stages, open, plan};
use crate::report::Picture;
use crate::types::ModuleName;

#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    /// Only what is around this module
    pub(super) module: Option<String>,
    #[command(flatten)]
    pub(super) what: WhatArguments,
    /// The language of the picture
    #[arg(long, value_enum, default_value = "dot", help_heading = "Output")]
    pub(super) format: GraphFormat,
    /// How many imports away from MODULE is still around it
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Output")]
    pub(super) distance: usize,
}

/// What `graph` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Graphviz: `| dot -Tsvg`
    Dot,
    /// Modules and imports with their reasons
    Json,
    /// For Markdown pages
    Mermaid,
    /// A drawing that browsers show; of more than 150 imports only one way to each module
    Svg,
}

pub(super) fn run(arguments: &GraphArguments) -> Result<ExitCode, CliError> {
    let centre = arguments
        .module
        .as_deref()
        .map(ModuleName::new)
        .transpose()
        .map_err(|error| CliError::Usage(error.to_string()))?;
    let request = request(&arguments.what, None, cache_if_any())?;
    let mut stages = Stages::default();
    let plan = plan(open(&request, &mut stages)?, &mut stages)?;
    let around = centre.as_ref().map(|module| (module, arguments.distance));
    let picture = Picture::new(&plan.graph, around).ok_or_else(|| {
        let module = arguments.module.as_deref().unwrap_or_default();
        CliError::Usage(format!(
            "'{module}' is not in the bundle: 'stdlib-pack why {module}' says why"
        ))
    })?;
    match arguments.format {
        GraphFormat::Dot => say!("{}", picture.to_dot().trim_end()),
        GraphFormat::Mermaid => say!("{}", picture.to_mermaid().trim_end()),
        GraphFormat::Svg => draw(picture, &plan.graph, centre.as_ref()),
        GraphFormat::Json => print_json(&picture)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the picture as a drawing, and says so when not all of it is drawn.
fn draw(mut picture: Picture, graph: &ImportGraph, centre: Option<&ModuleName>) {
    if picture.is_large() {
        let all = picture.imports();
        picture = picture.of_ways(graph, centre);
        note(&format!(
            "{} of {all} imports are drawn, one way to each module: '--format dot' tells of all",
            picture.imports()
        ));
    }
    say!("{}", picture.to_svg().trim_end());
}
