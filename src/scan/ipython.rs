//! Turns a cell of IPython into Python: magics, shell commands and requests for help become statements without effect,
//! and code in magics stays.

use std::borrow::Cow;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, IpyEscapeKind, Mod, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::TextRange;

use super::nesting::{MAX_NESTING, nesting, with_stack};

/// The Python of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellPython {
    /// The source, with the lines of the cell, or with those after the first for a file that is written.
    pub code: String,
    /// The path that `%%writefile` writes the source to, if it is Python.
    pub written_to: Option<String>,
}

/// Returns the Python of a cell. A cell that IPython would not accept either is returned unchanged.
pub fn python_of_cell(cell: &str) -> CellPython {
    let cell = &*without_prompts(cell);
    // `IPython.core.inputtransformer2.cell_magic` looks at the first line that is not empty.
    let start = cell.len() - cell.trim_start_matches([' ', '\t', '\n', '\r']).len();
    if let Some(rest) = cell[start..].strip_prefix("%%") {
        let (line, body) = rest.split_once('\n').unwrap_or((rest, ""));
        let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        if name == "writefile" || name == "file" {
            let path = arguments.split_whitespace().last().unwrap_or_default();
            let path = path.trim_matches(['"', '\'']);
            let is_python = path.ends_with(".py");
            return CellPython {
                code: if is_python {
                    body.to_owned()
                } else {
                    String::new()
                },
                written_to: is_python.then(|| path.to_owned()),
            };
        }
        let before = "\n".repeat(cell[..start].matches('\n').count());
        let code = if runs_body(name) {
            let setup = statement_of(name, arguments).unwrap_or_default();
            format!("{before}{setup}\n{}", without_commands(body))
        } else {
            String::new()
        };
        return CellPython {
            code,
            written_to: None,
        };
    }
    CellPython {
        code: without_commands(cell),
        written_to: None,
    }
}

/// Returns a cell without the prompts of the session that it was copied from, as `PromptStripper` in
/// `IPython.core.inputtransformer2` removes them: those of Python, or of IPython, if the first line or the second has one.
fn without_prompts(cell: &str) -> Cow<'_, str> {
    for strip in [strip_python_prompt, strip_ipython_prompt] {
        let mut lines = cell.lines();
        let is_session = lines
            .next()
            .is_some_and(|line| strip(line).is_some() && !line.starts_with("..."))
            || lines.next().is_some_and(|line| strip(line).is_some());
        if is_session {
            let lines = cell.split('\n').map(|line| strip(line).unwrap_or(line));
            return lines.collect::<Vec<_>>().join("\n").into();
        }
    }
    cell.into()
}

fn strip_python_prompt(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix(">>>")
        .or_else(|| line.strip_prefix("..."))?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(' ')
    }
}

/// Removes `In [12]: ` or `   ...: `.
fn strip_ipython_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(' ');
    if let Some(rest) = line.strip_prefix("In [") {
        let (number, rest) = rest.split_once("]:")?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| rest.strip_prefix(' ').unwrap_or(rest));
    }
    let rest = line
        .strip_prefix("...")?
        .trim_start_matches('.')
        .strip_prefix(':')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// Returns whether the body of a cell magic is Python that runs in the interpreter (`IPython.core.magics`), or in one
/// like it.
fn runs_body(name: &str) -> bool {
    matches!(
        name,
        "capture" | "debug" | "prun" | "py" | "pypy" | "python" | "python3" | "time" | "timeit"
    )
}

/// Returns the statement in the arguments of a magic that runs one.
fn statement_of(name: &str, arguments: &str) -> Option<String> {
    // The options that take a value (`ExecutionMagics.timeit` and `prun`).
    let with_value = match name {
        "time" => "",
        "timeit" => "nr",
        "prun" => "DlsT",
        _ => return None,
    };
    let mut rest = arguments.trim_start();
    while let Some(option) = rest.strip_prefix('-') {
        let (option, after) = option
            .split_once(char::is_whitespace)
            .unwrap_or((option, ""));
        rest = after.trim_start();
        if option.len() == 1 && with_value.contains(option) {
            let (_, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            rest = after.trim_start();
        }
    }
    let is_python = commands_in(rest).is_some_and(|commands| commands.is_empty());
    (is_python && !rest.is_empty()).then(|| rest.to_owned())
}

/// Replaces the commands of IPython in a text. The lines stay the same.
fn without_commands(text: &str) -> String {
    let text = without_searches(&super::string_code::dedented(text));
    let Some(commands) = commands_in(&text) else {
        return text;
    };
    let mut code = String::with_capacity(text.len());
    let mut end = 0;
    for command in commands {
        let range = command.range.to_std_range();
        code.push_str(&text[end..range.start]);
        code.push_str(&command.python);
        // A command may go on in the next line.
        let lines = text[range.clone()].matches('\n').count();
        code.push_str(&"\n".repeat(lines));
        end = range.end;
    }
    code.push_str(&text[end..]);
    code
}

/// Replaces the lines that search for names, such as `json.*s?`, which the parser does not know
/// (`IPython.core.inputtransformer2.HelpEnd`).
fn without_searches(text: &str) -> String {
    let is_search = |line: &str| {
        let name = line.trim().trim_end_matches('?');
        let is_name = |c: char| c.is_alphanumeric() || "_.*".contains(c);
        line.trim_end().ends_with('?') && name.contains('*') && name.chars().all(is_name)
    };
    let without_search = |line: &str| {
        if is_search(line) {
            let indent = line.len() - line.trim_start().len();
            format!("{}pass", &line[..indent])
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<String> = text.split('\n').map(without_search).collect();
    lines.join("\n")
}

/// A command of IPython, and the Python that it runs.
struct Command {
    range: TextRange,
    python: String,
}

/// Returns the commands in a text in their order, or `None` if the text is not valid in IPython.
fn commands_in(text: &str) -> Option<Vec<Command>> {
    // The parser would report an error for each null byte.
    if text.contains('\0') {
        return None;
    }
    let options = ParseOptions::from(Mode::Ipython).with_target_version(PythonVersion::PY315);
    let parsed = parse_unchecked(text, options);
    let levels = nesting(parsed.tokens());
    if levels > MAX_NESTING {
        // Dropping the tree is recursive too, and could overflow the stack.
        std::mem::forget(parsed);
        return None;
    }
    with_stack(levels, move || {
        let mut visitor = CommandVisitor::default();
        if let Mod::Module(module) = parsed.syntax() {
            visitor.visit_body(&module.body);
        }
        parsed.errors().is_empty().then_some(visitor.commands)
    })
}

#[derive(Default)]
struct CommandVisitor {
    commands: Vec<Command>,
}

impl CommandVisitor {
    fn add(&mut self, range: TextRange, kind: IpyEscapeKind, value: &str, without: &str) {
        let (name, arguments) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let statement = match kind {
            IpyEscapeKind::Magic | IpyEscapeKind::Magic2 => statement_of(name, arguments),
            // `/f a b` is `f(a, b)`.
            IpyEscapeKind::Paren => Some(name.to_owned()),
            _ => None,
        };
        let statement = statement.filter(|statement| !statement.contains('\n'));
        let python = statement.unwrap_or_else(|| without.to_owned());
        self.commands.push(Command { range, python });
    }
}

impl<'a> Visitor<'a> for CommandVisitor {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::IpyEscapeCommand(command) => {
                self.add(command.range, command.kind, &command.value, "pass");
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // The value of a command is a value of IPython's.
            Expr::IpyEscapeCommand(command) => {
                self.add(command.range, IpyEscapeKind::Shell, &command.value, "None");
            }
            _ => walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(cell: &str) -> String {
        python_of_cell(cell).code.trim_end().to_owned()
    }

    #[test]
    fn commands_become_statements_without_effect() {
        assert_eq!(code("%matplotlib inline\nimport json"), "pass\nimport json");
        assert_eq!(code("!pip install x \\\n  y\na = 1"), "pass\n\na = 1");
        assert_eq!(code("a = !ls\nb = %pwd\nc"), "a = None\nb = None\nc");
        assert_eq!(code("if a:\n    !ls\n"), "if a:\n    pass");
        assert_eq!(code("?help\njson.dumps?\na"), "pass\npass\na");
        assert_eq!(
            code("*int*?\nif a:\n  json.*s??\na"),
            "pass\nif a:\n  pass\na"
        );
        assert_eq!(
            code("%load_ext x\n%%time"),
            "%load_ext x\n%%time".replace("%load_ext x\n%%time", "pass\npass")
        );
    }

    #[test]
    fn code_in_magics_stays() {
        assert_eq!(code("%time import json"), "import json");
        assert_eq!(code("%timeit -n 10 -r3 -q json.dumps(a)"), "json.dumps(a)");
        assert_eq!(code("%%time\nimport json\n!ls"), "\nimport json\npass");
        assert_eq!(
            code("\n%%timeit -n 2 import re\nre.compile(a)"),
            "\nimport re\nre.compile(a)"
        );
        assert_eq!(code("%%bash\nimport not_python"), "");
        assert_eq!(code("%%html\n<p>"), "");
        assert_eq!(code("%%writefile a.txt\nx y"), "");
    }

    #[test]
    fn prompts_of_sessions_are_removed() {
        let python = |cell| python_of_cell(cell).code;
        assert_eq!(
            python(">>> x = 1\n>>> if x:\n...     print(x)\n1").trim(),
            "x = 1\nif x:\n    print(x)\n1"
        );
        assert_eq!(
            python("In [1]: for i in a:\n   ...:     print(i)").trim(),
            "for i in a:\n    print(i)"
        );
        assert_eq!(python("x = [\n>>> y\n]").trim(), "x = [\ny\n]");
        assert_eq!(python("...").trim(), "...");
    }

    #[test]
    fn invalid_cells_stay() {
        assert_eq!(code("print 'a'"), "print 'a'");
        assert_eq!(code("\0"), "\0");
    }
}
