//! The `stdlib-pack` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Scanning makes many small things.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    stdlib_pack::cli::main()
}
