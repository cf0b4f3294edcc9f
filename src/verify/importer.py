"""Imports modules one after the other and tells how each went. Runs on the bundle alone, so it uses
nothing but what every interpreter has built in.

Standard input: lines of tab-separated words. "platform NAME" sets sys.platform and "architecture
NAME" what sysconfig adds to it, "without MODULE"
makes a module that the target lacks unimportable, "stand-in MODULE" puts something in place of one that
only the target has, "try MODULE" imports one.
Standard output: for each try "begin MODULE", then "good MODULE ORIGIN" or "bad MODULE ERROR".
"""

import sys

import posix

# Whatever the modules print must not get between the answers.
OUT = posix.dup(1)
posix.dup2(2, 1)


class StandIn(type):
    """A class with whatever name one may ask for, which is again such a class."""

    def __getattr__(cls, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn(name, (), {})

    def __call__(cls, *args, **options):
        # It decorates, and makes classes, as it is asked to.
        if len(args) == 1 and not options and callable(args[0]):
            return args[0]
        return StandIn("made", (), {})


def say(*words):
    line = "\t".join(word.replace("\n", " ").replace("\t", " ") for word in words)
    posix.write(OUT, (line + "\n").encode("utf-8", "backslashreplace"))


def origin_of(module):
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    if origin is None:
        # A namespace package has folders in place of an origin; aliases have no spec at all.
        places = list(getattr(spec, "submodule_search_locations", None) or [])
        origin = places[0] if places else "built-in"
    return str(origin)


def load(name):
    if name.rpartition(".")[2] != "__main__":
        __import__(name)
        return origin_of(sys.modules[name])
    # Importing it would run a program: it is enough that its code can be found and read.
    package = name.rpartition(".")[0]
    if package:
        __import__(package)
    path = sys.modules[package].__path__ if package else None
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec is not None:
            if spec.loader.get_code(name) is None:
                raise ImportError("no code in " + name)
            return str(spec.origin)
    raise ModuleNotFoundError("No module named " + repr(name))


def attempt(name):
    say("begin", name)
    try:
        origin = load(name)
    except BaseException as error:
        say("bad", name, type(error).__name__ + ": " + str(error))
    else:
        say("good", name, origin)


for line in sys.stdin.buffer.read().decode().splitlines():
    order, _, word = line.partition("\t")
    if order == "platform":
        sys.platform = word
    elif order == "architecture":
        sys.implementation._multiarch = word
    elif order == "without":
        if word not in sys.modules:
            sys.modules[word] = None
    elif order == "stand-in":
        module = StandIn(word, (), {"__path__": [], "__spec__": None})
        sys.modules[word] = module
        if "." in word:
            setattr(sys.modules[word.rpartition(".")[0]], word.rpartition(".")[2], module)
    elif order == "try":
        attempt(word)
posix._exit(0)
