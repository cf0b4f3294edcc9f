//! The `stdlib-pack` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    stdlib_pack::cli::main()
}
