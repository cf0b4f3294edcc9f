import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as f: print("x")
with contextlib.ExitStack() as s: s.callback(print, "bye")
print(f.getvalue())
