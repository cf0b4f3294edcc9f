//! `stdlib-pack explain`: explains the code of a diagnostic.

use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::complete;
use crate::cli::error::CliError;
use crate::cli::render::stdout::outln;
use crate::diagnostic::Code;
use crate::did_you_mean;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code, such as dynamic-import [default: list all codes]
    #[arg(add = ArgValueCompleter::new(complete::codes))]
    pub(crate) code: Option<String>,
}

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, CliError> {
    let Some(name) = &args.code else {
        for code in Code::ALL {
            outln!("{:28} {}", code.as_str(), code.meaning());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let code = Code::ALL.iter().find(|code| code.as_str() == name);
    let code = code.ok_or_else(|| {
        let names = Code::ALL.iter().map(|code| code.as_str());
        let help = did_you_mean::nearest(name, names);
        let help = help.map_or_else(String::new, |near| format!(": did you mean '{near}'?"));
        CliError::Usage(format!("there is no code '{name}'{help}"))
    })?;
    outln!("{code}\n\n{}\n{}", code.meaning(), code.remedy());
    Ok(ExitCode::SUCCESS)
}
