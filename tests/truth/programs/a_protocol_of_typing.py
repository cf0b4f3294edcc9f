# options: strip
import typing as t
print(isinstance("", t.SupportsInt), isinstance(A := 3, t.SupportsInt))
