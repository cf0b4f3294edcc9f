"""A prompt is answered from a pipe, with completion and styles."""
from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import HTML, to_plain_text
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
    keys.send_text("hello\x1b[D\x1b[Dxx\n")
    print(PromptSession("> ", completer=WordCompleter(["help", "hello"])).prompt())
print(to_plain_text(HTML("<b>bold</b> text")))
