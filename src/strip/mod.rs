//! Strips sources: text in, text out.
//!
//! What is left stands where it stood, so tracebacks keep their lines and columns. The result is parsed again: what
//! would not read as Python is left as it was. Nothing that the code around it can notice goes, but for what the
//! profile names.

mod annotations;
mod branches;
mod edits;
mod required;
mod scopes;
mod statements;
mod whitespace;

use std::collections::BTreeSet;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Mod, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use self::branches::BranchEvaluator;
use self::edits::{Edit, blanked};
use self::required::{KeepAs, RequiredStatements};
use self::statements::Statements;
use crate::manifest::TargetFacts;
use crate::profile::Strip;
use crate::scan::symbols::SymbolTable;
use crate::scan::{Constants, Decoded, declared_encoding, decode, with_parsed};

/// How often it is tried to find what has to stay: a statement that stays can save others, and twice is the usual.
const MAX_ROUNDS: usize = 16;

/// What is stripped, and for where.
#[derive(Clone, Copy, Debug)]
pub struct Stripper<'a> {
    /// What goes.
    pub strip: &'a [Strip],
    /// Whose facts tell which branches never run.
    pub target: &'a TargetFacts,
}

impl Stripper<'_> {
    /// The source for the compiler, in UTF-8; none when there is nothing to strip in it, or it is not understood.
    /// `runs`: the module may be run as `__main__`.
    pub fn strip_for_compiler(&self, source: &[u8], runs: bool) -> Option<Vec<u8>> {
        let Decoded::Text(text) = decode(source.to_vec()) else {
            return None;
        };
        let stripped = self.statements(&text, declared_encoding(source).is_some(), runs)?;
        (stripped != text).then(|| stripped.into_bytes())
    }

    /// The source for a bundle of sources, in UTF-8: comments and what white space does not mean anything
    /// go with the docstrings. None when it is better left as it is.
    pub fn strip_for_bundle(&self, source: &[u8], runs: bool) -> Option<Vec<u8>> {
        let Decoded::Text(text) = decode(source.to_vec()) else {
            return None;
        };
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let declared = declared_encoding(source).is_some();
        let stripped = self.statements(&text, declared, runs)?;
        if !self.strip.contains(&Strip::Docstrings) {
            return (stripped != text).then(|| stripped.into_bytes());
        }
        let keeps_lines = !self.strip.contains(&Strip::Lines);
        whitespace::minify(&stripped, keeps_lines).map(String::into_bytes)
    }

    /// The text without the statements and annotations that are not wanted; none when it cannot be parsed.
    fn statements(&self, text: &str, declares_encoding: bool, runs: bool) -> Option<String> {
        with_parsed(text, |parsed| {
            self.without_statements(text, parsed, declares_encoding, runs)
        })?
    }

    fn without_statements(
        &self,
        text: &str,
        parsed: &Parsed<Mod>,
        declares_encoding: bool,
        runs: bool,
    ) -> Option<String> {
        let wants = |what| self.strip.contains(&what);
        let Mod::Module(module) = parsed.syntax() else {
            return None;
        };
        if !parsed.errors().is_empty() {
            return None;
        }
        let fold = BranchEvaluator {
            constants: Constants::of(&module.body),
            target: Some(self.target).filter(|_| wants(Strip::DeadBranches)),
            never_main: wants(Strip::MainBlocks) && !runs,
        };
        let edits = self.edits(text, parsed.tokens(), &module.body, &fold)?;
        let mut result = blanked(text, edits.clone());
        // It is in UTF-8, whatever a comment says; and a comment may now stand where it would be believed.
        let declares = declares_encoding || declared_encoding(result.as_bytes()).is_some();
        if declares && !edits.is_empty() {
            let comments = first_comments(text, parsed.tokens());
            result = blanked(text, edits.into_iter().chain(comments).collect());
        }
        let is_python = with_parsed(&result, |parsed| parsed.errors().is_empty());
        is_python?.then_some(result)
    }

    /// The edits that take out what is not wanted and changes nothing else; none when they are not found.
    fn edits(
        &self,
        text: &str,
        tokens: &Tokens,
        body: &[Stmt],
        fold: &BranchEvaluator<'_>,
    ) -> Option<Vec<Edit>> {
        let table = SymbolTable::of(body, self.target.version);
        let mut kept = RequiredStatements::new();
        for _ in 0..MAX_ROUNDS {
            let mut statements = Statements::new(text, tokens, self.strip, fold, &kept);
            statements.module(body);
            let (edits, owners) = (statements.edits, statements.owners);
            let changing = scopes::scope_changing_edits(&table, &edits);
            if changing.is_empty() {
                return Some(edits);
            }
            for owner in changing
                .into_iter()
                .map(|edit| owners[edit])
                .collect::<BTreeSet<_>>()
            {
                let keep = match kept.get(&owner) {
                    None => KeepAs::Bodies,
                    Some(_) => KeepAs::Everything,
                };
                kept.insert(owner, keep);
            }
        }
        None
    }
}

/// The edits that take the comments out that could declare an encoding: those on the first two lines.
fn first_comments(text: &str, tokens: &Tokens) -> impl Iterator<Item = Edit> {
    let second = text.match_indices('\n').nth(1);
    let second = second.map_or(text.len(), |(at, _)| at);
    let on_them = tokens
        .iter()
        .take_while(move |token| token.start().to_usize() <= second);
    on_them
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
