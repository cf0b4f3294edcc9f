//! Parses code in string literals, which programs pass to `exec`, `timeit`, another interpreter or `doctest`.

use ruff_python_ast::{self as ast, Expr, Mod, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::codecs::string_literal;
use super::nesting::{nesting, with_stack};
use super::summary::Identifier;
use crate::types::ModuleName;

/// Longer strings are considered data.
const MAX_STRING_CODE_BYTES: usize = 100_000;

/// Maximum nesting of code in a string, in tokens, because it is walked on the stack of the enclosing code.
pub(super) const MAX_NESTING: usize = 1000;

/// The identifier that replaces the computed parts of a string.
pub const PLACEHOLDER: &str = "_computed_";

/// Parses a string as statements. Returns `None` if it is not code, or could do no more than name something.
pub(super) fn parse_string_code(text: &str) -> Option<Vec<Stmt>> {
    let calls = text.contains('(') && (text.contains('.') || text.contains('\n'));
    if text.len() > MAX_STRING_CODE_BYTES || !(text.contains("import") || calls) {
        return None;
    }
    let text = dedented(text);
    parse(&text).or_else(|| parse(&without_placeholders(&text)?))
}

/// Returns the text of an f-string, with [`PLACEHOLDER`] in place of its computed parts.
pub(super) fn text_of(literal: &ast::ExprFString) -> String {
    let parts = literal.value.elements().map(|part| match part {
        ast::InterpolatedStringElement::Literal(text) => &*text.value,
        ast::InterpolatedStringElement::Interpolation(_) => PLACEHOLDER,
    });
    parts.collect()
}

/// Returns the statements of the examples in a docstring, as `doctest` finds them.
pub(super) fn doctest_examples(text: &str) -> Vec<Stmt> {
    let mut examples: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(code) = line.strip_prefix(">>> ") {
            examples.push(format!("{code}\n"));
        } else if let (Some(code), Some(example)) = (line.strip_prefix("..."), examples.last_mut())
        {
            example.push_str(code.strip_prefix(' ').unwrap_or(code));
            example.push('\n');
        }
    }
    examples
        .iter()
        .filter_map(|code| parse(code))
        .flatten()
        .collect()
}

/// Returns the modules that other interpreters are started with: `"-m", "json.tool"` or `"-mjson.tool"`.
pub(super) fn modules_run_by(arguments: &[Expr]) -> impl Iterator<Item = &str> {
    let is_flag = |text: &str| text == "--module" || text.starts_with('-') && text.ends_with('m');
    let separate = arguments.windows(2).filter_map(move |pair| {
        match [string_literal(&pair[0]), string_literal(&pair[1])] {
            [Some(flag), Some(name)] if is_flag(flag) => Some(name),
            _ => None,
        }
    });
    let joined = arguments
        .iter()
        .filter_map(|argument| string_literal(argument)?.strip_prefix("-m"));
    separate.chain(joined.filter(|name| !name.is_empty()))
}

/// Returns whether an interpreter is started with a module whose name is computed: `sys.executable, "-m", name`.
///
/// Other programs have a `-m` too: a Python is one that something calls so, the `function` or an argument before it.
pub(super) fn runs_computed_module(function: Option<&Expr>, arguments: &[Expr]) -> bool {
    let is_python = |argument: &Expr| {
        let word = match argument {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => string_literal(argument),
        };
        word.is_some_and(|word| word.contains("python") || word == "executable")
    };
    let is_flag = |argument: &Expr| matches!(string_literal(argument), Some("-m" | "--module"));
    arguments.windows(2).enumerate().any(|(index, pair)| {
        let before = arguments[..index].iter().chain(function);
        is_flag(&pair[0]) && string_literal(&pair[1]).is_none() && before.into_iter().any(is_python)
    })
}

/// Returns the modules that a command line in a string runs: `python -m json.tool`.
pub(super) fn modules_run_in(command: &str) -> impl Iterator<Item = &str> {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '&' | '|');
    let words: Vec<&str> = command
        .split(is_separator)
        .filter(|word| !word.is_empty())
        .collect();
    let is_python = |word: &&str| {
        word.contains("python") || word.contains(PLACEHOLDER) || word.contains(['%', '{'])
    };
    let modules = (0..words.len()).filter_map(move |index| {
        let is_flag = words[index].starts_with('-') && words[index].ends_with('m');
        let module = words.get(index + 1).filter(|_| is_flag)?;
        let before = &words[..index];
        (before.is_empty() || before.iter().any(is_python)).then_some(*module)
    });
    modules.filter(|module| ModuleName::new(module).is_ok())
}

/// Returns the names whose use means that a program runs the examples in its docstrings.
pub(super) fn doctest() -> Vec<Identifier> {
    vec![Identifier::const_new("doctest")]
}

fn parse(text: &str) -> Option<Vec<Stmt>> {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY315);
    let parsed = parse_unchecked(text, options);
    let nesting = nesting(parsed.tokens());
    if nesting > MAX_NESTING || !parsed.errors().is_empty() {
        with_stack(nesting, || drop(parsed));
        return None;
    }
    match parsed.into_syntax() {
        Mod::Module(module) => Some(module.body.into_iter().collect()),
        Mod::Expression(_) => None,
    }
}

/// Removes the indentation of the first line from all lines, like `textwrap.dedent`.
pub(super) fn dedented(text: &str) -> String {
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first = first.unwrap_or_default();
    let indent = &first[..first.len() - first.trim_start().len()];
    let lines = text
        .lines()
        .map(|line| line.strip_prefix(indent).unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Replaces `{}` and `%s` in a template with [`PLACEHOLDER`]. Returns `None` if there are none.
fn without_placeholders(text: &str) -> Option<String> {
    if !text.contains(['{', '%']) {
        return None;
    }
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(index) = rest.find(['{', '}', '%']) {
        let (before, after) = rest.split_at(index);
        code.push_str(before);
        let is_escaped = after[1..].starts_with(&after[..1]);
        let end = match &after[..1] {
            _ if is_escaped => {
                code.push_str(&after[..1]);
                2
            }
            "{" => {
                code.push_str(PLACEHOLDER);
                after.find('}')? + 1
            }
            "%" => {
                code.push_str(PLACEHOLDER);
                let name = if after.starts_with("%(") {
                    after.find(')')?
                } else {
                    0
                };
                name + after[name..].find(|c: char| c.is_ascii_alphabetic())? + 1
            }
            other => {
                code.push_str(other);
                1
            }
        };
        rest = &after[end..];
    }
    code.push_str(rest);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_string_code_ignores_prose_and_names() {
        let count = |text| parse_string_code(text).map_or(0, |body| body.len());
        assert_eq!(count("import sys; print(sys.path)"), 2);
        assert_eq!(count("\n    import sys\n    if 1:\n        pass\n"), 2);
        assert_eq!(count("json.dumps(x)"), 1);
        assert_eq!(count("please import the goods"), 0);
        assert_eq!(count("sys"), 0);
        assert_eq!(count("import {}\n{{}}"), 2);
        assert_eq!(count("from %s import %(name)s"), 1);
        assert_eq!(count("import {"), 0);
    }

    #[test]
    fn modules_run_in_finds_modules_after_an_interpreter() {
        let modules = |text| modules_run_in(text).collect::<Vec<_>>();
        assert_eq!(modules("python3 -m json.tool x.json"), ["json.tool"]);
        assert_eq!(modules("cat x | python -Im json.tool"), ["json.tool"]);
        assert_eq!(modules("_computed_ -m json.tool"), ["json.tool"]);
        assert_eq!(modules("\"%s\" -X utf8 -m 'json.tool'"), ["json.tool"]);
        assert_eq!(modules("-m json.tool"), ["json.tool"]);
        assert_eq!(modules("git commit -m json"), ["json"; 0]);
        assert_eq!(modules("python -m"), [""; 0]);
        assert_eq!(modules("python -m ./x"), [""; 0]);
    }

    #[test]
    fn doctest_examples_omits_syntax_errors() {
        let text = "Adds.\n\n    >>> import os\n    >>> for x in os.environ:\n    ...     x\n    1\n    >>> )\n";
        assert_eq!(doctest_examples(text).len(), 2);
    }
}
