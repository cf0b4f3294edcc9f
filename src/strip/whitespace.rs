//! The layout of a source: comments, depth of indentation, spaces between words, kinds of quotes. The syntax tree
//! stays the same.

use ruff_python_ast::Mod;
use ruff_python_ast::comparable::ComparableMod;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::scan::with_parsed;

/// The text in its least layout; with `keeps_lines`, everything stays on its line. None when it would not read as
/// the same.
pub(super) fn minify(text: &str, keeps_lines: bool) -> Option<String> {
    with_parsed(text, |parsed| rewritten(text, parsed, keeps_lines))?
}

fn rewritten(text: &str, parsed: &Parsed<Mod>, keeps_lines: bool) -> Option<String> {
    let mut writer = SourceWriter {
        text,
        keeps_lines,
        out: String::with_capacity(text.len()),
        level: 0,
        formatted: 0,
        seen: 0,
        before: None,
        starts_line: true,
    };
    let tokens = parsed.tokens().iter();
    tokens.for_each(|token| writer.token(token));
    let same = with_parsed(&writer.out, |again| {
        let same = ComparableMod::from(parsed.syntax()) == ComparableMod::from(again.syntax());
        parsed.errors().is_empty() && again.errors().is_empty() && same
    });
    same?.then_some(writer.out)
}

struct SourceWriter<'a> {
    text: &'a str,
    keeps_lines: bool,
    out: String,
    /// How many indented blocks are open.
    level: usize,
    /// How many formatted strings are open.
    formatted: usize,
    /// Where the last token ended, written or not.
    seen: usize,
    /// The last token that was written.
    before: Option<Token>,
    /// Nothing was written since the last statement ended.
    starts_line: bool,
}

impl SourceWriter<'_> {
    fn token(&mut self, token: &Token) {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        // Only after a backslash does a line go on without a newline that is a word of its own.
        let gap = self.text.get(self.seen..start).unwrap_or_default();
        self.seen = end.max(self.seen);
        if self.keeps_lines && self.formatted == 0 {
            let continued = if self.starts_line { "\n" } else { "\\\n" };
            self.out
                .push_str(&continued.repeat(gap.matches("\\\n").count()));
        }
        match token.kind() {
            TokenKind::Indent => self.level += 1,
            TokenKind::Dedent => self.level = self.level.saturating_sub(1),
            TokenKind::Newline => {
                self.out.push('\n');
                self.starts_line = true;
                self.before = Some(*token);
            }
            TokenKind::NonLogicalNewline if self.keeps_lines => {
                self.out.push('\n');
                self.before = Some(*token);
            }
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::EndOfFile => {}
            kind => {
                self.gap(token);
                let word = &self.text[start..end];
                match kind {
                    TokenKind::String if self.formatted == 0 => self.string(word),
                    _ => self.out.push_str(word),
                }
                self.starts_line = false;
                self.before = Some(*token);
                match kind {
                    TokenKind::FStringStart | TokenKind::TStringStart => self.formatted += 1,
                    TokenKind::FStringEnd | TokenKind::TStringEnd => {
                        self.formatted = self.formatted.saturating_sub(1);
                    }
                    _ => {}
                }
            }
        }
    }

    /// What stands before a word.
    fn gap(&mut self, token: &Token) {
        if self.starts_line {
            self.out.extend(std::iter::repeat_n(' ', self.level));
            return;
        }
        let Some(before) = self.before else { return };
        let gap = &self.text[before.end().to_usize()..token.start().to_usize()];
        // The text inside of a formatted string may be shown: {x = }.
        if self.formatted > 0 {
            self.out.push_str(gap);
            return;
        }
        let continued = self.keeps_lines && gap.contains("\\\n");
        let new_line = before.kind() == TokenKind::NonLogicalNewline;
        if !continued && !new_line && self.needs_space(before, token) {
            self.out.push(' ');
        }
    }

    /// Whether two words would be read as one, or as others, without a space between them.
    fn needs_space(&self, before: Token, token: &Token) -> bool {
        let last = self.text[..before.end().to_usize()].chars().next_back();
        let first = self.text[token.start().to_usize()..].chars().next();
        let of_word =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii());
        let of_text = |c: Option<char>| matches!(c, Some('"' | '\''));
        let is_number = matches!(
            before.kind(),
            TokenKind::Int | TokenKind::Float | TokenKind::Complex
        );
        of_word(last) && of_word(first)
            || of_text(last) && of_text(first)
            || is_number && (of_word(first) || first == Some('.'))
    }

    /// A text in single quotes where that needs no backslash: one kind of quotes compresses better than two.
    fn string(&mut self, word: &str) {
        let prefix = word.len()
            - word
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (prefix, quoted) = word.split_at(prefix);
        let inner = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        match inner {
            Some(inner) if !inner.contains(['\'', '"', '\\']) => {
                self.out.push_str(prefix);
                self.out.push('\'');
                self.out.push_str(inner);
                self.out.push('\'');
            }
            _ => self.out.push_str(word),
        }
    }
}
