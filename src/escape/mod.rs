//! Escapes untrusted text: one function for each output format.
//!
//! Names, paths, reasons and messages come from receipts, profiles, apps, locks and zips, which are untrusted. Code
//! that prints them or inserts them into an output must pass them through the function of that format.

mod data;
mod dot;
mod html;
mod make;
mod markdown;
mod mermaid;
mod terminal;

pub use data::{html_script, json, python, yaml, yaml_of_json};
pub use dot::dot;
pub use html::html;
pub use make::make;
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use terminal::{line, terminal};

/// Returns whether a character is visible and does not affect the text around it. Control characters, characters that
/// change the text direction, zero-width characters, and whitespace other than the space are not printable.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    // `escape_debug` uses the Unicode tables of the standard library. It keeps combining characters only after another
    // character.
    let with_base = ['a', character].iter().collect::<String>();
    with_base.escape_debug().count() == 2
}
