"""Writes modules of nested functions and classes, with code in them that never runs and asserts.

Usage: random_modules.py FOLDER COUNT SEED

They are made to be compiled, not run: names are taken from a few letters, so that blocks share many.
"""

import pathlib
import random
import sys
import warnings

NAMES = ["a", "b", "c", "__p", "self"]
# In a browser that runs Emscripten.
DEAD = ["sys.platform == 'win32'", "os.name == 'nt'", "0", "not (sys.platform == 'emscripten')", "TYPE_CHECKING"]
LIVE = ["sys.platform == 'emscripten'", "1", "a"]


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = ["import os, sys", "from typing import TYPE_CHECKING"]

    def name(self):
        return self.random.choice(NAMES)

    def bindable(self):
        return self.random.choice(NAMES[:4])

    def expression(self, depth=0):
        choices = [self.name] * 3 + [lambda: "1"]
        if depth < 2:
            inner = lambda: self.expression(depth + 1)
            # Since 3.12 the names that inlined comprehensions bind are in the tables of two blocks.
            variable = lambda: "x"
            choices += [
                lambda: f"{self.name()}({inner()}, {inner()})",
                lambda: f"(lambda {self.bindable()}: {inner()})",
                lambda: f"[{inner()} for {variable()} in {inner()} if {variable()}]",
                lambda: f"({inner()} for {self.bindable()} in {inner()})",
                lambda: f"{{{variable()}: {inner()} for {variable()} in {inner()}}}",
                lambda: f"({self.bindable()} := {inner()})",
                lambda: "super().a()",
                lambda: f"eval({self.name()!r})",
            ]
        return self.random.choice(choices)()

    def simple(self, kind):
        choices = [
            lambda: f"{self.bindable()} = {self.expression()}",
            lambda: f"assert {self.expression()}, {self.expression()}",
            lambda: self.expression(),
            lambda: f"self.{self.bindable()} = {self.expression()}",
            lambda: f"{self.bindable()}: {self.name()} = {self.expression()}",
            lambda: f"import {self.bindable()}",
            lambda: f"del {self.bindable()}",
        ]
        if kind == "function":
            choices += [
                lambda: f"yield {self.expression()}",
                lambda: f"return {self.expression()}",
                lambda: f"global {self.bindable()}",
                lambda: f"nonlocal {self.bindable()}",
            ]
        return self.random.choice(choices)()

    def block(self, kind, indent, depth):
        for _ in range(self.random.randint(1, 4)):
            self.statement(kind, indent, depth)

    def statement(self, kind, indent, depth):
        pad = "  " * indent
        write = lambda text: self.lines.append(pad + text)
        roll = self.random.random()
        if depth > 3 or roll < 0.35:
            write(self.simple(kind))
        elif roll < 0.55:
            write(f"if {self.random.choice(DEAD)}:")
            self.block(kind, indent + 1, depth + 1)
            if self.random.random() < 0.3:
                write(f"elif {self.random.choice(DEAD + LIVE)}:")
                self.block(kind, indent + 1, depth + 1)
            if self.random.random() < 0.4:
                write("else:")
                self.block(kind, indent + 1, depth + 1)
        elif roll < 0.6:
            write(f"if {self.random.choice(LIVE)}:")
            self.block(kind, indent + 1, depth + 1)
        elif roll < 0.65:
            write(f"for {self.bindable()} in {self.expression()}:")
            self.block(kind, indent + 1, depth + 1)
        elif roll < 0.7:
            write("try:")
            self.block(kind, indent + 1, depth + 1)
            write(f"except {self.name()} as {self.bindable()}:")
            self.block(kind, indent + 1, depth + 1)
        elif roll < 0.9:
            word = self.random.choice(["def", "def", "async def"])
            generic = "[T]" if sys.version_info >= (3, 12) and self.random.random() < 0.1 else ""
            default, annotation = self.expression(), self.name()
            write(f"{word} {self.bindable()}{generic}(self, c: {annotation} = {default}) -> {self.name()}:")
            self.block("function", indent + 1, depth + 1)
        else:
            write(f"class {self.random.choice('AB_')}({self.expression()}):")
            self.block("class", indent + 1, depth + 1)


def program(seed):
    """A module that compiles."""
    for attempt in range(10_000):
        made = Program(f"{seed}.{attempt}")
        made.block("module", 0, 0)
        source = "\n".join(made.lines) + "\n"
        try:
            compile(source, "program", "exec")
        # The compiler itself fails on some of them.
        except (SyntaxError, SystemError):
            continue
        if len(made.lines) > 12:
            return source
    raise RuntimeError("none compiles")


def main(folder, count, seed):
    warnings.simplefilter("ignore")
    for place in range(int(count)):
        path = pathlib.Path(folder, f"program_{place}.py")
        path.write_text(program(f"{seed}.{place}"))


if __name__ == "__main__":
    main(*sys.argv[1:])
