//! Measures the nesting depth of a source, and provides stacks that are large enough for it.

use ruff_python_ast::token::{TokenKind, Tokens};

/// Maximum accepted nesting, in enclosing open tokens. The limit of CPython is less than a tenth of it.
pub(super) const MAX_NESTING: usize = 64_000;

/// Levels that a block adds, because a visitor calls several functions for each block.
const LEVELS_PER_BLOCK: usize = 4;

/// Bytes of stack for walking code that is not nested.
const BASE_STACK_BYTES: usize = 256 << 10;

/// Additional bytes of stack for each level.
const STACK_BYTES_PER_LEVEL: usize = 2 << 10;

/// Calls `work` on a stack where syntax with this nesting can be walked and dropped recursively.
pub(super) fn with_stack<T>(nesting: usize, work: impl FnOnce() -> T) -> T {
    let bytes = BASE_STACK_BYTES + nesting * STACK_BYTES_PER_LEVEL;
    stacker::maybe_grow(bytes, bytes, work)
}

/// Returns the maximum number of open tokens around a token, which is at least the depth of the syntax tree.
///
/// Every token since the last comma or line may have opened a level, as each `-` in `---x` does.
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

/// The open tokens of a logical line.
#[derive(Default)]
struct Line {
    /// Number of tokens that may be open.
    open: usize,
    /// The innermost brackets.
    inner: Brackets,
    /// The enclosing brackets, outermost first.
    outer: Vec<Brackets>,
}

#[derive(Default)]
struct Brackets {
    /// Number of tokens since the last comma.
    open: usize,
    /// Number of lambdas: the commas between their parameters do not end them.
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
    fn nesting_counts_open_tokens() {
        let nesting_of = |text: &str| nesting(parse(text).tokens());
        // The end of the file counts as a token.
        assert_eq!(nesting_of("x\n"), 1);
        assert_eq!(nesting_of("---x\n"), 4);
        assert_eq!(nesting_of("[[[x]]]\n"), 4);
        assert_eq!(nesting_of("x()()()\n"), 4);
        assert_eq!(
            nesting_of("if x:\n    if x:\n        x\n"),
            2 * LEVELS_PER_BLOCK + 1
        );
        // Width does not add nesting.
        assert_eq!(nesting_of(&format!("[{}]\n", "1, ".repeat(1000))), 2);
        assert_eq!(nesting_of(&"x = 1\n".repeat(1000)), 3);
        // A comma between the parameters of a lambda does not end it.
        assert!(nesting_of(&"lambda a, b: ".repeat(1000)) >= 1000);
        assert!(nesting_of(&format!("{}x{}\n", "f'{".repeat(100), "}'".repeat(100))) >= 100);
    }
}
