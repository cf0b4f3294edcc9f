//! Strips source texts: removes the parts that the profile's `strip` lists.
//!
//! The remaining code keeps its position, so tracebacks show the same lines and columns. The result is parsed again,
//! and a source that would not parse is left unchanged. Stripping has no effects on the remaining code, except for
//! those that the profile asks for.

mod annotations;
mod branches;
mod edits;
mod required;
mod scopes;
mod statements;
mod unneeded;
mod whitespace;

use std::collections::BTreeSet;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use self::branches::BranchEvaluator;
use self::edits::{Edit, apply_edits};
use self::required::{KeepAs, RequiredStatements};
use self::statements::Statements;
pub use self::unneeded::Unneeded;
use crate::manifest::TargetFacts;
use crate::profile::Strip;
use crate::scan::symbols::SymbolTable;
use crate::scan::{Constants, Decoded, declared_encoding, decode, with_parsed};

/// The maximum number of attempts to find the statements that must stay. Keeping one can make others removable again;
/// two attempts usually suffice.
const MAX_ATTEMPTS: usize = 16;

/// Strips sources for a target.
#[derive(Clone, Copy, Debug)]
pub struct Stripper<'a> {
    /// The parts to strip.
    pub strip: &'a [Strip],
    /// The target, whose facts decide which branches never run.
    pub target: &'a TargetFacts,
}

impl Stripper<'_> {
    /// Strips a source that will be compiled, and returns it in UTF-8. `None` if there is nothing to strip, or it
    /// cannot be decoded or parsed. `may_be_main` is whether the module may be run as `__main__`.
    pub fn strip_for_compiler(&self, source: &[u8], may_be_main: bool) -> Option<Vec<u8>> {
        let Decoded::Text(text) = decode(source.to_vec()) else {
            return None;
        };
        let stripped = self.strip_text(&text, declared_encoding(source).is_some(), may_be_main)?;
        (stripped != text).then(|| stripped.into_bytes())
    }

    /// Strips a source for a bundle of sources, and returns it in UTF-8. Comments and insignificant whitespace are
    /// removed together with docstrings. `None` if the source should stay unchanged.
    pub fn strip_for_bundle(&self, source: &[u8], may_be_main: bool) -> Option<Vec<u8>> {
        let Decoded::Text(text) = decode(source.to_vec()) else {
            return None;
        };
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let declared = declared_encoding(source).is_some();
        let stripped = self.strip_text(&text, declared, may_be_main)?;
        if !self.strip.contains(&Strip::Docstrings) {
            return (stripped != text).then(|| stripped.into_bytes());
        }
        let keeps_lines = !self.strip.contains(&Strip::Lines);
        whitespace::minify(&stripped, keeps_lines).map(String::into_bytes)
    }

    /// Removes statements and annotations from `text`. `None` if it or the result does not parse.
    fn strip_text(&self, text: &str, declares_encoding: bool, may_be_main: bool) -> Option<String> {
        with_parsed(text, |parsed| {
            self.strip_parsed(text, parsed, declares_encoding, may_be_main)
        })?
    }

    fn strip_parsed(
        &self,
        text: &str,
        parsed: &Parsed<Mod>,
        declares_encoding: bool,
        may_be_main: bool,
    ) -> Option<String> {
        let strips = |part| self.strip.contains(&part);
        let Mod::Module(module) = parsed.syntax() else {
            return None;
        };
        if !parsed.errors().is_empty() {
            return None;
        }
        let evaluator = BranchEvaluator {
            constants: Constants::of(&module.body),
            target: Some(self.target).filter(|_| strips(Strip::DeadBranches)),
            never_main: strips(Strip::MainBlocks) && !may_be_main,
        };
        let edits = self.edits(text, parsed.tokens(), &module.body, &evaluator)?;
        let mut result = apply_edits(text, edits.clone());
        // The result is in UTF-8, but a comment may declare another encoding. Removing a docstring can also turn a
        // comment into such a declaration: it must be on the first two lines, after nothing but comments (PEP 263).
        let declares = declares_encoding || declared_encoding(result.as_bytes()).is_some();
        if declares && !edits.is_empty() {
            let comments = first_comments(text, parsed.tokens());
            result = apply_edits(text, edits.into_iter().chain(comments).collect());
        }
        let is_python = with_parsed(&result, |parsed| parsed.errors().is_empty());
        is_python?.then_some(result)
    }

    /// Returns the edits that strip a module without changing the scope of any name. `None` if none are found.
    fn edits(
        &self,
        text: &str,
        tokens: &Tokens,
        body: &[Stmt],
        evaluator: &BranchEvaluator<'_>,
    ) -> Option<Vec<Edit>> {
        let table = SymbolTable::of(body, self.target.version);
        let mut required = RequiredStatements::new();
        for _ in 0..MAX_ATTEMPTS {
            let mut statements = Statements::new(text, tokens, self.strip, evaluator, &required);
            statements.module(body);
            let (edits, owners) = (statements.edits, statements.owners);
            let scope_changing = scopes::scope_changing_edits(&table, &edits);
            if scope_changing.is_empty() {
                return Some(edits);
            }
            for owner in scope_changing
                .into_iter()
                .map(|edit| owners[edit])
                .collect::<BTreeSet<_>>()
            {
                let keep = match required.get(&owner) {
                    None => KeepAs::Bodies,
                    Some(_) => KeepAs::Everything,
                };
                required.insert(owner, keep);
            }
        }
        None
    }
}

/// Returns the edits that remove the comments that could declare an encoding: those on the first two lines (PEP 263).
fn first_comments(text: &str, tokens: &Tokens) -> impl Iterator<Item = Edit> {
    let line_end = text.match_indices('\n').nth(1);
    let line_end = line_end.map_or(text.len(), |(offset, _)| offset);
    let in_lines = tokens
        .iter()
        .take_while(move |token| token.start().to_usize() <= line_end);
    in_lines
        .filter(|token| token.kind() == TokenKind::Comment)
        .map(|comment| Edit {
            start: comment.start().to_usize(),
            end: comment.end().to_usize(),
            new: "",
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
