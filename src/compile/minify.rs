//! Sources without what a running program does not see: comments, the depth of indentation, and docstrings. The syntax tree stays the same, and so does every line number.

use ruff_python_ast::comparable::ComparableMod;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_text_size::Ranged;

use crate::scan::parse;

/// A part of the text, in bytes, and what takes its place.
type Edit = (usize, usize, String);

/// The source in UTF-8 and with `\n` at the ends of lines; none when it cannot be parsed, and is better left as it is.
pub fn minify(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let parsed = parse(&text);
    if !parsed.errors().is_empty() {
        return None;
    }
    let mut edits = of_tokens(&text, parsed.tokens());
    // A line that begins after a backslash has its depth elsewhere, say: what does not read as the same
    // is left as it is.
    let again = parse(&applied(&text, edits.clone()));
    let same = ComparableMod::from(parsed.syntax()) == ComparableMod::from(again.syntax());
    if !again.errors().is_empty() || !same {
        return None;
    }
    if let Mod::Module(module) = parsed.syntax() {
        let mut docstrings = Docstrings {
            text: &text,
            edits: Vec::new(),
        };
        docstrings.remove(&module.body, false);
        docstrings.visit_body(&module.body);
        edits.extend(docstrings.edits);
    }
    let result = applied(&text, edits);
    let reads = parse(&result).errors().is_empty();
    reads.then_some(result)
}

/// Where two edits meet, the one that starts first and reaches further holds.
fn applied(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|&(start, end, _)| (start, std::cmp::Reverse(end)));
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end, new) in edits {
        if start >= done {
            result.push_str(&text[done..start]);
            result.push_str(&new);
            done = end;
        }
    }
    result.push_str(&text[done..]);
    result
}

fn of_tokens(text: &str, tokens: &[Token]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut level, mut strings, mut before) = (0_usize, 0_usize, 0_usize);
    let mut at_start = true;
    for token in tokens {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        match token.kind() {
            TokenKind::Indent => {
                level += 1;
                continue;
            }
            TokenKind::Dedent => {
                level = level.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        // The text inside of a formatted string may be shown: {x = }.
        if strings == 0 {
            let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
            let gap = if before <= line { line } else { before };
            let blank = text[gap..start].chars().all(char::is_whitespace);
            match token.kind() {
                TokenKind::Comment if blank => edits.push((gap, end, String::new())),
                TokenKind::Comment => edits.push((start, end, String::new())),
                TokenKind::Newline | TokenKind::NonLogicalNewline if blank => {
                    edits.push((gap, start, String::new()));
                }
                _ if blank && before <= line && at_start => {
                    edits.push((line, start, " ".repeat(level)));
                }
                // A line that goes on after a backslash keeps its words apart.
                _ if blank && before <= line && start > line => {
                    edits.push((line, start, " ".to_owned()));
                }
                _ => {}
            }
        }
        match token.kind() {
            TokenKind::FStringStart | TokenKind::TStringStart => strings += 1,
            TokenKind::FStringEnd | TokenKind::TStringEnd => strings = strings.saturating_sub(1),
            _ => {}
        }
        at_start = match token.kind() {
            TokenKind::Newline => true,
            TokenKind::Comment | TokenKind::NonLogicalNewline => at_start,
            _ => false,
        };
        before = end;
    }
    edits
}

/// Takes docstrings out. All texts at the head of a body go: the second would become the docstring when the first
/// is gone.
struct Docstrings<'a> {
    text: &'a str,
    edits: Vec<Edit>,
}

impl Docstrings<'_> {
    fn remove(&mut self, body: &[Stmt], needs_statement: bool) {
        let is_text = |statement: &&Stmt| matches!(statement, Stmt::Expr(expression) if matches!(*expression.value, Expr::StringLiteral(_)));
        let texts: Vec<&Stmt> = body.iter().take_while(is_text).collect();
        // What follows on the same line would lose its place.
        let shares_line = |statement: &&Stmt| {
            let rest = self.text[statement.end().to_usize()..].lines().next();
            rest.is_some_and(|rest| rest.trim_start().starts_with(';'))
        };
        if texts.iter().any(shares_line) {
            return;
        }
        let only_texts = needs_statement && texts.len() == body.len();
        for (place, statement) in texts.into_iter().enumerate() {
            let (start, end) = (statement.start().to_usize(), statement.end().to_usize());
            let lines = self.text[start..end].matches('\n').count();
            let newlines = "\n".repeat(lines);
            if only_texts && place == 0 {
                self.edits.push((start, end, "pass".to_owned() + &newlines));
                continue;
            }
            let indented = self.text[..start].trim_end_matches([' ', '\t', '\x0c']);
            let alone = indented.is_empty() || indented.ends_with('\n');
            let start = if alone { indented.len() } else { start };
            self.edits.push((start, end, newlines));
        }
    }
}

impl<'a> Visitor<'a> for Docstrings<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.remove(&function.body, true),
            Stmt::ClassDef(class) => self.remove(&class.body, true),
            _ => {}
        }
        walk_stmt(self, statement);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::minify;

    #[track_caller]
    fn becomes(before: &str, after: &str) {
        assert_eq!(minify(before).unwrap(), after);
    }

    #[test]
    fn comments_and_depth_go_and_lines_stay() {
        becomes(
            "#!/usr/bin/python\n\ndef f(a,  # first\n      b):\n    # what\n    if a:\n\n        return b  # so\n",
            "\n\ndef f(a,\n b):\n\n if a:\n\n  return b\n",
        );
    }

    #[test]
    fn docstrings_go_with_their_lines_kept() {
        becomes("'''One\ntwo'''\nx = 1\n", "\n\nx = 1\n");
        becomes(
            "class A:\n    'Doc.'\n    'More.'\n    x = '#'\n",
            "class A:\n\n\n x = '#'\n",
        );
        becomes(
            "def f():\n    '''One\n    two'''\nx = 1\n",
            "def f():\n pass\n\nx = 1\n",
        );
        becomes("def f(): 'Doc.'\n", "def f(): pass\n");
        becomes("def f(): 'Doc.'; return 1\n", "def f(): 'Doc.'; return 1\n");
    }

    #[test]
    fn texts_are_left_alone() {
        let kept = "x = '''\n    # no comment\n'''\ny = f'''{\n    x  =  }'''\nz = 1\n";
        becomes(kept, kept);
    }

    #[test]
    fn lines_that_go_on_keep_their_words_apart() {
        becomes("x = 1 if y else\\\n    2\n", "x = 1 if y else\\\n 2\n");
        becomes("x = [\n    1,\n    2,\n]\n", "x = [\n 1,\n 2,\n]\n");
    }

    #[test]
    fn what_cannot_be_parsed_is_left_as_it_is() {
        assert_eq!(minify("def f(:\n"), None);
        assert_eq!(minify("if 1:\n    \\\n    y = 1\n    z = 2\n"), None);
        assert_eq!(minify("x = 1 \\\n# c"), None);
    }
}
