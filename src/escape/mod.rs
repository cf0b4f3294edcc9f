//! Escapes untrusted text: one function for each output format.
//!
//! Names, paths, reasons and messages come from receipts, profiles, apps, locks and zips, which anybody can have
//! written. Whoever prints one, or puts it into a text of some format, takes it through the function of that format.

mod data;
mod dot;
mod make;
mod markdown;
mod mermaid;
mod terminal;

pub use data::{html_script, json, python, yaml, yaml_of_json};
pub use dot::dot;
pub use make::make;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use terminal::{line, terminal};

/// Whether a character is seen where it stands, and moves nothing around it. Control characters, those that change the
/// direction of a text, those of no width, and blanks other than the space do not.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    // The standard library knows Unicode's tables; it shows combining characters only behind another.
    let behind_another = ['a', character].iter().collect::<String>();
    behind_another.escape_debug().count() == 2
}
