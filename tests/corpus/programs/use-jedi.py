"""Completions, definitions and signatures."""
import jedi

script = jedi.Script("import json\njson.lo\ndef f(a, b=1):\n    '''Doc.'''\nf(")
print([completion.name for completion in script.complete(2, 7)])
print([signature.to_string() for signature in script.get_signatures(5, 2)])
print([name.full_name for name in script.goto(1, 8)])
print([name.name for name in script.get_names()])
