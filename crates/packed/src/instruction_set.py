"""Describes the instructions of this Python for the packed form, as JSON."""

import dis
import json
import marshal
import opcode
import sys


def caches():
    """Returns the number of inline cache entries after each instruction."""
    # A list up to 3.12, a dict up to 3.14, and then a frozendict.
    entries = opcode._inline_cache_entries
    if isinstance(entries, list):
        return {name: entries[op] for name, op in opcode.opmap.items() if op < len(entries)}
    return {name: entries.get(name, 0) for name in opcode.opmap}


def effect(op, arg, jump):
    """Returns the stack effect, or None if the argument is invalid."""
    try:
        return dis.stack_effect(op, arg, jump=jump)
    except ValueError:
        return None


def takes_argument(op):
    # dis.hasarg is new in 3.12.
    return op in dis.hasarg if hasattr(dis, "hasarg") else op >= opcode.HAVE_ARGUMENT


def kind(name, op):
    """Returns what the argument means."""
    if op in dis.hasname:
        return "name"
    if op in dis.hasconst:
        return "const"
    if op in dis.haslocal or op in dis.hasfree:
        return "local"
    if op in dis.hasjrel:
        backward = "BACKWARD" in name or name == "END_ASYNC_FOR"
        return "backward-jump" if backward else "forward-jump"
    return "immediate" if takes_argument(op) else "none"


# Code that uses names in each instruction whose argument has bits below the index of the name.
SAMPLES = """
def f():
    a.b.c.d.e
class A:
    def g(self):
        super().m.n
        super().o
def h():
    return p, q, r, s, t, u
import v, w, x, y, z
"""


def name_shifts():
    """Returns the number of bits below the index of a name: the fewest with which each index is in the table."""
    shifts = {}

    def visit(code):
        for at in range(0, len(code.co_code), 2):
            op, arg = code.co_code[at], code.co_code[at + 1]
            if op in dis.hasname:
                name = dis.opname[op]
                shift = 0
                while arg >> shift >= len(code.co_names):
                    shift += 1
                shifts[name] = max(shift, shifts.get(name, 0))
        for const in code.co_consts:
            if hasattr(const, "co_code"):
                visit(const)

    visit(compile(SAMPLES, "m.py", "exec"))
    return shifts


def describe():
    cache_counts, shifts = caches(), name_shifts()
    instructions = []
    for name, op in sorted(opcode.opmap.items(), key=lambda item: item[1]):
        if op > 255 or name.startswith("INSTRUMENTED_"):
            continue
        instruction = {"op": op, "name": name, "kind": kind(name, op), "caches": cache_counts.get(name, 0)}
        instruction["name_shift"] = shifts.get(name, 0)
        arguments = range(16) if takes_argument(op) else (None,)
        instruction["effects"] = [[effect(op, arg, jump) for arg in arguments] for jump in (False, True)]
        instructions.append(instruction)

    function = compile("def f(a):\n    return 1.5", "m.py", "exec").co_consts[0]
    call = [dis.opname[op] for op in compile("f()", "m.py", "exec").co_code[::2]]
    description = {
        "version": list(sys.version_info[:2]),
        # Up to 3.13, the first constant of a function is its docstring or None.
        "none_first": function.co_consts[0] is None,
        # Since 3.14, the kind of a local tells how an argument is passed: CO_FAST_LOCAL, CO_FAST_ARG_POS, CO_FAST_ARG_KW.
        "argument_kinds": b"\1\0\0\0\x26" in marshal.dumps(function),
        # Up to 3.12, PUSH_NULL precedes the callable.
        "null_first": call.index("PUSH_NULL") < call.index("LOAD_NAME"),
        "instructions": instructions,
    }
    return json.dumps(description)


if __name__ == "__main__":
    print(describe())
