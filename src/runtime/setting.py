"""What every trial begins with. It runs on the bundle alone, so it uses nothing but what every
interpreter has built in.

Answers are lines on standard output that begin with MARK: modules and programs print there too.
"""

import sys

import posix

MARK = "\x01"


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
    posix.write(1, (MARK + line + "\n").encode("utf-8", "backslashreplace"))


def platform(name):
    sys.platform = name


def architecture(name):
    """What sysconfig adds to the platform's name."""
    sys.implementation._multiarch = name


def without(name):
    """Makes a module that the target lacks unimportable."""
    if name not in sys.modules:
        sys.modules[name] = None


def stand_in(name):
    """Puts something in place of a module that only the target has."""
    module = StandIn(name, (), {"__path__": [], "__spec__": None})
    sys.modules[name] = module
    if "." in name:
        setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], module)
