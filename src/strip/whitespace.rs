//! Minifies a source without changing its syntax tree: removes comments and spaces, and shortens the indentation.

use ruff_python_ast::Mod;
use ruff_python_ast::comparable::ComparableMod;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use crate::scan::with_parsed;

/// Minifies `text`; with `keeps_lines`, all code stays on its line. `None` if the syntax tree would change.
pub(super) fn minify(text: &str, keeps_lines: bool) -> Option<String> {
    with_parsed(text, |parsed| minify_parsed(text, parsed, keeps_lines))?
}

fn minify_parsed(text: &str, parsed: &Parsed<Mod>, keeps_lines: bool) -> Option<String> {
    let mut writer = SourceWriter {
        text,
        keeps_lines,
        out: String::with_capacity(text.len()),
        indent_level: 0,
        fstring_depth: 0,
        last_token_end: 0,
        previous: None,
        starts_line: true,
    };
    let tokens = parsed.tokens().iter();
    tokens.for_each(|token| writer.token(token));
    let is_same = with_parsed(&writer.out, |reparsed| {
        let is_same_tree =
            ComparableMod::from(parsed.syntax()) == ComparableMod::from(reparsed.syntax());
        parsed.errors().is_empty() && reparsed.errors().is_empty() && is_same_tree
    });
    is_same?.then_some(writer.out)
}

struct SourceWriter<'a> {
    text: &'a str,
    keeps_lines: bool,
    out: String,
    /// The number of open indented blocks.
    indent_level: usize,
    /// The number of open f-strings and t-strings.
    fstring_depth: usize,
    /// The offset of the end of the last token, written or not.
    last_token_end: usize,
    /// The last written token.
    previous: Option<Token>,
    /// Whether nothing was written since the end of the last statement.
    starts_line: bool,
}

impl SourceWriter<'_> {
    fn token(&mut self, token: &Token) {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        // A newline after a backslash is in the gap between two tokens; all other newlines are tokens.
        let gap = self
            .text
            .get(self.last_token_end..start)
            .unwrap_or_default();
        self.last_token_end = end.max(self.last_token_end);
        if self.keeps_lines && self.fstring_depth == 0 {
            let continued = if self.starts_line { "\n" } else { "\\\n" };
            self.out
                .push_str(&continued.repeat(gap.matches("\\\n").count()));
        }
        match token.kind() {
            TokenKind::Indent => self.indent_level += 1,
            TokenKind::Dedent => self.indent_level = self.indent_level.saturating_sub(1),
            TokenKind::Newline => {
                self.out.push('\n');
                self.starts_line = true;
                self.previous = Some(*token);
            }
            TokenKind::NonLogicalNewline if self.keeps_lines => {
                self.out.push('\n');
                self.previous = Some(*token);
            }
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::EndOfFile => {}
            kind => {
                self.write_gap(token);
                let text = &self.text[start..end];
                match kind {
                    TokenKind::String if self.fstring_depth == 0 => self.string(text),
                    _ => self.out.push_str(text),
                }
                self.starts_line = false;
                self.previous = Some(*token);
                match kind {
                    TokenKind::FStringStart | TokenKind::TStringStart => self.fstring_depth += 1,
                    TokenKind::FStringEnd | TokenKind::TStringEnd => {
                        self.fstring_depth = self.fstring_depth.saturating_sub(1);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Writes the indentation or the space before a token.
    fn write_gap(&mut self, token: &Token) {
        if self.starts_line {
            self.out.extend(std::iter::repeat_n(' ', self.indent_level));
            return;
        }
        let Some(previous) = self.previous else {
            return;
        };
        let gap = &self.text[previous.end().to_usize()..token.start().to_usize()];
        // `f'{x = }'` shows the text of the expression.
        if self.fstring_depth > 0 {
            self.out.push_str(gap);
            return;
        }
        let continued = self.keeps_lines && gap.contains("\\\n");
        let new_line = previous.kind() == TokenKind::NonLogicalNewline;
        if !continued && !new_line && self.needs_space(previous, token) {
            self.out.push(' ');
        }
    }

    /// Returns whether two tokens need a space between them to be parsed the same.
    fn needs_space(&self, previous: Token, token: &Token) -> bool {
        let last = self.text[..previous.end().to_usize()].chars().next_back();
        let first = self.text[token.start().to_usize()..].chars().next();
        let is_word_char =
            |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || !c.is_ascii());
        let is_quote = |c: Option<char>| matches!(c, Some('"' | '\''));
        let is_number = matches!(
            previous.kind(),
            TokenKind::Int | TokenKind::Float | TokenKind::Complex
        );
        is_word_char(last) && is_word_char(first)
            || is_quote(last) && is_quote(first)
            || is_number && (is_word_char(first) || first == Some('.'))
    }

    /// Writes a string literal, in single quotes if that needs no backslash, because one kind of quotes compresses
    /// better than two.
    fn string(&mut self, literal: &str) {
        let prefix = literal.len()
            - literal
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (prefix, quoted) = literal.split_at(prefix);
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
            _ => self.out.push_str(literal),
        }
    }
}
