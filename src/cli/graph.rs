//! `stdlib-pack graph`: the imports behind a bundle, for programs that draw.

use std::process::ExitCode;

use super::args::{GraphArguments, GraphFormat};
use super::cache::cache_if_any;
use super::error::CliError;
use super::pack::request;
use crate::pipeline::{Stages, open, plan};
use crate::report::Picture;
use crate::types::ModuleName;

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
        GraphFormat::Json => say!(
            "{}",
            serde_json::to_string_pretty(&picture).unwrap_or_default()
        ),
    }
    Ok(ExitCode::SUCCESS)
}
