"""Code in several languages becomes HTML, colours and SVG."""
from pygments import highlight
from pygments.formatters import get_formatter_by_name
from pygments.lexers import get_lexer_by_name, guess_lexer, guess_lexer_for_filename

for language, code in (("python", "def f(x):\n    return 'a'\n"), ("js", "let x = 1;"), ("html", "<p class='a'>x</p>"), ("sql", "select 1")):
    for formatter in ("html", "terminal", "svg"):
        text = highlight(code, get_lexer_by_name(language), get_formatter_by_name(formatter))
        print(language, formatter, len(text))
print(guess_lexer("#!/usr/bin/python\nprint(1)").name, guess_lexer_for_filename("x.rs", "fn main() {}").name)
