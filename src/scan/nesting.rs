//! The nesting depth of a source, and stacks that are large enough for it.

use ruff_python_ast::token::{TokenKind, Tokens};

/// Deepest accepted nesting, in tokens that are open around another. CPython compiles no tenth of it.
pub(super) const MAX_NESTING: usize = 64_000;

/// How many levels a block adds: a visitor goes through several functions for each.
const LEVELS_PER_BLOCK: usize = 4;

/// Bytes of stack for walking what is not nested.
const BASE_STACK_BYTES: usize = 256 << 10;

/// Bytes of stack for walking one level deeper.
const STACK_BYTES_PER_LEVEL: usize = 2 << 10;

/// Does `work` where syntax of that nesting can be walked, and dropped, by recursion.
pub(super) fn with_stack<T>(nesting: usize, work: impl FnOnce() -> T) -> T {
    let bytes = BASE_STACK_BYTES + nesting * STACK_BYTES_PER_LEVEL;
    stacker::maybe_grow(bytes, bytes, work)
}

/// How many tokens are open at most around another: at least as deep as the syntax tree is.
///
/// Every token since the last comma or line may have opened something, as each `-` in `---x` does.
pub(super) fn nesting(tokens: &Tokens) -> usize {
    let mut deepest = 0;
    let mut blocks = 0_usize;
    let mut line = Line::default();
    for token in tokens {
        match token.kind() {
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            kind => line.token(kind),
        }
        deepest = deepest.max(blocks * LEVELS_PER_BLOCK + line.open);
    }
    deepest
}

/// A logical line.
#[derive(Default)]
struct Line {
    /// What may be open in it.
    open: usize,
    /// The part of it in the innermost brackets.
    inner: Brackets,
    /// The parts around that, outermost first.
    outer: Vec<Brackets>,
}

#[derive(Default)]
struct Brackets {
    /// Tokens since the last comma.
    open: usize,
    /// The commas in a lambda's parameters do not end it.
    lambdas: usize,
}

impl Line {
    fn token(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Newline | TokenKind::Semi => *self = Self::default(),
            TokenKind::Comma => {
                self.open = self.open - self.inner.open + self.inner.lambdas;
                self.inner.open = self.inner.lambdas;
            }
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => {
                self.open -= self.inner.open;
                self.inner = self.outer.pop().unwrap_or_default();
            }
            _ => {
                self.open += 1;
                self.inner.open += 1;
                self.inner.lambdas += usize::from(kind == TokenKind::Lambda);
                if matches!(
                    kind,
                    TokenKind::Lpar
                        | TokenKind::Lsqb
                        | TokenKind::Lbrace
                        | TokenKind::FStringStart
                        | TokenKind::TStringStart
                ) {
                    self.outer.push(std::mem::take(&mut self.inner));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::parse::parse;

    #[test]
    fn what_is_open_around_another() {
        let of = |text: &str| nesting(parse(text).tokens());
        // The end of the file is a token as well.
        assert_eq!(of("x\n"), 1);
        assert_eq!(of("---x\n"), 4);
        assert_eq!(of("[[[x]]]\n"), 4);
        assert_eq!(of("x()()()\n"), 4);
        assert_eq!(
            of("if x:\n    if x:\n        x\n"),
            2 * LEVELS_PER_BLOCK + 1
        );
        // As wide as one likes.
        assert_eq!(of(&format!("[{}]\n", "1, ".repeat(1000))), 2);
        assert_eq!(of(&"x = 1\n".repeat(1000)), 3);
        // A comma between parameters ends nothing.
        assert!(of(&"lambda a, b: ".repeat(1000)) >= 1000);
        assert!(of(&format!("{}x{}\n", "f'{".repeat(100), "}'".repeat(100))) >= 100);
    }
}
